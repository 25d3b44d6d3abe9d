"""What runs is pinned by digest, and the bills of materials say what it is."""

import json
import re
from pathlib import Path

import pytest

from docs.bill_of_materials import DIRECTORY, PRODUCTS, npm_packages, packages, rendered

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
LOCK = """\
one==1.0 \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
    # via -r requirements/some.in
two==2.0 ; python_full_version < '3.12' \\
    --hash=sha256:{a}
    # via one
two==2.1 ; python_full_version >= '3.12' \\
    --hash=sha256:{b}
    # via
    #   -r requirements/some.in
    #   one
three==3.0 ; sys_platform == 'win32' \\
    --hash=sha256:{a}
    # via one
""".format(a="a" * 64, b="b" * 64)


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_the_bill_is_that_of_the_lock(product):
    """Whoever changes a lock runs `make sbom`."""
    assert (DIRECTORY / f"{product.name}.cdx.json").read_text() == rendered(product)


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_every_component_has_a_version_and_digests(product):
    """And each reference in the dependencies is a component or the product itself."""
    bill = json.loads(rendered(product))
    references = {component["bom-ref"] for component in bill["components"]}
    assert all(component["version"] and component["hashes"] for component in bill["components"])
    root = bill["metadata"]["component"]["bom-ref"]
    assert {entry["ref"] for entry in bill["dependencies"]} == references | {root}
    assert {name for entry in bill["dependencies"] for name in entry["dependsOn"]} <= references


def test_a_lock_is_read_for_the_python_and_system_that_run(tmp_path):
    """Of two versions the one that the markers choose; what other systems need is left out."""
    lock = tmp_path / "some.txt"
    lock.write_text(LOCK)
    one, two = packages(lock, "3.12")
    assert (one.reference, one.direct, one.digests) == ("pkg:pypi/one@1.0", True, ["a" * 64, "b" * 64])
    assert (two.reference, two.direct, two.needed_by) == ("pkg:pypi/two@2.1", True, ["one"])
    assert [package.version for package in packages(lock, "3.11")] == ["1.0", "2.0"]


def test_of_npms_lock_what_only_developers_need_is_left_out(tmp_path):
    """A package with the digest of its archive, in the hexadecimal that the bill wants; one in a scope, escaped."""
    lock = tmp_path / "package-lock.json"
    mine = {"version": "1.0.0", "integrity": "sha512-AAEC", "dependencies": {"@scope/two": "*"}}
    other = {"version": "2.0.0", "integrity": "sha512-AwQF"}
    ours = {"dependencies": {"one": "1.0.0"}}
    lock.write_text(
        json.dumps(
            {
                "packages": {
                    "": ours,
                    "node_modules/one": mine,
                    "node_modules/@scope/two": other,
                    "node_modules/three": other | {"dev": True},
                }
            }
        )
    )
    one, two = npm_packages(lock)
    assert (one.reference, one.direct, one.digests, one.algorithm) == ("pkg:npm/one@1.0.0", True, ["000102"], "SHA-512")
    assert (two.reference, two.direct, two.needed_by) == ("pkg:npm/%40scope/two@2.0.0", False, ["one"])


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_is_pinned_with_a_digest(lock):
    """One version exactly, and what pip downloads is checked against a SHA-256."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text().strip())
    loose = [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert loose == []
    assert "http:" not in lock.read_text()
    assert "https:" not in lock.read_text()


def test_every_package_of_the_scanners_is_pinned_with_a_digest():
    """Each is checked by npm against a SHA-512, and the lock holds no address."""
    lock = json.loads((ROOT / "lint" / "security" / "package-lock.json").read_text())
    found = {name: package for name, package in lock["packages"].items() if name and not package.get("inBundle")}
    assert found
    assert [name for name, package in found.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in found.items() if "resolved" in package] == []

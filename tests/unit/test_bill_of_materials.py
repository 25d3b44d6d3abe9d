"""What runs is pinned by digest, and the bills of materials say what it is."""

import json
import re
from pathlib import Path

import pytest

from docs.bill_of_materials import DIRECTORY, PRODUCTS, packages, rendered

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

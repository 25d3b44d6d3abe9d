"""The bill of materials, CycloneDX 1.6, of what runs in Lambda, in SageMaker's jobs and in a browser: `make sbom`.

Made from the locks alone, so that the same locks give the same bytes: no clock, machine or registry is asked. The
digests of a package are those of every file that its lock would take, for any platform.
"""

import json
import re
import tomllib
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.markers import Marker

ROOT = Path(__file__).parents[1]
DIRECTORY = ROOT / "docs" / "sbom"
_PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;\s*(.+?))?\s*\\?$")
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^\s+#\s+(?:via\s*)?(\S.*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Something that runs: its lock, and the Python that it runs on; without one it is npm's lock."""

    name: str
    lock: str
    description: str
    python: str = ""


PRODUCTS = (
    Product(
        name="functions",
        lock="requirements/functions.txt",
        description="The dependencies layer of every Lambda function (layers/dependencies)",
        python="3.13",
    ),
    Product(
        name="rules",
        lock="requirements/rules.txt",
        description="What serve_rules and run_backtest read rules files with (layers/rules)",
        python="3.13",
    ),
    Product(
        name="arrow",
        lock="requirements/arrow.txt",
        description="What run_backtest decodes the archive with (layers/arrow)",
        python="3.13",
    ),
    Product(
        name="jobs",
        lock="requirements/container.txt",
        description="What training, processing and the endpoint import in AWS's XGBoost image 3.2-0",
        python="3.12",
    ),
    Product(
        name="console",
        lock="console/package-lock.json",
        description="What console/vendor is bundled from, and browsers run",
    ),
)


@dataclass(slots=True, kw_only=True)
class Package:
    """One package of a lock."""

    name: str
    version: str
    digests: list[str] = field(default_factory=list)
    needed_by: list[str] = field(default_factory=list)
    direct: bool = False  # we ask for it ourselves
    registry: str = "pypi"
    algorithm: str = "SHA-256"

    @property
    def reference(self) -> str:
        """Its package URL."""
        return f"pkg:{self.registry}/{self.name.replace('@', '%40')}@{self.version}"


def packages(lock: Path, python: str) -> Iterator[Package]:
    """Yield what a lock installs on Linux under a version of Python."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    package, applies = None, False
    for line in lock.read_text().splitlines():
        if found := _PACKAGE.match(line):
            if package and applies:
                yield package
            package = Package(name=found[1], version=found[2])
            applies = not found[3] or Marker(found[3]).evaluate(environment)
        elif package and (digest := _DIGEST.search(line)):
            package.digests.append(digest[1])
        elif package and (via := _VIA.match(line)) and via[1]:
            if via[1].startswith("-r "):
                package.direct = True
            else:
                package.needed_by.append(via[1])
    if package and applies:
        yield package


def npm_packages(lock: Path) -> Iterator[Package]:
    """Yield what npm's lock installs for others than its developers."""
    entries: dict[str, dict[str, Any]] = json.loads(lock.read_text())["packages"]
    ours = entries[""].get("dependencies", {})
    for path, entry in entries.items():
        if not path or entry.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        algorithm, _, digest = entry["integrity"].partition("-")
        yield Package(
            name=name,
            version=entry["version"],
            digests=[b64decode(digest).hex()],
            needed_by=[
                other.rpartition("node_modules/")[2]
                for other, needing in entries.items()
                if other and not needing.get("dev") and name in needing.get("dependencies", {})
            ],
            direct=name in ours,
            registry="npm",
            algorithm=algorithm.upper().replace("SHA", "SHA-"),
        )


def bill(product: Product) -> dict[str, Any]:
    """Return a product's bill of materials."""
    lock = ROOT / product.lock
    read = packages(lock, product.python) if product.python else npm_packages(lock)
    found = sorted(read, key=lambda package: package.name)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    root = f"fraudstream-{product.name}@{version}"
    needs: dict[str, list[str]] = {package.name: [] for package in found}
    direct = [package.reference for package in found if package.direct]
    for package in found:
        for name in package.needed_by:
            if name in needs:
                needs[name].append(package.reference)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": f"fraudstream-{product.name}",
                "version": version,
                "description": product.description,
            }
        },
        "components": [_component(package) for package in found],
        "dependencies": [
            {"ref": root, "dependsOn": direct},
            *({"ref": package.reference, "dependsOn": needs[package.name]} for package in found),
        ],
    }


def _component(package: Package) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": package.reference,
        "name": package.name,
        "version": package.version,
        "purl": package.reference,
        "hashes": [{"alg": package.algorithm, "content": digest} for digest in sorted(package.digests)],
    }


def rendered(product: Product) -> str:
    """Return the text of a product's file."""
    return json.dumps(bill(product), indent=1) + "\n"


def main() -> None:
    """Write every bill."""
    DIRECTORY.mkdir(exist_ok=True)
    for product in PRODUCTS:
        path = DIRECTORY / f"{product.name}.cdx.json"
        path.write_text(rendered(product))
        print(f"{path.relative_to(ROOT)}: {len(bill(product)['components'])} packages")


if __name__ == "__main__":
    main()

"""The virtual environments: each has what its pinned, hashed requirements name, in those versions."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from operate.doctor.findings import Finding, Part
from operate.doctor.machine import ROOT

try:
    from packaging.markers import Marker
except ImportError:  # a Python without our packages has pip's
    from pip._vendor.packaging.markers import Marker  # type: ignore[assignment]

_PART = Part("environments")
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)(?: *; *([^\\\n]+))?", re.MULTILINE)
_OURS = (("dev", ".venv"), *((name, f".local/venvs/{name}") for name in ("aws", "sam", "runtime", "container")))
_ON_DEMAND = ("bench", "fuzz", "sdk", "spark", "cli", "security")
_SHOWN = 3


def look(root: Path = ROOT) -> Iterator[Finding]:
    """Look at what `make setup` makes, and at what else was made."""
    for name, place in _OURS:
        yield from _one(root, name, place, needed=True)
    for name in _ON_DEMAND:
        place = f".local/venvs/{name}"
        if (root / place).exists() and (root / "requirements" / f"{name}.txt").exists():
            yield from _one(root, name, place, needed=False)


def _one(root: Path, name: str, place: str, *, needed: bool) -> Iterator[Finding]:
    requirements = root / "requirements" / f"{name}.txt"
    ready = root / place / ".ready"
    again = f"rm -r {place}; make setup" if needed else f"rm -r {place}; the next command that needs it makes it again"
    if not ready.exists():
        yield _PART.fail(f"{place} is not there, or was not made to the end", "make setup" if needed else again)
        return
    wrong = differences(requirements.read_text(), root / place)
    if wrong:
        shown = ", ".join(wrong[:_SHOWN]) + (", ..." if len(wrong) > _SHOWN else "")
        yield _PART.fail(f"{place} is not as requirements/{name}.txt says: {shown}", again)
    elif ready.stat().st_mtime < requirements.stat().st_mtime:
        yield _PART.warn(f"{place} is older than requirements/{name}.txt, and fits it", "the next make reinstalls it")
    else:
        yield _PART.ok(f"{place} is as requirements/{name}.txt says")


def differences(requirements: str, environment: Path) -> list[str]:
    """Return what an environment lacks or has in another version; what it has besides does not matter.

    pip checked the hashes when it installed: requirements without one for each file are refused there.
    """
    installed = {_plain(d.name): d.version for d in _installed(environment)}
    python = _python_of(environment)
    there = {"python_full_version": python, "python_version": ".".join(python.split(".")[:2])}
    wrong = []
    for name, wanted, marker in _PINNED.findall(requirements):
        if marker and not Marker(marker.strip()).evaluate(there):
            continue
        found = installed.get(_plain(name))
        if found != wanted:
            wrong.append(f"{name} {wanted} wanted, {found or 'none'} found")
    return wrong


def _installed(environment: Path) -> Iterator[Distribution]:
    places = [str(path) for path in environment.glob("lib/python*/site-packages")] + [
        str(path) for path in environment.glob("Lib/site-packages")
    ]
    yield from distributions(path=places)


def _python_of(environment: Path) -> str:
    """Return the Python of an environment, such as 3.12.4."""
    text = (environment / "pyvenv.cfg").read_text() if (environment / "pyvenv.cfg").exists() else ""
    found = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+\.\d+)", text, re.MULTILINE)
    return found.group(1) if found else "3.11.0"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

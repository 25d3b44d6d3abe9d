"""The machine: programs, ports, disk. Nothing here needs a network or more than the standard library."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from local.ports import answers, owner_of
from operate.doctor.findings import Finding, Part

ROOT = Path(__file__).parents[2]
PORT = 4566
_PART = Part("machine")
_OPTIONAL = {
    "docker": "only `sam local invoke` needs it",
    "aws": "only for commands copied from the documentation: install AWS CLI version 2",
    "java": "only the tests of the Glue job need it (`make spark`)",
    "node": "only two scanners of `make check` need it",
}
_NEEDED_GB, _COMFORTABLE_GB = 2, 5
_SECONDS = 30
_PYTHON = (3, 11)


def look() -> Iterator[Finding]:
    """Look at the machine."""
    yield from _python()
    for name in ("git", "make"):
        found = shutil.which(name)
        yield _PART.ok(name) if found else _PART.fail(f"{name} is not installed", f"install {name}")
    yield from _sam()
    for name, why in _OPTIONAL.items():
        yield _PART.ok(name) if shutil.which(name) else _PART.ok(f"{name} is not installed; {why}")
    yield from _disk()
    yield from _port()


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _PYTHON:
        yield _PART.ok(f"python {version}")
    else:
        yield _PART.fail(f"python {version}", "install Python 3.11 or newer, and give make PYTHON=python3.13")


def _sam() -> Iterator[Finding]:
    """Start it: an environment that was moved or half made has the file, and cannot run it."""
    program = ROOT / ".local/venvs/sam/bin/sam"
    if not program.exists():
        yield _PART.fail("sam is not there", "make setup")
        return
    try:
        answer = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=_SECONDS, check=True
        )
        yield _PART.ok(answer.stdout.strip())
    except (OSError, subprocess.SubprocessError):
        yield _PART.fail("sam does not start", "rm -r .local/venvs/sam; make setup")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < _NEEDED_GB:
        yield _PART.fail(
            f"{free:.1f} GB of disk free", f"free {_NEEDED_GB} GB; `make clean` removes what was made here"
        )
    elif free < _COMFORTABLE_GB:
        yield _PART.warn(f"{free:.1f} GB of disk free", "enough for the demo, not for Spark or many runs")
    else:
        yield _PART.ok(f"{free:,.0f} GB of disk free")


def _port() -> Iterator[Finding]:
    if not answers(PORT):
        yield _PART.ok(f"port {PORT} is free")
    elif (ROOT / ".local/run/stack.json").exists():
        yield _PART.ok(f"port {PORT} is in use, and an embedded stack of this directory runs")
    else:
        owner = owner_of(PORT) if os.name == "posix" else None
        by = f" by {owner}" if owner else ""
        yield _PART.warn(
            f"port {PORT} is in use{by}", "make local takes another by itself; make local PORT=... names one"
        )

"""Installing pinned and hashed wheels for a target into a directory."""

import shutil
import subprocess
import sys
from pathlib import Path

from layers.maker.targets import Target


class MakerError(Exception):
    """A layer cannot be built; the message says what is missing."""


def install(requirements: Path, *, target: Target, directory: Path) -> None:
    """Install every requirement as a wheel for `target`, checking its hash; nothing is built from source.

    Raises
    ------
    MakerError
        If no pip is at hand, or pip fails.
    """
    command = [
        *_pip(),
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-warn-conflicts",
        "--no-deps",  # the file lists every package there is
        "--require-hashes",
        "--no-compile",  # the bytecode has to be the target's, see bytecode.py
        "--only-binary=:all:",
        *target.pip_options,
        "--target",
        str(directory),
        "--requirement",
        str(requirements),
    ]
    if subprocess.run(command, check=False).returncode:
        raise MakerError(f"pip could not install {requirements} for {target.name}, Python {target.python}")


def _pip() -> list[str]:
    """Find a pip: this interpreter's if it has one. For a foreign target any will do."""
    here = [sys.executable, "-m", "pip"]
    if _works(here):
        return here
    for name in ("pip3", "pip"):
        if (found := shutil.which(name)) and _works([found]):
            return [found]
    raise MakerError(f"{sys.executable} has no pip. Set PYTHON=... to one that has (a virtual environment's will do).")


def _works(command: list[str]) -> bool:
    return subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0

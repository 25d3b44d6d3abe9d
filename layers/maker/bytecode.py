"""Compiling for the Python that will run the layer."""

import shutil
import subprocess
import sys
from pathlib import Path


def interpreter_for(version: str) -> str | None:
    """Find a Python of that minor version on this machine that starts.

    A name on the path is not enough: version managers put one there for every Python they could install.
    """
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        return None
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([found, "-c", question], capture_output=True, text=True, check=False)
    return found if answer.stdout.strip() == version else None


def compile_with(interpreter: str, directory: Path, *, root: Path) -> None:
    """Compile everything below `directory`.

    A layer is read-only where it runs: without bytecode every cold start compiles again. The files are marked as
    never to be compared with their source (`unchecked-hash`), because packaging does not keep modification times.
    They name the place below ``/opt`` where Lambda mounts `root`, so they are the same wherever they were made.
    """
    options = ["-q", "-f", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/opt"]
    subprocess.run([interpreter, "-m", "compileall", *options, str(directory)], check=True)

"""Runs a scanner's program."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from lint.security.findings import ScannerFailedError

_SAID = 2_000


def run(
    command: Sequence[str],
    *,
    good: Sequence[int] = (0,),
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> str:
    """Return what a program prints.

    Raises
    ------
    ScannerFailedError
        If it ends with a code that is not good.
    """
    settings = {**os.environ, **(environment or {})}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=settings, cwd=directory)
    if done.returncode not in good:
        said = (done.stderr or done.stdout)[-_SAID:]
        raise ScannerFailedError(f"{Path(command[0]).name} ended with {done.returncode}:\n{said}")
    return done.stdout

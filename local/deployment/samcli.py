"""Running the SAM CLI, which lives in a virtual environment of its own."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local.processes import ROOT
from local.stack import StackError
from local.stack_info import clean_environment

_SHOWN_LINES = 40
# make would hand down its own options and variables.
_OF_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")


class DeployError(StackError):
    """The template cannot be built or deployed, or the embedded AWS lacks something the system needs."""


def sam_path() -> Path:
    """Return the SAM CLI that `make setup` installed; FRAUDSTREAM_SAM names another one.

    Raises
    ------
    DeployError
        If it is not there.
    """
    path = Path(os.environ.get("FRAUDSTREAM_SAM") or ROOT / ".local" / "venvs" / "sam" / "bin" / "sam")
    if not path.exists():
        raise DeployError(f"{path} does not exist; `make setup` makes it")
    return path


def run_sam(
    arguments: Sequence[str], *, environment: Mapping[str, str], on_line: Callable[[str], None] = lambda _: None
) -> None:
    """Run the SAM CLI with nothing of the caller's AWS settings, and pass on its lines as they come.

    Raises
    ------
    DeployError
        If it fails; with the end of what it said.
    """
    inherited = {name: value for name, value in clean_environment().items() if name not in _OF_MAKE}
    settings = {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.5", "PYTHON": sys.executable}
    said: deque[str] = deque(maxlen=_SHOWN_LINES)
    with subprocess.Popen(
        [str(sam_path()), *arguments],
        cwd=ROOT,
        env=inherited | settings | dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            for line in process.stdout or ():
                said.append(line.rstrip())
                on_line(line.rstrip())
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        end = "\n".join(f"  {line}" for line in said if line)
        raise DeployError(f"sam {arguments[0]} failed with exit code {process.returncode}. It ended:\n{end}")

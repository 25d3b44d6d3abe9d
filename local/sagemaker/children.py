"""Child processes that end with this one, even when it is killed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_LEASH = str(Path(__file__).with_name("leash.py"))


class Child:
    """A running command; its output and its errors arrive as one stream of lines.

    Parameters
    ----------
    command, cwd, environment
        What runs, where, and with exactly which environment.
    """

    def __init__(self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", _LEASH, *command],
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is for the owner to handle
        )

    def lines(self) -> Iterator[str]:
        """Yield the output, line by line, until the command ends."""
        for line in self._process.stdout or ():
            yield line.decode(errors="replace").rstrip("\r\n")

    def wait(self) -> int:
        """Return the exit code; 128 + n after signal n."""
        code = self._process.wait()
        self._close()
        return code

    def stop(self, grace_seconds: float) -> None:
        """Ask the command to end, and kill it when it has not after the grace. Does not wait."""
        self._process.terminate()
        timer = threading.Timer(grace_seconds, self.kill)
        timer.daemon = True
        timer.start()

    def kill(self) -> None:
        """Let go of the leash: the command and all it started are killed."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()

    def _close(self) -> None:
        self.kill()
        if self._process.stdout is not None:
            self._process.stdout.close()

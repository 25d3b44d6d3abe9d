"""The long-running processes of the embedded AWS: started, recognised, stopped.

A process is known by a file with its id in a run directory. It holds a lock on that file as long as it lives,
so a file that was left behind, or whose process id now belongs to somebody else, is never mistaken for it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
_LIFELINE = Path(__file__).parent / "aws" / "lifeline.py"
_POLL_SECONDS = 0.02
_KILL_SECONDS = 5.0


class StillRunningError(Exception):
    """A process did not end, not even when killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A Python module that runs as a process of its own.

    Parameters
    ----------
    name
        What it is called in messages and file names.
    python
        Interpreter of its virtual environment.
    module, arguments
        As after ``python -m``; run in the project's directory.
    environment
        Complete.
    inherited_fds
        File descriptors it gets beside its output.
    """

    name: str
    python: Path
    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    inherited_fds: Sequence[int] = ()


class RunDirectory:
    """The processes of one stack, by name.

    Parameters
    ----------
    path
        The directory of the process files; made when needed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def start(
        self, service: Service, log: Path, *, lifeline_fd: int | None = None, grace_seconds: float = 5.0
    ) -> subprocess.Popen[bytes]:
        """Start a process in a group of its own.

        Parameters
        ----------
        log
            Receives its output; appended to.
        lifeline_fd
            Reading end of a pipe; the process ends when the pipe has no writer left, within the grace. Without
            one it goes on after its starter.

        Raises
        ------
        StillRunningError
            If a process of that name runs.
        """
        python, end = [str(service.python)], ["-m", service.module]
        fds = list(service.inherited_fds)
        if lifeline_fd is not None:
            end = ["-P", str(_LIFELINE), str(lifeline_fd), str(grace_seconds), service.module]
            fds.append(lifeline_fd)
        self._path.mkdir(parents=True, exist_ok=True)
        log.parent.mkdir(parents=True, exist_ok=True)
        with self._file(service.name).open("a+") as file, log.open("ab") as output:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StillRunningError(f"{service.name} is already running") from None
            process = subprocess.Popen(
                [*python, *end, *service.arguments],
                cwd=ROOT,
                env=dict(service.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[*fds, file.fileno()],  # the lock lives as long as any copy of the descriptor
                start_new_session=True,
            )
            file.truncate(0)
            file.write(str(process.pid))
        return process

    def running(self, name: str) -> int | None:
        """Return the id of the process of that name, or None if there is none."""
        try:
            with self._file(name).open("r") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(file.read() or 0)
        except FileNotFoundError:
            pass
        return None

    def stop(self, name: str, grace_seconds: float = 10.0) -> bool:
        """Ask a process to end, and kill its group when it has not after the grace.

        Returns
        -------
        bool
            Whether there was one.
        """
        pid = self.running(name)
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            self._wait(name, grace_seconds)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)  # also for what it may have left behind
            if not self._wait(name, _KILL_SECONDS):
                raise StillRunningError(f"{name} (pid {pid}) does not end")
        self._file(name).unlink(missing_ok=True)
        return bool(pid)

    def _wait(self, name: str, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.running(name) is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def _file(self, name: str) -> Path:
        return self._path / f"{name}.pid"

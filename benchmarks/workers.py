"""Contestants in processes of their own: imports, threads and garbage of one do not touch another."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from benchmarks.places import ROOT

_PYTHONPATH = f"{ROOT / 'layers' / 'fraud' / 'python'}:{ROOT}"


class WorkerError(Exception):
    """A contestant ended, or its handler raised."""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of one batch: of the contestant's processor time, threads included, and of the clock; what it raised."""

    cpu_seconds: float
    wall_seconds: float
    error: str | None = None


class Worker:
    """One contestant's process; a context manager."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self.name = name
        self._environment = {**environment, "PYTHONPATH": _PYTHONPATH}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.contestants", self.name],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._line()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            if error is not None:
                self._process.kill()
            self._process.communicate()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None  # noqa: S101 - it was started
        return self._process.pid

    def run(self, event: Mapping[str, Any]) -> Took:
        """Give it a batch and wait.

        Raises
        ------
        WorkerError
            The handler raised.
        """
        took = self.attempt(event)
        if took.error:
            raise WorkerError(f"{self.name}: {took.error}")
        return took

    def attempt(self, event: Mapping[str, Any]) -> Took:
        """Give it a batch and wait; what the handler raised is part of the answer."""
        assert self._process is not None  # noqa: S101 - it was started
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        self._process.stdin.write(json.dumps(event).encode() + b"\n")
        self._process.stdin.flush()
        return Took(**json.loads(self._line()))

    def _line(self) -> bytes:
        assert self._process is not None  # noqa: S101 - it was started
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        line = self._process.stdout.readline()
        if not line:
            raise WorkerError(f"{self.name} ended with {self._process.wait()}")
        return line

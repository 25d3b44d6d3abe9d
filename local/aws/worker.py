"""The process behind an execution environment: AWS's runtime client with the function's code."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.aws.function_log import FunctionLog
from local.aws.function_spec import FunctionSpec, worker_environment
from local.aws.memory import MemoryGauge
from local.aws.runtime_api import RuntimeApi, RuntimeApiProtocolError, RuntimeApiTimeoutError, RuntimeRequest

_HERE = Path(__file__).parent
_LIFELINE = _HERE / "lifeline.py"
_FALLBACK_CLIENT = _HERE / "fallback"
_REAP_SECONDS = 5.0


class WorkerError(Exception):
    """The platform ended an invocation. The message is Lambda's wording."""

    error_type = "Runtime.Unknown"
    status = "error"


class WorkerExitedError(WorkerError):
    """The process ended by itself."""

    error_type = "Runtime.ExitError"


class WorkerOutOfMemoryError(WorkerError):
    """The process held more than the function's memory size."""

    error_type = "Runtime.OutOfMemory"


class WorkerTimedOutError(WorkerError):
    """The process took longer than the function's timeout."""

    error_type = "Sandbox.Timedout"
    status = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSetup:
    """What all workers share.

    Parameters
    ----------
    python
        Interpreter of the virtual environment with ``awslambdaric`` in it, and nothing of ours.
    endpoint_url
        The embedded AWS, for the functions' own calls.
    state
        Directory for scratch files.
    lifeline_fd
        Reading end of a pipe whose writing end this process holds for as long as it lives.
    portable_client
        Whether to do without the native half of the runtime client, which exists for Linux only.
    """

    python: Path
    endpoint_url: str
    state: Path
    lifeline_fd: int
    portable_client: bool = sys.platform != "linux"


class Worker:
    """A running process and its side of the Runtime API.

    Parameters
    ----------
    spec, setup
        What runs, and where.
    task_root, layers_root
        The unpacked package and layers.
    log
        Receives standard output and error.
    """

    def __init__(
        self, spec: FunctionSpec, setup: WorkerSetup, *, task_root: Path, layers_root: Path, log: FunctionLog
    ) -> None:
        self._spec = spec
        self._api = RuntimeApi()
        self._temporary = setup.state / "tmp" / log.path.stem
        self._temporary.mkdir(parents=True)
        python_path = [layers_root / "python", *([_FALLBACK_CLIENT] if setup.portable_client else [])]
        self._process = subprocess.Popen(
            [setup.python, "-P", _LIFELINE, str(setup.lifeline_fd), "0", "awslambdaric", spec.handler],
            cwd=task_root,
            env=worker_environment(
                spec,
                runtime_api=self._api.address,
                endpoint_url=setup.endpoint_url,
                task_root=str(task_root),
                python_path=os.pathsep.join(map(str, python_path)),
                temporary=str(self._temporary),
                log_stream=log.stream,
            ),
            stdin=subprocess.DEVNULL,
            stdout=log.fileno(),
            stderr=log.fileno(),
            pass_fds=[setup.lifeline_fd],
            start_new_session=True,  # a group of its own, so that what the function starts ends with it
        )
        self._memory = MemoryGauge(pid=self._process.pid)

    @property
    def pid(self) -> int:
        """The process, and its group."""
        return self._process.pid

    def receive(self, deadline: float) -> RuntimeRequest:
        """Wait for the worker's next request, until ``deadline`` on the monotonic clock.

        Raises
        ------
        WorkerError
            If the process ends, outgrows its memory or misses the deadline. It is dead afterwards.
        """
        try:
            return self._api.receive(deadline, self._check)
        except RuntimeApiTimeoutError:
            self.kill()
            raise WorkerTimedOutError(f"Task timed out after {self._spec.timeout_seconds:.2f} seconds") from None
        except RuntimeApiProtocolError as error:
            self.kill()
            raise WorkerError(f"Runtime does not speak the Runtime API: {error}") from error

    def is_listening(self) -> bool:
        """Return whether the worker still waits for the answer to its last request."""
        return self._process.poll() is None and not self._api.hung_up()

    def reply(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Answer the request received last."""
        self._api.reply(status, body, headers)

    def peak_memory_mb(self) -> int:
        """Return the most the process has held so far, in MiB."""
        self._memory.measure()
        return round(self._memory.peak_mb)

    def strike(self) -> None:
        """Kill the process and everything it started, without waiting; from any thread."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter for zombies
            os.killpg(self._process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End the process and everything it started, at once."""
        self._memory.measure()
        self.strike()
        self._process.wait(_REAP_SECONDS)

    def close(self) -> None:
        """Kill, and remove what the process left."""
        self.kill()
        self._api.close()
        shutil.rmtree(self._temporary, ignore_errors=True)

    def _check(self) -> None:
        code = self._process.poll()
        if code is not None:
            raise WorkerExitedError(_how_it_ended(code))
        if self._memory.measure() > self._spec.memory_mb:
            self.kill()
            raise WorkerOutOfMemoryError(_how_it_ended(-signal.SIGKILL))


def _how_it_ended(code: int) -> str:
    if code == 0:
        return "Runtime exited without providing a reason"
    if code > 0:
        return f"Runtime exited with error: exit status {code}"
    name = signal.strsignal(-code) or f"signal {-code}"
    return f"Runtime exited with error: signal: {name.lower()}"

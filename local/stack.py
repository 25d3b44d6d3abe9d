"""The embedded AWS as a whole: its processes started, watched while they start, and stopped.

A stack is either *attached*, which is what the demo and the tests use: it ends with the process that started
it, even when that one is killed; or *detached*: it goes on until somebody stops it.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from types import TracebackType
from typing import Any, Self

from local.ports import LOOPBACK, PortTakenError, answers, free_ports, listen, port_of
from local.processes import ROOT, RunDirectory, StillRunningError
from local.services import SERVICES, MissingInterpreterError, plan
from local.stack_info import StackInfo, StackPaths

DEFAULT_PORT = 4566
DEFAULT_STATE = ROOT / ".local"
_START_SECONDS = 60.0  # only a machine with much else to do needs more than one of them
_POLL_SECONDS = 0.02
_LOG_LINES = 15


class StackError(Exception):
    """The stack cannot be started or stopped; the message says what to do."""


class EmbeddedStack:
    """The processes of the embedded AWS; a context manager.

    Parameters
    ----------
    state_dir
        Directory for state, logs and process files; one stack per directory.
    port
        Port of the endpoint, 0 for any. By default 4566, or any if somebody else has that.
    detached
        Whether it goes on after this process.
    services
        Which processes.
    alarm_minute_seconds
        How long a minute of the alarms' periods lasts: fewer than sixty seconds let them ring and fall silent sooner.
    say
        Receives what the user should know.

    Examples
    --------
    >>> with EmbeddedStack(state_dir=directory, port=0) as stack:  # doctest: +SKIP
    ...     stack.client("s3").create_bucket(Bucket="archive")
    """

    def __init__(
        self,
        *,
        state_dir: Path = DEFAULT_STATE,
        port: int | None = None,
        detached: bool = False,
        services: Sequence[str] = SERVICES,
        alarm_minute_seconds: int = 60,
        say: Callable[[str], None] = print,
    ) -> None:
        self.paths = StackPaths(state_dir.resolve())
        self._run = RunDirectory(self.paths.run)
        self._port = port
        self._detached = detached
        self._services = services
        self._alarm_minute_seconds = alarm_minute_seconds
        self._say = say
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._lifeline: tuple[int, int] | None = None

    @property
    def info(self) -> StackInfo | None:
        """The running stack of this state directory, whoever started it, or None."""
        return StackInfo.read(self.paths.info) if any(self.processes().values()) else None

    @property
    def endpoint_url(self) -> str:
        """What an AWS client needs."""
        return self._running().endpoint_url

    def client(self, service: str, **options: Any) -> Any:
        """Return a boto3 client of the running stack."""
        return self._running().client(service, **options)

    def processes(self) -> dict[str, int | None]:
        """Return the process id of each service, None for one that does not run."""
        return {name: self._run.running(name) for name in self._services}

    def start(self) -> Self:
        """Start every process and wait until they answer. The stack begins empty.

        Raises
        ------
        StackError
            If one runs already, a process does not start, or the port that was asked for is taken.
        """
        with self._alone():
            running = [name for name, pid in self.processes().items() if pid]
            if running:
                raise StackError(f"the embedded AWS is already running ({', '.join(running)}); `make stop` stops it")
            self.paths.make_fresh()
            try:
                self._start()
            except BaseException:
                self._stop()
                raise
        return self

    def stop(self) -> list[str]:
        """Stop the processes, the last one started first, and return their names.

        Raises
        ------
        StackError
            If one cannot even be killed.
        """
        with self._alone():
            return self._stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> None:
        with self._listen() as listener:
            port = port_of(listener)
            sagemaker_port, issuer_port, door_port = free_ports(3)
            info = StackInfo(
                endpoint_url=f"http://{LOOPBACK}:{port}",
                port=port,
                sagemaker_port=sagemaker_port,
                issuer_port=issuer_port,
                door_port=door_port,
                detached=self._detached,
                started_at=datetime.now(tz=UTC).isoformat(timespec="seconds"),
            )
            if not self._detached:
                self._lifeline = os.pipe()
            try:
                services = plan(
                    self._services,
                    info,
                    self.paths,
                    listener.fileno(),
                    alarm_minute_seconds=self._alarm_minute_seconds,
                )
            except MissingInterpreterError as error:
                raise StackError(str(error)) from error
            for service in services:
                self._children[service.name] = self._run.start(
                    service, self.log(service.name), lifeline_fd=self._lifeline[0] if self._lifeline else None
                )
        self._await("aws", lambda: _healthy(port))
        if "sagemaker" in self._children:
            self._await("sagemaker", lambda: answers(info.sagemaker_port))
        if "people" in self._children:
            self._await("people", lambda: answers(info.issuer_port) and answers(info.door_port))
        for name in self._children:
            self._await(name, lambda: True)
        info.write(self.paths.info)

    def _listen(self) -> socket:
        try:
            return listen(DEFAULT_PORT if self._port is None else self._port)
        except PortTakenError as error:
            if self._port is not None:
                raise StackError(str(error)) from error
            listener = listen(0)
            self._say(f"{error}; using port {port_of(listener)} instead")
            return listener

    def _await(self, name: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            ended = self._children[name].poll() is not None
            if ended or time.monotonic() > deadline:
                what = "ended while starting" if ended else f"does not answer after {_START_SECONDS:.0f} s"
                raise StackError(f"{name} {what}. The end of {self.log(name)}:\n{self._end_of_log(name)}")
            if ready():
                return
            time.sleep(_POLL_SECONDS)

    def _stop(self) -> list[str]:
        try:
            stopped = [name for name in reversed(self._services) if self._run.stop(name)]
        except StillRunningError as error:
            raise StackError(str(error)) from error
        for child in self._children.values():
            child.wait()
        self._children.clear()
        for fd in self._lifeline or ():
            os.close(fd)
        self._lifeline = None
        self.paths.forget()
        return stopped

    def log(self, name: str) -> Path:
        """Return the log file of a service."""
        return self.paths.logs / f"{name}.log"

    def _end_of_log(self, name: str) -> str:
        lines = self.log(name).read_text(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-_LOG_LINES:])

    def _running(self) -> StackInfo:
        info = self.info
        if info is None:
            raise StackError("the embedded AWS is not running; `make local` starts it")
        return info

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No two processes start or stop the stack of one directory at once."""
        self.paths.run.mkdir(parents=True, exist_ok=True)
        with (self.paths.run / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StackError("the embedded AWS is being started or stopped by another process") from None
            yield


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()

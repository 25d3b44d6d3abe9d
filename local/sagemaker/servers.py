"""A model server as seen from here: started, watched, restarted, asked, drained."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.sagemaker.children import Child
from local.sagemaker.model_server import ANNOUNCEMENT
from local.sagemaker.stack import LogStream

RESPONSE_LIMIT_SECONDS = 60.0  # what InvokeEndpoint leaves the container
_RESTART_SECONDS = 1.0
_LONGEST_RESTART_SECONDS = 30.0
_SCRIPT = str(Path(__file__).with_name("model_server.py"))


class UnhealthyError(Exception):
    """The server does not answer its health check."""


class NoAnswerError(Exception):
    """The server did not answer in time, or broke off; ``timed_out`` tells which."""

    def __init__(self, *, timed_out: bool) -> None:
        super().__init__("timed out" if timed_out else "broken off")
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the container answered."""

    status: int
    content_type: str
    body: bytes


class ModelServer:
    """One model server process behind kept-alive connections.

    A server that ends by itself is started again, at growing intervals; invocations wait for it, as they
    wait for a cold serverless container. One that never became healthy is not tried again.
    """

    def __init__(self, python: str, container: Path, environment: Mapping[str, str], log: LogStream) -> None:
        self._command = [python, _SCRIPT, str(container / "model")]
        self._container, self._environment, self._log = container, environment, log
        self._changed = threading.Condition()
        self._child: Child | None = None
        self._port: int | None = None
        self._was_healthy = self._given_up = self._closed = False
        self._idle: list[http.client.HTTPConnection] = []
        self.in_flight = 0

    def start(self, seconds: float) -> None:
        """Start, and return when healthy; raises :class:`UnhealthyError` after ``seconds`` or at its end."""
        threading.Thread(target=self._watch, name="model-server", daemon=True).start()
        try:
            self._wait_for_port(seconds)
        except UnhealthyError:
            self.close()
            raise

    def invoke(self, body: bytes, headers: Mapping[str, str], seconds: float = RESPONSE_LIMIT_SECONDS) -> Answer:
        """Return the container's answer to one request, whatever its status."""
        deadline = time.monotonic() + seconds
        with self._changed:
            self.in_flight += 1
        try:
            while True:
                self._wait_for_port(deadline - time.monotonic())
                connection, fresh = self._connection(deadline)
                try:
                    return self._ask(connection, body, headers)
                except TimeoutError as error:
                    connection.close()
                    raise NoAnswerError(timed_out=True) from error
                except (OSError, http.client.HTTPException) as error:
                    connection.close()
                    if isinstance(error, ConnectionRefusedError):
                        self._is_gone(connection.port)
                    elif fresh:
                        raise NoAnswerError(timed_out=False) from error
                    # Otherwise a kept connection was to a process that has ended since: ask its successor.
        except UnhealthyError as error:
            raise NoAnswerError(timed_out=True) from error
        finally:
            with self._changed:
                self.in_flight -= 1
                self._changed.notify_all()

    def close(self, drain_seconds: float = 0.0) -> None:
        """End the process, once what it is answering is answered or ``drain_seconds`` have passed."""
        with self._changed:
            self._changed.wait_for(lambda: self.in_flight == 0, drain_seconds)
            self._closed = True
            self._changed.notify_all()
            if self._child is not None:
                self._child.kill()

    def _watch(self) -> None:
        pause = _RESTART_SECONDS
        while not self._closed:
            started_at = time.monotonic()
            code = self._live()
            with self._changed:
                self._port, self._idle = None, []
                self._given_up = not self._was_healthy
                self._changed.notify_all()
                if self._closed or self._given_up:
                    break
                self._log.write(f"model server ended with code {code}; starting it again in {pause} s")
                self._changed.wait_for(lambda: self._closed, pause)
            lived_long = time.monotonic() - started_at > _LONGEST_RESTART_SECONDS
            pause = _RESTART_SECONDS if lived_long else min(pause * 2, _LONGEST_RESTART_SECONDS)
        self._log.close()

    def _live(self) -> int:
        """Run the process from its start to its end."""
        child = Child(self._command, cwd=self._container, environment=self._environment)
        with self._changed:
            self._child = child
            if self._closed:
                child.kill()
        for line in child.lines():
            self._log.write(line)
            if line.startswith(ANNOUNCEMENT):
                self._ping(int(line.removeprefix(ANNOUNCEMENT)))
        return child.wait()

    def _ping(self, port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/ping")
            healthy = connection.getresponse().status == 200
        except OSError:
            healthy = False
        finally:
            connection.close()
        with self._changed:
            self._port = port if healthy else None
            self._was_healthy = self._was_healthy or healthy
            self._changed.notify_all()

    def _is_gone(self, port: int) -> None:
        """Nothing listens there any more; wait for the next, which the watching thread will bring."""
        with self._changed:
            if self._port == port:
                self._port = None

    def _wait_for_port(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._port or self._given_up or self._closed, seconds)
            if self._port is None:
                raise UnhealthyError

    def _connection(self, deadline: float) -> tuple[http.client.HTTPConnection, bool]:
        left = max(deadline - time.monotonic(), 0.001)
        with self._changed:
            connection = self._idle.pop() if self._idle else None
            port = self._port or 0
        if connection is None:
            return http.client.HTTPConnection("127.0.0.1", port, timeout=left), True
        connection.sock.settimeout(left)
        return connection, False

    def _ask(self, connection: http.client.HTTPConnection, body: bytes, headers: Mapping[str, str]) -> Answer:
        connection.request("POST", "/invocations", body, dict(headers))
        answer = connection.getresponse()
        given = Answer(status=answer.status, content_type=answer.headers.get("Content-Type", ""), body=answer.read())
        with self._changed:
            if connection.port == self._port:
                self._idle.append(connection)
        return given

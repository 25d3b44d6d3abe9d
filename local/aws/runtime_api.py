"""The Lambda Runtime API for one worker process, without a thread of its own.

Whoever invokes the function serves the worker meanwhile: the request for the next event waits in the socket
until there is one. A warm call is then two small HTTP messages each way.

See https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_PREFIX = "/2018-06-01/runtime/"
_LISTEN_BACKLOG = 8
_RECEIVE_BYTES = 1 << 18
_SEND_TIMEOUT_SECONDS = 10.0  # a worker which does not read for so long is as good as gone
_TICK_SECONDS = 0.05
_TICK_AFTER_HANGUP_SECONDS = 0.005
_REASONS = {200: "OK", 202: "Accepted", 400: "Bad Request"}


class RuntimeApiTimeoutError(Exception):
    """The worker sent nothing before the deadline."""


class RuntimeApiProtocolError(Exception):
    """The worker sent what the Runtime API does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeRequest:
    """A request of the worker; ``path`` starts after the version, as in ``invocation/next``."""

    method: str
    path: str
    body: bytes


class RuntimeApi:
    """A listening socket on the loopback interface and the worker's connection to it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_LISTEN_BACKLOG)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._connection: socket.socket | None = None
        self._hung_up = False
        self._received = bytearray()

    @property
    def address(self) -> str:
        """What ``AWS_LAMBDA_RUNTIME_API`` must say."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def receive(self, deadline: float, check: Callable[[], None]) -> RuntimeRequest:
        """Wait for the worker's next request.

        Parameters
        ----------
        deadline
            On the monotonic clock, in seconds.
        check
            Called while nothing arrives; raises when waiting has become pointless.

        Raises
        ------
        RuntimeApiTimeoutError
            If the deadline passes first.
        """
        while True:
            request = self._take_request()
            if request is not None:
                return request
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise RuntimeApiTimeoutError
            tick = _TICK_AFTER_HANGUP_SECONDS if self._hung_up else _TICK_SECONDS
            ready = self._selector.select(min(remaining, tick))
            if not ready:
                check()
            for key, _ in ready:
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._read()

    def hung_up(self) -> bool:
        """Return whether the worker has closed its connection. It says nothing while it waits for an answer."""
        if self._connection is None:
            return True
        if all(key.fileobj is not self._connection for key, _ in self._selector.select(0)):
            return False
        try:
            return not self._connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def reply(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Answer the request received last. A worker that is gone is noticed by the next `receive`."""
        lines = [f"HTTP/1.1 {status} {_REASONS[status]}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        if self._connection is None:
            return
        try:
            self._connection.sendall(head + body)
        except OSError:
            self._drop_connection()

    def close(self) -> None:
        """Close every socket."""
        self._drop_connection()
        self._selector.close()
        self._listener.close()

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(_SEND_TIMEOUT_SECONDS)
        self._drop_connection()
        self._connection = connection
        self._hung_up = False
        self._selector.register(connection, selectors.EVENT_READ)

    def _read(self) -> None:
        if self._connection is None:
            return
        try:
            data = self._connection.recv(_RECEIVE_BYTES)
        except OSError:
            data = b""
        if data:
            self._received += data
        else:
            self._drop_connection()

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._selector.unregister(self._connection)
            self._connection.close()
            self._connection = None
            self._hung_up = True
        self._received.clear()

    def _take_request(self) -> RuntimeRequest | None:
        """Return the first complete request in what was received, if there is one."""
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return None
        request_line, *fields = self._received[:head_end].decode("latin-1").split("\r\n")
        method, target, _ = request_line.split(" ", 2)
        length = 0
        for field in fields:
            name, _, value = field.partition(":")
            if name.lower() == "content-length":
                length = int(value)
            elif name.lower() == "transfer-encoding":
                raise RuntimeApiProtocolError(f"{request_line}: bodies must come with a length")
        body_start = head_end + 4
        if len(self._received) < body_start + length:
            return None
        body = bytes(self._received[body_start : body_start + length])
        del self._received[: body_start + length]
        if not target.startswith(_PREFIX):
            raise RuntimeApiProtocolError(request_line)
        return RuntimeRequest(method=method, path=target.removeprefix(_PREFIX), body=body)

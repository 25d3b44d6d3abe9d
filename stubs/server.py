"""The stub behind HTTP/1.1 with connections kept alive: one thread, no framework, as little as Python can do."""

import asyncio
import json

from stubs.memory import MemoryAws
from stubs.routing import route
from stubs.wire import Response

_REASONS = {200: b"OK", 204: b"No Content", 400: b"Bad Request", 404: b"Not Found", 503: b"Service Unavailable"}
_HEAD_END = b"\r\n\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(asyncio.Protocol):
    """One client: requests in, one after the other, responses out."""

    def __init__(self, aws: MemoryAws) -> None:
        self._aws = aws
        self._buffer = bytearray()
        self._head: tuple[str, str, dict[str, str]] | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to answer."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream is what create_server gives
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._buffer += data
        while self._head is not None or self._read_head():
            method, path, headers = self._head or ("", "", {})
            size = int(headers.get("content-length", "0"))
            if len(self._buffer) < size:
                return
            body = bytes(self._buffer[:size])
            del self._buffer[:size]
            self._head = None
            self._transport.write(_encoded(self._respond(method, path, headers, body), head_only=method == "HEAD"))

    def _read_head(self) -> bool:
        end = self._buffer.find(_HEAD_END)
        if end < 0:
            return False
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + len(_HEAD_END)]
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self._head = (method, path, headers)
        if headers.get("expect", "").lower() == "100-continue":
            self._transport.write(_CONTINUE)
        return True

    def _respond(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        if path == "/_counts":
            return Response(200, json.dumps(self._aws.counts.as_dict()).encode())
        if path == "/_reset":
            self._aws.reset()
            return Response(200, b"{}")
        return self._aws.answer(route(method, path, headers, body))


def _encoded(response: Response, *, head_only: bool) -> bytes:
    headers = {"content-length": str(len(response.body))} | dict(response.headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    reason = _REASONS.get(response.status, b"Refused")
    head = b"HTTP/1.1 %d %s\r\n%s\r\n" % (response.status, reason, lines)
    return head if head_only else head + response.body


async def serve(aws: MemoryAws, port: int = 0) -> asyncio.Server:
    """Listen on the loopback; port 0 takes a free one."""
    return await asyncio.get_running_loop().create_server(lambda: Connection(aws), "127.0.0.1", port)

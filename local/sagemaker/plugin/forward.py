"""Calls to the SageMaker process: awaited on the event loop, or plain from a worker thread."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import urllib.parse
from typing import Any

Reply = tuple[int, dict[str, str], bytes]

# The process ends a slow invocation after 60 s itself; this only guards against its death.
_TIMEOUT_SECONDS = 90
_DOWN = {"__type": "ServiceUnavailable", "message": "The embedded SageMaker process does not answer."}


def address() -> tuple[str, int]:
    """Return where the process listens; read at each new connection, as it may start after the embedded AWS."""
    url = urllib.parse.urlsplit(os.environ["FRAUDSTREAM_SAGEMAKER_URL"])
    return url.hostname or "127.0.0.1", url.port or 80


class Forwarder:
    """Kept-alive connections for handlers on the event loop; one request at a time on each."""

    def __init__(self) -> None:
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Return the process's reply as it stands, or 503 when it is not there."""
        head = [f"{method} {path} HTTP/1.1", "Host: sagemaker", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join([*head, "", ""]).encode("latin-1") + body
        while True:
            kept = bool(self._idle)
            writer = None
            try:
                reader, writer = self._idle.pop() if kept else await asyncio.open_connection(*address())
                reply = await asyncio.wait_for(self._exchange(reader, writer, request), _TIMEOUT_SECONDS)
            except (OSError, EOFError) as error:  # TimeoutError is an OSError
                if writer is not None:
                    writer.close()
                # A kept connection may be to a process that has ended: its successor is asked.
                if not kept or isinstance(error, TimeoutError):
                    told = {"Content-Type": "application/json", "x-amzn-ErrorType": _DOWN["__type"]}
                    return 503, told, json.dumps(_DOWN).encode()
            else:
                self._idle.append((reader, writer))
                return reply

    @staticmethod
    async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> Reply:
        writer.write(request)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        body = await reader.readexactly(int(headers.pop("Content-Length")))
        return int(lines[0].split(" ", 2)[1]), headers, body


def call(target: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Make one control call from a worker thread; return the status and the decoded answer."""
    connection = http.client.HTTPConnection(*address(), timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("POST", "/", json.dumps(params).encode(), {"X-Amz-Target": target})
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read() or b"{}")
    except OSError:
        return 503, dict(_DOWN)
    finally:
        connection.close()

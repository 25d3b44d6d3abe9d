"""A small HTTP server on the loopback: one function from requests to answers."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LARGEST_BODY = 6 * 1024 * 1024  # what Lambda takes of API Gateway, and more than anything else here needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; the target is the path with the query, as it came."""

    method: str
    target: str
    headers: Mapping[str, str]  # names in small letters
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The parameters in the address; of one that is there twice the last."""
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def form(self) -> dict[str, str]:
        """The parameters in the body."""
        return dict(parse_qsl(self.body.decode(errors="replace")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def as_json(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return a value as an answer."""
    return Answer(
        status=status,
        headers={"content-type": "application/json", **(headers or {})},
        body=json.dumps(value).encode(),
    )


def make_server(port: int, answer: Callable[[Request], Answer]) -> ThreadingHTTPServer:
    """Return a server, listening on the loopback interface (0: any port), not yet serving."""
    server = _Server(("127.0.0.1", port), type("Bound", (_Handler,), {"answer": staticmethod(answer)}))
    server.daemon_threads = True
    return server


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # a page asks for its files all at once

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of browsers that hang up."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One kept-alive connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    answer: Callable[[Request], Answer]

    def _take(self) -> None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= LARGEST_BODY or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._send(Answer(status=413))
            return
        request = Request(
            method=self.command,
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        try:
            answered = type(self).answer(request)
        except Exception:
            traceback.print_exc()
            answered = Answer(
                status=500, headers={"content-type": "text/plain"}, body=b"that did not work; see the log"
            )
        self._send(answered)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _take  # noqa: N815 - names of the base

    def _send(self, answered: Answer) -> None:
        head = [f"HTTP/1.1 {answered.status} -"]
        head += [f"{name}: {value}" for name, value in answered.headers.items() if name.lower() != "content-length"]
        length = len(answered.body)
        if self.command == "HEAD":
            length = int(answered.headers.get("content-length", length))
        if answered.status not in (204, 304):
            head.append(f"content-length: {length}")
        if self.close_connection:
            head.append("connection: close")
        body = b"" if self.command == "HEAD" or answered.status in (204, 304) else answered.body
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)  # one write, one packet

    def log_message(self, *_: Any) -> None:
        """Log no requests: they carry codes and tokens."""

"""The wire: the control API's JSON protocol, the runtime's REST route, and the control route of faults."""

from __future__ import annotations

import json
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.sagemaker.errors import AwsError
from local.sagemaker.faults import KINDS
from local.sagemaker.service import Service

_CONTROL = "/_control/"


class Handler(BaseHTTPRequestHandler):
    """One kept-alive connection, as a rule from the plugin in the embedded AWS."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    service: Service

    def do_GET(self) -> None:
        """Answer ``/_control/health``, for whoever starts the process."""
        healthy = self.path == f"{_CONTROL}health"
        self._json(200 if healthy else 404, {"status": "ok" if healthy else "not found"})

    def do_POST(self) -> None:
        """Answer one call; whatever is raised becomes an error as AWS words it."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = self.path.partition("?")[0].strip("/").split("/")
        try:
            if target := self.headers.get("X-Amz-Target"):
                self._json(200, self.service.call(target, body), "application/x-amz-json-1.1")
            elif len(parts) == 3 and parts[0] == "endpoints" and parts[2] == "invocations":
                invoked = self.service.invocations.invoke(parts[1], self.headers, body)  # type: ignore[arg-type]
                self._reply(200, invoked.body, invoked.headers)
            elif len(parts) == 3 and parts[0] == "_control" and parts[1] in KINDS:
                self.service.faults.set(parts[1], parts[2], json.loads(body or b"{}"))
                self._json(200, {})
            else:
                self._error(AwsError("UnknownOperationException", f"No such route: {self.path}", 404))
        except AwsError as error:
            self._error(error)
        except Exception as error:
            traceback.print_exc()
            self._error(AwsError("InternalFailure", f"{type(error).__name__}: {error}", 500))

    def _error(self, error: AwsError) -> None:
        """Both protocols at once: the type in body and header, the message under both its names."""
        told: dict[str, Any] = {"message": error.message, "Message": error.message, **error.members}
        headers = {"x-amzn-ErrorType": error.code}
        if error.code.isdigit():
            headers = {}  # AWS's front end refuses by status alone
        else:
            told["__type"] = error.code
        self._reply(error.status, json.dumps(told).encode(), {"Content-Type": "application/x-amz-json-1.1", **headers})

    def _json(self, status: int, answer: dict[str, Any], kind: str = "application/json") -> None:
        self._reply(status, json.dumps(answer).encode(), {"Content-Type": kind})

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        head = [f"HTTP/1.1 {status} -", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)  # one write, one packet

    def log_message(self, *_: Any) -> None:
        """Log no requests: they are many, and this process has nothing to say about them."""


def make_server(service: Service, port: int) -> ThreadingHTTPServer:
    """Return the server, listening on the loopback interface, not yet serving."""
    handler = type("BoundHandler", (Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    return server

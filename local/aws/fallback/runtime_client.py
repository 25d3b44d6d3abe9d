"""The native half of AWS's runtime client, in Python, where its wheel has none: macOS.

Same four functions as the native module, over one kept connection. Only `local.aws.worker` puts this directory
on a path.
"""

from __future__ import annotations

import http.client
import os
import threading

_PREFIX = "/2018-06-01/runtime/invocation/"
_lock = threading.Lock()  # the client polls from a thread of its own
_state: dict[str, object] = {}


def initialize_client(user_agent: str) -> None:
    """Prepare the connection; nothing is sent."""
    _state["agent"] = user_agent
    _state["connection"] = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


def next() -> tuple[bytes, dict[str, object]]:  # noqa: A001 - the native module's name for it
    """Wait for the next event: its body and the headers that describe it."""
    body, headers = _send("GET", "next", None, {})
    described: dict[str, object] = {
        name: headers.get(name)
        for name in (
            "Lambda-Runtime-Aws-Request-Id",
            "Lambda-Runtime-Trace-Id",
            "Lambda-Runtime-Invoked-Function-Arn",
            "Lambda-Runtime-Client-Context",
            "Lambda-Runtime-Cognito-Identity",
            "Lambda-Runtime-Aws-Tenant-Id",
            "Lambda-Runtime-Invocation-Id",
            "Content-Type",
        )
    }
    described["Lambda-Runtime-Deadline-Ms"] = int(headers["Lambda-Runtime-Deadline-Ms"])
    return body, described


def post_invocation_result(request_id: str, body: bytes, content_type: str, invocation_id: str | None = None) -> None:
    """Give the function's answer."""
    del invocation_id
    _send("POST", f"{request_id}/response", body, {"Content-Type": content_type})


def post_error(request_id: str, body: str, xray_fault: str, invocation_id: str | None = None) -> None:
    """Give the function's error."""
    del xray_fault, invocation_id
    _send("POST", f"{request_id}/error", body.encode(), {"Content-Type": "application/json"})


def _send(method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[bytes, http.client.HTTPMessage]:
    connection = _state["connection"]
    assert isinstance(connection, http.client.HTTPConnection)  # noqa: S101
    with _lock:
        connection.request(method, _PREFIX + path, body, {"User-Agent": str(_state["agent"]), **headers})
        answer = connection.getresponse()
        received = answer.read()
    if answer.status >= 400:
        raise RuntimeError(f"Runtime API: {answer.status} to {method} {path}")
    return received, answer.headers

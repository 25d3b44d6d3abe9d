"""Serves one model over HTTP, the way SageMaker's inference toolkit does. Runs in the job's Python.

``python model_server.py MODEL_DIRECTORY`` loads ``code/inference.py`` (or ``SAGEMAKER_PROGRAM``) of the
model, calls its ``model_fn``, and then answers ``GET /ping`` and ``POST /invocations`` on a free loopback
port, which it announces on standard output. The script has ``transform_fn``, or else ``input_fn``,
``predict_fn`` and ``output_fn``; text types reach it as ``str``, others as ``bytes``; a content type or an
accept type that the caller leaves open is ``application/json``. An exception of the script is a 500 that says
nothing; only an answer of the script's own has another status: a WSGI application, which Flask would call.
All this is what the XGBoost image does, whose server is ``sagemaker-containers`` under Flask.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

ANNOUNCEMENT = "model server listens on port "
_TEXT_TYPES = ("application/json", "text/csv")
_DEFAULT_TYPE = "application/json"
_STEPS = ("input_fn", "predict_fn", "output_fn")


class Answer(NamedTuple):
    """What the caller gets."""

    status: int
    content_type: str
    body: bytes


_FAILED = Answer(500, "text/html; charset=utf-8", b"<!doctype html>\n<title>500 Internal Server Error</title>\n")


class Model:
    """A loaded model with the user's functions around it; one request at a time, as one worker does."""

    def __init__(self, directory: Path) -> None:
        script = directory / "code" / os.environ.get("SAGEMAKER_PROGRAM", "inference.py")
        sys.path.insert(0, str(script.parent))
        spec = importlib.util.spec_from_file_location(script.stem, script)
        if spec is None or spec.loader is None:
            raise FileNotFoundError(script)
        self._user = importlib.util.module_from_spec(spec)
        sys.modules[script.stem] = self._user  # before it runs, as an import does: dataclasses look there
        spec.loader.exec_module(self._user)
        self._whole = hasattr(self._user, "transform_fn")
        steps = [step for step in _STEPS if hasattr(self._user, step)]
        if self._whole and steps:
            raise ImportError(f"{script.name}: transform_fn cannot be combined with {', '.join(steps)}")
        if not self._whole and len(steps) < len(_STEPS):
            raise ImportError(f"{script.name} needs transform_fn, or all of {', '.join(_STEPS)}")
        self._model = self._user.model_fn(str(directory))
        self._lock = threading.Lock()

    def answer(self, body: bytes, content_type: str, accept: str) -> Answer:
        """Return the script's answer."""
        content = body.decode(errors="replace") if content_type in _TEXT_TYPES else body
        with self._lock:
            if self._whole:
                result = self._user.transform_fn(self._model, content, content_type, accept)
            else:
                prediction = self._user.predict_fn(self._user.input_fn(content, content_type), self._model)
                result = self._user.output_fn(prediction, accept)
        if callable(result):
            return _called(result)
        text, kind = result if isinstance(result, tuple) else (result, accept)
        return Answer(200, _typed(kind), text.encode() if isinstance(text, str) else bytes(text))


def _called(application: Any) -> Answer:
    """Return the answer of a WSGI application, which looks at no request."""
    started: list[Any] = []
    body = b"".join(application({}, lambda status, headers: started.extend((status, dict(headers)))))
    return Answer(int(started[0].split(" ")[0]), started[1].get("Content-Type", _DEFAULT_TYPE), body)


def _typed(kind: str) -> str:
    """Return the content type as Flask sends it."""
    return f"{kind}; charset=utf-8" if kind.startswith("text/") and "charset" not in kind else kind


class Handler(BaseHTTPRequestHandler):
    """The two routes of the container contract."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    model: Model

    def do_GET(self) -> None:
        """Answer the health check: the model is loaded before the port is open."""
        self._reply(200 if self.path == "/ping" else 404, b"", "text/plain")

    def do_POST(self) -> None:
        """Answer one request."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/invocations":
            self._reply(404, b"", "text/plain")
            return
        content_type = self.headers.get("Content-Type") or _DEFAULT_TYPE
        accept = self.headers.get("Accept")
        try:
            answer = self.model.answer(body, content_type, accept if accept and accept != "*/*" else _DEFAULT_TYPE)
        except Exception:
            traceback.print_exc()
            answer = _FAILED
        self._reply(answer.status, answer.body, answer.content_type)

    def _reply(self, status: int, body: bytes, kind: str) -> None:
        head = f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode("latin-1") + body)  # one write, one packet

    def log_message(self, *_: Any) -> None:
        """Log no requests: only what the model prints, and its errors."""


def main(directory: str) -> None:
    """Load the model, then serve it until the process is ended."""
    Handler.model = Model(Path(directory))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"{ANNOUNCEMENT}{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])

"""The wire format of the endpoint: requests, our answers, and what the image would answer in algorithm mode.

One list of cases for every server that runs our `inference.py`: the local model server (`test_inference_wire.py`), and
the real image, by hand, where there is Docker:

    docker run -p 8080:8080 -v $PWD/model:/opt/ml/model -e SAGEMAKER_PROGRAM=inference.py \
      -e SAGEMAKER_SUBMIT_DIRECTORY=/opt/ml/model/code <image> serve
    python -m tests.contract.wire http://localhost:8080 model

What `algorithm_mode` says is AWS's own server without a script (sagemaker-xgboost-container, `algorithm_mode/serve.py`
and `encoder.py`, read 2026-11-23): the reason why we have a script.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INVOKE_LIMIT_BYTES = 6_291_456


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request, and how it is to be answered.

    ``rows`` is the number of scores in the answer; 0 means a refusal whose text holds ``says``.
    """

    name: str
    body: bytes
    content_type: str | None = "text/csv"
    rows: int = 0
    says: str = ""
    status: int = 200
    explained: bool = False
    algorithm_mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server answered."""

    status: int
    content_type: str
    body: bytes


def cases(metadata: dict[str, Any]) -> Iterator[Case]:
    """Yield every case for a model, by its bundle's metadata."""
    width, header = len(metadata["feature_names"]), f"#schema={metadata['schema_hash']},explain=2\n".encode()
    row = ",".join(["0.5"] * width).encode()
    long = b"\n".join([row] * ((INVOKE_LIMIT_BYTES + 1) // (len(row) + 1)))
    full = long + b"0" * (INVOKE_LIMIT_BYTES - len(long))  # the last 0.5 becomes 0.5000
    yield from (
        Case(name="one row", body=row, rows=1, algorithm_mode="200, the score"),
        Case(
            name="three rows", body=b"\n".join([row] * 3) + b"\n", rows=3, algorithm_mode="200, on one line, by commas"
        ),
        Case(name="CRLF", body=row + b"\r\n" + row + b"\r\n", rows=2, algorithm_mode="200, on one line, by commas"),
        Case(
            name="a charset",
            body=row,
            content_type="text/csv; charset=utf-8",
            rows=1,
            algorithm_mode="200, the score",
        ),
        Case(name="missing values", body=b"nan" + row[3:], rows=1, algorithm_mode="200, the score"),
        Case(name="6 MB", body=full, rows=full.count(b"\n") + 1, algorithm_mode="200, on one line, by commas"),
        Case(name="a schema", body=header + row, rows=1, explained=True, algorithm_mode="415, no number"),
    )
    columns = f"a row has not the {width} columns"
    yield from (
        _refused("too narrow", row[4:], columns, "200, A WRONG SCORE"),
        _refused("too wide", row + b",0.5", columns, "400"),
        _refused("ragged", row + b"\n" + row[4:], columns, "415, no matrix"),
        _refused("a word", b"abc" + row[3:], "a value is not a number", "415, no number"),
        _refused("an empty field", row[3:], "a value is not a number", "200, as a missing value"),
        _refused("infinite", b"inf" + row[3:], "a value is infinite", "415, XGBoost refuses it"),
        _refused("no UTF-8", b"\xff\xfe\xfd" + row[3:], "a value is not a number", "415, no UTF-8"),
        _refused("another schema", b"#schema=0000,explain=2\n" + row, "features of schema 0000", "415, no number"),
        _refused("empty", b"", "no rows", "204"),
        _refused("blank", b"\n", "no rows", "415, no matrix"),
        _refused("JSON", b"[0.5]", "send text/csv", "415", content_type="application/json"),
        _refused("no content type", row, "send text/csv", "taken for libsvm", content_type=None),
    )


def _refused(name: str, body: bytes, says: str, algorithm_mode: str, *, content_type: str | None = "text/csv") -> Case:
    return Case(name=name, body=body, content_type=content_type, status=400, says=says, algorithm_mode=algorithm_mode)


def problem(case: Case, reply: Reply, metadata: dict[str, Any]) -> str | None:
    """Say what is wrong with a reply, None when it is as the contract has it."""
    if reply.status != case.status:
        return f"status {reply.status}, not {case.status}: {reply.body[:200]!r}"
    if case.status != 200:
        return None if case.says in reply.body.decode() else f"{reply.body[:200]!r} does not say {case.says!r}"
    kind = reply.content_type.partition(";")[0]
    if case.explained:
        told = json.loads(reply.body)
        identity = (told["model_version"], told["schema_hash"], told["thresholds"])
        expected = tuple(metadata[name] for name in ("model_version", "schema_hash", "thresholds"))
        if (kind, identity) != ("application/json", expected):
            return f"{kind} of {identity}, not application/json of {expected}"
        scores = told["scores"]
    else:
        if kind != "text/csv":
            return f"content type {reply.content_type}, not text/csv"
        scores = [float(line) for line in reply.body.decode().splitlines()]
    if len(scores) != case.rows or not all(0 <= score <= 1 for score in scores):
        return f"{len(scores)} scores from 0 to 1, not {case.rows}: {scores[:5]}"
    return None


def post(url: str, case: Case) -> Reply:
    """Send a case to a server."""
    request = urllib.request.Request(f"{url}/invocations", case.body, method="POST")
    # Without this urllib would say that it is a form.
    request.add_header("Content-Type", case.content_type or "")
    return _sent(request)


def get(url: str, path: str) -> Reply:
    """Get a path from a server."""
    return _sent(urllib.request.Request(url + path))


def _sent(request: urllib.request.Request) -> Reply:
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            status, headers, body = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, headers, body = error.code, error.headers, error.read()
    return Reply(status=status, content_type=headers.get("Content-Type", ""), body=body)


def main(url: str, model: str, say: Callable[[str], object] = print) -> int:
    """Put every case to a server that serves the model directory; return how many it fails."""
    metadata = json.loads((Path(model) / "bundle" / "metadata.json").read_text())
    failed = 0
    for case in cases(metadata):
        wrong = problem(case, post(url, case), metadata)
        failed += wrong is not None
        say(f"{'ok' if wrong is None else 'FAILED'}  {case.name}{f': {wrong}' if wrong else ''}")
    for path, expected in (("/ping", 200), ("/execution-parameters", 404)):
        status = get(url, path).status
        failed += status != expected
        say(f"{'ok' if status == expected else 'FAILED'}  GET {path}: {status}")
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))

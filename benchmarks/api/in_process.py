"""The function's handler over the AWS of `stubs`, every call of which takes a stated time."""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from benchmarks.api.requests import percentiles, transactions
from benchmarks.names import TABLES, environment
from benchmarks.places import ROOT
from stubs.in_process import connect
from stubs.memory import MemoryAws
from stubs.scores import score_rows
from stubs.wire import Request, Response

MEDIAN_MS = {
    "BatchGetItem": 5.0,
    "BatchExecuteStatement": 10.0,
    "InvokeEndpoint": 12.0,
    "PutObject": 100.0,
    "PublishBatch": 20.0,
}
"""Of each operation. DynamoDB is said to answer in single milliseconds and S3 in 100 to 200, by their guides; the
endpoint is one on instances, whose model takes 2 to 3 ms for a row."""
SPREAD = 0.4
"""Of the logarithm: one call in a hundred takes 2.5 times the median or more."""
_WARMING = 50


def measure(count: int) -> dict[str, Any]:
    """Return latencies of so many requests, from a process with the function's environment and modules alone."""
    command = [sys.executable, "-m", "benchmarks.api.in_process", str(count)]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(answer.stdout))


def _measured(count: int) -> dict[str, Any]:
    """Measure after some requests to warm up: with the stated times, and with none."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # where a log line is written to
        handler, around = _handler()
        waiting = _timed(handler, around, count, "waiting", _Waits(MEDIAN_MS, SPREAD))
        alone = _timed(handler, around, count, "alone", _Waits({}, 0))
    return {"requests": count, "medians_ms": MEDIAN_MS, "spread": SPREAD, "with_waits": waiting, "program_alone": alone}


class _Waits:
    """Lets each call take its time; remembers how many there were."""

    def __init__(self, medians_ms: dict[str, float], spread: float) -> None:
        self._medians, self._spread = medians_ms, spread
        self._random = Random(11)  # noqa: S311
        self.calls = 0

    def __call__(self, operation: str) -> None:
        self.calls += 1
        if self._medians:
            median = self._medians[operation]
            time.sleep(median * math.exp(self._random.gauss(0, self._spread)) / 1000)


class _Around:
    """Stands between every client and the stub."""

    def __init__(self) -> None:
        self.wait: Callable[[str], None] = lambda _: None

    def __call__(self, request: Request, proceed: Callable[[], Response]) -> Response:
        self.wait(request.operation)
        return proceed()


def _handler() -> tuple[Callable[[dict[str, Any], object], dict[str, Any]], _Around]:
    aws, around = MemoryAws(), _Around()
    for table, key in {**TABLES, "Cases": "card_id"}.items():
        aws.create_table(table, key)
    for bucket in ("archive", "quarantine"):
        aws.create_bucket(bucket)
    aws.endpoint = score_rows
    more = {"CASES_TABLE": "Cases", "TRANSACTION_STREAM": "transactions", "POWERTOOLS_SERVICE_NAME": "serve_api"}
    os.environ |= environment("http://127.0.0.1:9") | more
    sys.path.insert(0, str(ROOT / "functions/serve_api"))
    from fraudstream.adapters import clients, composition  # noqa: PLC0415 (its settings are read at import)

    def client(service: str, **options: Any) -> Any:
        return connect(clients.client(service, **options), aws, around)

    with patch.object(composition, "client", client):
        import handler  # noqa: PLC0415 (a module of the function's own directory)
    return handler.handler, around


def _timed(handler: Callable[..., Any], around: _Around, count: int, name: str, waits: _Waits) -> dict[str, Any]:
    around.wait = waits
    taken: list[float] = []
    for number, body in enumerate(transactions(count + _WARMING, name=name)):
        if number == _WARMING:
            waits.calls = 0
        began = time.perf_counter()
        response = handler(_event(body), SimpleNamespace(aws_request_id=f"{name}-{number}"))
        if number >= _WARMING:
            taken.append(1000 * (time.perf_counter() - began))
        if response["statusCode"] != 200:
            raise SystemExit(f"the handler answered {response['statusCode']}: {response['body']}")
    return {**percentiles(taken), "calls_a_request": round(waits.calls / count, 2)}


def _event(body: bytes) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "POST /transactions",
        "rawPath": "/transactions",
        "requestContext": {"http": {"method": "POST"}, "stage": "$default"},
        "isBase64Encoded": False,
        "body": json.dumps(json.loads(body)),
    }


if __name__ == "__main__":
    print(json.dumps(_measured(int(sys.argv[1]))))

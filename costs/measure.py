"""Counts what one record asks of AWS, for batches of several sizes: the real handler and its peers, over the stub.

Requests, bytes and DynamoDB's units come out the same on every machine. Processor time does not; it is the median of
a few batches, as a benchmark of the whole has it (`make bench`).
"""

import io
import json
import os
import time
from contextlib import redirect_stdout
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
from fraudstream.histories import CARD, TERMINAL

from benchmarks.contestants import BY_NAME
from benchmarks.names import CARDS, DECISIONS, HISTORIES, TERMINALS, environment
from benchmarks.seeding import seed
from benchmarks.stub import Stub, difference
from benchmarks.workers import Worker
from benchmarks.workload import BATCH, Workload, kinesis_event
from stubs.attributes import size_of
from tests.unit.function_loading import function_modules

MEASURED = Path(__file__).parent / "measured.json"
SIZES = (1, 10, 100, 500, 1_000)
WHO = ("fraudstream", "tutorial", "with_state")
_ROUNDS = {1: 60, 10: 30, 100: 10, 500: 4, 1_000: 4}
_PEER_ROUNDS = {1: 20, 10: 6, 100: 2}  # they treat every record alike, one after the other
_WARM = 2
_TREES, _DEPTH, _FEATURES = 300, 6, 30


def measure() -> dict[str, Any]:
    """Return the counts of every contestant at every size, and the time of a model."""
    workload = Workload.make(max(_ROUNDS.values()) // 20 + _WARM + 4)
    return {
        "what": "counted by `python -m costs measure`; per record, by size of the batch",
        "record_bytes": median(len(payload) for batch in workload.batches for payload in batch),
        "log_bytes_per_call": _log_bytes(),
        "model_ms": _model_ms(),
        "contestants": {name: _contestant(name, workload) for name in WHO},
    }


def _contestant(name: str, workload: Workload) -> dict[str, Any]:
    rounds = _ROUNDS if name == "fraudstream" else _PEER_ROUNDS
    payloads = [payload for batch in workload.batches for payload in batch]
    sizes: dict[str, Any] = {}
    items: dict[str, int] = {}
    for size, count in rounds.items():
        # Each size begins with the past alone.
        with Stub() as stub:
            seed(stub, workload, BY_NAME[name].state)
            with Worker(name, stub.environment) as worker:
                events = [
                    kinesis_event(_batch(workload, payloads, number, size), first=number * BATCH)
                    for number in range(_WARM + count)
                ]
                for event in events[:_WARM]:
                    worker.run(event)
                before = stub.counts()
                cpu = [worker.run(event).cpu_seconds for event in events[_WARM:]]
                counts = difference(before, stub.counts())
            items = _item_bytes(stub, BY_NAME[name].state, json.loads(payloads[0]))
        records = size * count
        sizes[str(size)] = {
            "cpu_ms": round(1000 * median(cpu) / size, 4),
            "operations": {
                operation: {column: round(value / records, 6) for column, value in columns.items()}
                for operation, columns in sorted(counts.items())
            },
        }
    return {"sizes": sizes, "item_bytes": items}


def _item_bytes(stub: Stub, state: str, payment: dict[str, Any]) -> dict[str, int]:
    """Return how large the items of one transaction, its card and its terminal are in the tables."""
    card, terminal = payment["card_id"], payment["terminal_id"]
    wanted = {"decision": (DECISIONS, "transaction_id", payment["transaction_id"])}
    if state == "histories":
        wanted |= {
            "card": (HISTORIES, "entity", CARD.prefix + card),
            "terminal": (HISTORIES, "entity", TERMINAL.prefix + terminal),
        }
    elif state == "text":
        wanted |= {"card": (CARDS, "card_id", card), "terminal": (TERMINALS, "terminal_id", terminal)}
    return {what: size_of(_item(stub, table, {key: {"S": name}})) for what, (table, key, name) in wanted.items()}


def _item(stub: Stub, table: str, key: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps({"TableName": table, "Key": key}).encode()
    with urlopen(Request(stub.url, body, {"x-amz-target": "DynamoDB_20120810.GetItem"})) as answer:  # noqa: S310 - our own address
        found: dict[str, Any] = json.load(answer)["Item"]
    return found


def _batch(workload: Workload, payloads: list[bytes], number: int, size: int) -> list[bytes]:
    """Return consecutive records, other ones in every round."""
    if size == BATCH:
        return workload.batches[number]
    return payloads[number * size : (number + 1) * size]


def _log_bytes() -> int:
    """Return the bytes of what the function itself writes to its log for one batch."""
    os.environ.update(environment("http://127.0.0.1:1"))  # the function builds its clients when it is imported
    said = io.StringIO()
    with redirect_stdout(said), function_modules("score_transactions", "handler") as (handler,):
        handler.metrics.log_metrics(lambda *_: handler.report(handler.Outcome()))({}, None)
    return len(said.getvalue().encode())


def _model_ms() -> dict[str, float]:
    """Return milliseconds of one processor for one request's first row, and for each further row."""
    import xgboost as xgb  # noqa: PLC0415 - takes a second

    random = np.random.default_rng(7)
    rows = random.standard_normal((20_000, _FEATURES)).astype(np.float32)
    truth = (rows[:, 0] + random.standard_normal(len(rows)) > 2).astype(np.int8)
    options = {"max_depth": _DEPTH, "objective": "binary:logistic", "nthread": 1}
    model = xgb.train(options, xgb.DMatrix(rows, truth), num_boost_round=_TREES)

    def took(count: int) -> float:
        times = []
        for _ in range(15):
            began = time.process_time()
            model.inplace_predict(rows[:count])
            times.append(1000 * (time.process_time() - began))
        return median(times)

    one, many = took(1), took(1_000)
    return {"first_row": round(one, 4), "further_row": round((many - one) / 999, 5)}


def main() -> None:
    """Measure and write it down."""
    MEASURED.write_text(json.dumps(measure(), indent=1) + "\n")

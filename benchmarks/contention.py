"""Eight writers at once on what they share: still exact, and the requests that it takes beyond those of one writer."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import numpy as np
from fraudstream.contract import Bounds, Transaction, decode_record
from fraudstream.offline import fold_histories
from fraudstream.tables import transaction_columns

from benchmarks.names import DECISIONS, HISTORIES
from benchmarks.reading import read_items
from benchmarks.stub import Stub, totals
from benchmarks.workers import Worker
from benchmarks.workload import FIRST_MS, kinesis_event

WRITERS = 8
_DELIVERIES = 20
_SPAN_MS = 240_000
"""Within what a history takes in out of order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Batches of each writer."""

    name: str
    batches: list[list[list[bytes]]]

    @property
    def payloads(self) -> list[bytes]:
        """All records."""
        return [payload for writer in self.batches for batch in writer for payload in batch]


def cases(batches: int, records: int) -> list[Case]:
    """Return both cases, each of `batches` batches a writer and `records` records a batch."""
    return [_hot_terminal(batches, records), _random_keys(batches, records)]


def measure(*, batches: int = 4, records: int = 100, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Let eight writers run each case at once, and one alone; compare what is stored with the fold of the log."""
    results = []
    for case in cases(batches, records):
        alone = run(case, writers=1)
        together = run(case, writers=WRITERS)
        results.append({"case": case.name, "alone": alone, "together": together})
        say(f"{case.name}: {together['requests']:,.0f} requests, {alone['requests']:,.0f} by one writer")
    return results


def run(case: Case, *, writers: int) -> dict[str, Any]:
    """Run a case's batches with so many writers at once, on empty tables; return what it took and what is stored."""
    with ExitStack() as stack:
        stub = stack.enter_context(Stub())
        workers = [stack.enter_context(Worker("fraudstream", stub.environment)) for _ in range(writers)]
        redeliveries = [0] * writers

        def drive(number: int) -> None:
            for shard in range(number, WRITERS, writers):
                for first, event in _events(case.batches[shard], shard):
                    redeliveries[number] += _deliver(workers[number], event, first)

        threads = [Thread(target=drive, args=(number,)) for number in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        asked = totals(stub.counts())
        return {
            "writers": writers,
            "records": len(case.payloads),
            "requests": asked["requests"],
            "write_units": asked["write_units"],
            "redeliveries": sum(redeliveries),
            **_exactness(stub, case.payloads),
        }


def _deliver(worker: Worker, event: Mapping[str, Any], first: int) -> int:
    """Deliver a batch until it is done; return how often again. Lambda would bisect besides."""
    for again in range(_DELIVERIES):
        if (error := worker.attempt(event).error) is None:
            return again
    raise RuntimeError(f"the batch at {first} failed {_DELIVERIES} times: {error}")


def _events(batches: Sequence[Sequence[bytes]], shard: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, payloads in enumerate(batches):
        first = number * len(payloads)
        yield first, kinesis_event(payloads, first=first, shard=f"shardId-{shard:012d}")


def _exactness(stub: Stub, payloads: Sequence[bytes]) -> dict[str, int]:
    """Compare every history, byte by byte, with the fold of all records; count decisions."""
    transactions = [_decoded(payload) for payload in payloads]
    folded = fold_histories(transaction_columns(transactions))
    stored = {key: item["packed"]["B"] for key, item in read_items(stub, HISTORIES, list(folded)).items()}
    decided = read_items(stub, DECISIONS, [transaction.transaction_id for transaction in transactions])
    return {
        "histories": len(folded),
        "histories_that_differ": sum(stored.get(key) != blob for key, blob in folded.items()),
        "transactions": len({transaction.transaction_id for transaction in transactions}),
        "decisions": len(decided),
    }


def _decoded(payload: bytes) -> Transaction:
    decoded = decode_record(payload, now_ms=FIRST_MS + 2 * _SPAN_MS, bounds=Bounds())
    if not isinstance(decoded, Transaction):
        raise TypeError(f"the workload has a record that is refused: {decoded}")
    return decoded


def _hot_terminal(batches: int, records: int) -> Case:
    """Writers have their own cards and terminals, but a tenth of everybody's records is at one terminal."""

    def names(writer: int, number: int) -> tuple[str, str]:
        own = f"term_{writer}_{number % 70:03d}"
        return f"card_{writer}_{number % 80:03d}", "term_hot" if number % 10 == 0 else own

    return Case(name="one hot terminal", batches=_batches(batches, records, names))


def _random_keys(batches: int, records: int) -> Case:
    """Let records of the same cards and terminals come by any writer, as with random partition keys."""
    rng = np.random.default_rng(3)

    def names(_writer: int, _number: int) -> tuple[str, str]:
        return f"card_{rng.integers(0, 2 * records):04d}", f"term_{rng.integers(0, 3 * records // 2):04d}"

    return Case(name="random partition keys", batches=_batches(batches, records, names))


def _batches(batches: int, records: int, names: Callable[[int, int], tuple[str, str]]) -> list[list[list[bytes]]]:
    total = WRITERS * batches * records
    step = _SPAN_MS / total

    def payload(writer: int, batch: int, number: int) -> bytes:
        in_writer = batch * records + number
        card, terminal = names(writer, in_writer)
        # Writers go through the same minutes side by side.
        moment = FIRST_MS + int((in_writer * WRITERS + writer) * step)
        fields = {
            "schema_version": 1,
            "type": "transaction",
            "transaction_id": f"tx-{writer}-{in_writer:05d}",
            "event_time": datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds")[:23] + "Z",
            "card_id": card,
            "terminal_id": terminal,
            "amount_minor": 100 + in_writer,
            "currency": "EUR",
            "entry_mode": "chip",
        }
        return json.dumps(fields, separators=(",", ":")).encode()

    return [
        [[payload(writer, batch, number) for number in range(records)] for batch in range(batches)]
        for writer in range(WRITERS)
    ]

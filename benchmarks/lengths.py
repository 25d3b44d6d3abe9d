"""What a record costs by the length of its card's and terminal's past, from ten events to ten thousand."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np
from fraudstream.histories import CARD, TERMINAL, Bounds, Entries, Ledger
from fraudstream.histories.policy import DAY_MS

from benchmarks.names import HISTORIES
from benchmarks.seeding import history_item, put_items
from benchmarks.spread import spread
from benchmarks.stub import Stub, difference, totals
from benchmarks.workers import Worker
from benchmarks.workload import BATCH, FIRST_MS, Workload, kinesis_event
from stubs.attributes import size_of
from stubs.counts import write_units

LENGTHS = (10, 60, 1_000, 10_000)
_SPAN_MS = 44 * DAY_MS
_DIFFERENT = 16
"""So many different pasts are made of each length, and shared by the cards and terminals of the workload."""
_AT_ONCE = 100


def measure(*, rounds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Run the real handler on the same batches after pasts of every length, in turn."""
    workload = Workload.make(rounds + 1)
    with ExitStack() as stack:
        running = []
        for length in LENGTHS:
            say(f"making histories of {length:,} events")
            histories = _assigned(workload, length)
            stub = stack.enter_context(Stub())
            put_items(stub, HISTORIES, (history_item(key, blob) for key, blob in histories.items()))
            worker = stack.enter_context(Worker("fraudstream", stub.environment))
            running.append((stub, worker, histories, list[float](), stub.counts()))
        for number, payloads in enumerate(workload.batches):
            event = kinesis_event(payloads, first=number * BATCH)
            for position, (stub, worker, histories, cpu, _) in enumerate(running):
                took = worker.run(event)
                if number:
                    cpu.append(1e6 * took.cpu_seconds / BATCH)
                else:
                    running[position] = (stub, worker, histories, cpu, stub.counts())
            say(f"round {number} of {rounds}")
        return [
            _result(length, histories, cpu, totals(difference(before, stub.counts())), rounds)
            for length, (stub, _, histories, cpu, before) in zip(LENGTHS, running, strict=True)
        ]


def histories_of(bounds: Bounds, length: int, *, count: int, seed: int) -> list[bytes]:
    """Return packed histories of `length` events each in the weeks before the workload, folded as they came."""
    rng = np.random.default_rng((seed, length))
    times = np.sort(rng.integers(FIRST_MS - _SPAN_MS, FIRST_MS, (count, length)), axis=1)
    blobs: list[bytes | None] = [None] * count
    for start in range(0, length, _AT_ONCE):
        some = times[:, start : start + _AT_ONCE]
        n = some.size
        new = Entries(
            entity=np.repeat(np.arange(count), some.shape[1]),
            time=some.ravel(),
            ident=rng.integers(0, 2**16, n).astype(np.uint16),
            counterpart=rng.integers(0, 2**16, n).astype(np.uint16),
            amount=rng.integers(100, 200_000, n),
            rank=np.zeros(n, np.int32),
            marker=np.zeros(n, np.bool_),
            **(_merchants(rng, n) if bounds.places else {}),
        )
        blobs = list(Ledger.build(bounds, blobs, new).pack())
    return [blob for blob in blobs if blob is not None]


def _merchants(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    """Return everything that a card's history can hold of merchants."""
    return {
        "category": rng.integers(1, 256, n).astype(np.uint8),
        "country": rng.integers(1, 256, n).astype(np.uint8),
        "cell": rng.integers(1, 2**32, n).astype(np.uint32),
    }


def _assigned(workload: Workload, length: int) -> dict[str, bytes]:
    made = {
        bounds.prefix: histories_of(bounds, length, count=_DIFFERENT, seed=number)
        for number, bounds in enumerate((CARD, TERMINAL))
    }
    return {
        key: made[key.partition("#")[0] + "#"][position % _DIFFERENT]
        for position, key in enumerate(sorted(workload.packed))
    }


def _result(
    length: int, histories: dict[str, bytes], cpu: list[float], asked: dict[str, float], rounds: int
) -> dict[str, Any]:
    sizes = {
        prefix: max(size_of(history_item(key, blob)) for key, blob in histories.items() if key.startswith(prefix))
        for prefix in (CARD.prefix, TERMINAL.prefix)
    }
    return {
        "events": length,
        "cpu_us_per_record": spread(cpu),
        "card_item_bytes": sizes[CARD.prefix],
        "card_write_units": write_units(sizes[CARD.prefix]),
        "terminal_item_bytes": sizes[TERMINAL.prefix],
        "terminal_write_units": write_units(sizes[TERMINAL.prefix]),
        "per_thousand_records": {name: value / rounds for name, value in asked.items()},
    }

"""Computes the feature matrix from two ledgers. Every operation is exact or correctly rounded elementwise arithmetic.

That is: integer sums, and + - * / and square root on float64 in a fixed order. No logarithm, no sine, no reduction
whose order depends on the shape. So the same events give the same bits on x86 and on ARM, alone or among a million.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.features.card import card_features
from fraudstream.features.payment import payment_features
from fraudstream.features.registry import FEATURE_NAMES
from fraudstream.features.rows import Rows
from fraudstream.features.targets import Targets
from fraudstream.features.terminal import terminal_features
from fraudstream.histories import Ledger

_CHUNK = 16_384
"""Rows computed at once: few enough for their kept events to stay in a processor's cache, enough to keep it busy."""
Values = dict[str, NDArray[Any]]
Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Past:
    """Rows to compute and the ledger of one kind that holds their histories."""

    rows: Rows
    ledger: Ledger


def compute(targets: Targets, cards: Past, terminals: Past, *, workers: int = 1) -> Matrix:
    """Return the features of each target, shape (n, features), in registry order; NaN where undefined.

    A target sees only what both ledgers hold from strictly before its own time, and only labels that were known
    strictly before it; that it is itself in the ledgers changes nothing. Nor does the number of threads (`workers`):
    each computes rows of its own.
    """
    matrix = np.empty((len(targets), len(FEATURE_NAMES)), np.float32)
    work = [
        *_parts(len(targets), lambda start, stop: _pay(matrix, targets, start, stop)),
        *_parts(len(targets), lambda start, stop: _look_back(matrix, cards, card_features, start, stop)),
        *_parts(len(targets), lambda start, stop: _look_back(matrix, terminals, terminal_features, start, stop)),
    ]
    done = run_all(work, workers)
    if n := len(targets):
        columns = sum(done[:: -(-n // _CHUNK)])
        if columns != len(FEATURE_NAMES):
            raise AssertionError(f"{columns} features of {len(FEATURE_NAMES)} have a value")
    return matrix


def run_all(work: list[Callable[[], Any]], workers: int) -> list[Any]:
    """Do all of some work, in threads where more than one is granted; return what came of it, in order."""
    if workers == 1 or len(work) < 2:
        return [each() for each in work]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 (a function that scores batches starts without)

    with ThreadPoolExecutor(workers) as threads:
        return list(threads.map(lambda each: each(), work))


def _parts(n: int, do: Callable[[int, int], int]) -> Iterator[Callable[[], int]]:
    for start in range(0, n, _CHUNK):
        yield partial(do, start, min(start + _CHUNK, n))


def _pay(matrix: Matrix, targets: Targets, start: int, stop: int) -> int:
    values = payment_features(targets.slice(start, stop))
    _write(matrix, slice(start, stop), stop - start, values)
    return len(values)


def _look_back(matrix: Matrix, past: Past, features: Callable[[Rows, Ledger], Values], start: int, stop: int) -> int:
    rows = past.rows.slice(start, stop)
    values = features(rows, past.ledger)
    _write(matrix, rows.place, len(rows), values)
    return len(values)


def _write(matrix: Matrix, rows: Any, n: int, values: Values) -> None:
    """Write features, neighbours in the registry, of n rows into the matrix.

    They are put side by side first, and then a row's share of the matrix is one item of so many bytes: numpy moves an
    item at once, floats one by one.
    """
    block = np.empty((n, len(values)), np.float32)
    first = min(_COLUMN[name] for name in values)
    for name, value in values.items():
        block[:, _COLUMN[name] - first] = value
    item = np.dtype((np.void, block.itemsize * len(values)))
    shares = np.ndarray((len(matrix),), item, matrix, first * matrix.itemsize, (matrix.strides[0],))
    shares[rows] = block.view(item)[:, 0]


_COLUMN = {name: column for column, name in enumerate(FEATURE_NAMES)}

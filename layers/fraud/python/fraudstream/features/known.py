"""Which frauds rows know of: each fraud is known to a stretch of consecutive rows, so stretches are added, not rows.

Rows are sorted by history and time. A fraud becomes known to the rows of its history after some moment, and is lost
from sight after another. Adding one where its stretch begins and taking one away behind its end makes, summed up along
the rows, the number of frauds each row knows (a difference array): the work grows with frauds and with rows, not with
pairs of the two.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def stretches_sum(start: Ints, stop: Ints, value: Ints | int, rows: int) -> Ints:
    """Return for each row the sum of the values of all stretches it lies in; empty where stop is not after start."""
    if not len(start):
        return np.zeros(rows, np.int64)
    change = np.zeros(rows + 1, np.int64)
    np.add.at(change, start, value)
    np.add.at(change, np.maximum(stop, start), np.negative(value))
    return np.cumsum(change[:-1])


def newest_started(start: Ints, rows: int) -> Ints:
    """Return for each row the last of the stretches that began by then, -1 where none did.

    Frauds come in order of time and are lost from sight in that order: if the newest that a row ever knew of is lost,
    all are.
    """
    if not len(start):
        return np.full(rows, -1, np.int64)
    newest = np.full(rows + 1, -1, np.int64)
    np.maximum.at(newest, start, np.arange(len(start)))
    return np.maximum.accumulate(newest[:-1])

"""The order of histories: by history, then time. Sorting is done with the cheapest algorithm that fits."""

import numpy as np
from numpy.typing import NDArray

_RADIX = 1 << 16


def by_entity_and_time(entity: NDArray[np.int64], time: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions that sort rows by history and time; rows that tie keep their order.

    A log is usually in order of time already. Then the histories alone need sorting, and numpy sorts 16-bit integers by
    radix, in linear time. Otherwise the two become one key; its stable sort is a timsort, linear where what it meets
    are a few sorted runs: stored histories, and a batch behind them.
    """
    if len(time) == 0:
        return np.zeros(0, np.int64)
    if np.all(time[1:] >= time[:-1]):
        return _by_entity(entity, np.argsort(entity.astype(np.uint16), kind="stable"))
    origin = int(time.min())
    return np.argsort(entity * (int(time.max()) - origin + 1) + (time - origin), kind="stable")


def _by_entity(entity: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return positions that are sorted by the last sixteen bits of their history sorted by all of them."""
    largest = int(entity.max())
    while largest >= _RADIX:  # the next sixteen bits, least significant first
        entity, largest = entity >> 16, largest >> 16
        order = order[np.argsort(entity[order].astype(np.uint16), kind="stable")]
    return order


def previous_of_pair(entity: NDArray[np.int64], counterpart: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Return for each row, sorted by history, the last one before it of the same history and counterpart; or -1."""
    before = np.full(len(entity), -1)
    if len(entity) == 0:
        return before
    entity = entity - entity[0]
    order = np.argsort(counterpart, kind="stable")
    order = _by_entity(entity, order[np.argsort(entity[order].astype(np.uint16), kind="stable")])
    together = (entity[order[1:]] == entity[order[:-1]]) & (counterpart[order[1:]] == counterpart[order[:-1]])
    before[order[1:][together]] = order[:-1][together]
    return before


def ranges(start: NDArray[np.int64], stop: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all positions from each start to before its stop, in order."""
    sizes = stop - start
    ends = np.cumsum(sizes)
    positions: NDArray[np.int64] = np.arange(int(sizes.sum())) + np.repeat(start - (ends - sizes), sizes)
    return positions


def same_moment(entity: NDArray[np.int64], time: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows, sorted, share their history and time with the row before: shape (n,), the first False."""
    same = np.zeros(len(time), np.bool_)
    np.equal(time[1:], time[:-1], out=same[1:])
    same[1:] &= entity[1:] == entity[:-1]
    return same

"""The newest events before each row, side by side."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FEW = 8
_BLOCK = 2_048


class Lags:
    """Looks back from rows at the events before them: a matrix of which element [k, i] is the k-th newest of row i.

    In a log, the rows are the events: row by row the matrix moves on by one event. So it is no copy but a view, whose
    steps in both directions are one element long. Where rows do not keep step (a batch; two transactions at one
    millisecond), elements are copied together, with the same outcome.

    Parameters
    ----------
    end
        How many events are before each row, counted from the first event at hand, shape (n,).
    depth
        How far to look back. Further back than the first event are zeros.
    """

    def __init__(self, end: NDArray[np.int64], depth: int) -> None:
        self._end = end
        self.depth = depth
        breaks = np.flatnonzero(end[1:] - end[:-1] != 1) + 1
        edges = [0, *breaks[: _FEW + 1].tolist(), len(end)]
        self._runs = None if len(breaks) > _FEW else list(pairwise(edges))

    def of(self, column: NDArray[Any], dtype: Any = None, depth: int | None = None) -> NDArray[Any]:
        """Return the matrix of a column of the events, shape (depth, n), of another type or less deep if told so."""
        padded, depth = self._padded(column, dtype), self.depth if depth is None else depth
        if self._runs is None:
            index = self._end + (self.depth - 1 - np.arange(depth))[:, None]
            return np.take(padded, index)
        views = [self._view(padded, start, stop, depth) for start, stop in self._runs]
        return views[0] if len(views) == 1 else np.concatenate(views, axis=1)

    def rows_of(self, column: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield copies of the matrix the other way round, oldest first: a row's events together, some rows at a time.

        With each comes the number of its first row. They are small enough to be worked on in a processor's cache.
        """
        padded = self._padded(column, None)
        step = padded.itemsize
        for start, stop in pairwise([*range(0, len(self._end), _BLOCK), len(self._end)]):
            if self._runs is not None and any(first <= start and stop <= last for first, last in self._runs):
                oldest, shape = int(self._end[start]), (stop - start, self.depth)
                yield start, np.ndarray(shape, padded.dtype, padded, oldest * step, (step, step)).copy()
            else:
                yield start, np.take(padded, self._end[start:stop, None] + np.arange(self.depth))

    def _padded(self, column: NDArray[Any], dtype: Any) -> NDArray[Any]:
        padded = np.empty(self.depth + len(column), column.dtype if dtype is None else dtype)
        padded[: self.depth] = 0
        # Integers of time and money are narrowed on purpose: time wraps, and ages come out right.
        padded[self.depth :] = column
        return padded

    def _view(self, padded: NDArray[Any], start: int, stop: int, depth: int) -> NDArray[Any]:
        """Return the matrix of rows that keep step, as a view."""
        step, shape = padded.itemsize, (depth, stop - start)
        if not depth or stop == start:
            return np.zeros(shape, padded.dtype)
        newest = int(self._end[start]) + self.depth - 1
        return np.ndarray(shape, padded.dtype, padded, newest * step, (-step, step))

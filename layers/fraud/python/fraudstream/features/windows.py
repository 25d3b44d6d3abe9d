"""Windows over histories: how many events, and how much money, since some time before each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.features.lags import Lags
from fraudstream.features.rows import Rows
from fraudstream.histories import Entries, Ledger
from fraudstream.histories.policy import DAY_MS, RETENTION_MS

Ints = NDArray[np.int64]
_LONGEST_MS = 100 * DAY_MS
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Span:
    """The rows of which a window reaches beyond the whole events, where it starts there, and what it adds of days."""

    beyond: Ints
    start: Ints
    folded_count: Ints
    folded_amount: Ints


class Windows:
    """What rows see of their histories, as positions among the `entries` in their reach.

    A row sees whole events from `whole` to before `end`: strictly earlier than itself, the newest `bounds.events`, none
    older than the retention. Windows are exact within them. Where a window reaches further back, it starts at the
    beginning (UTC) of its first day instead: so a history that was folded into days and one that was not agree.

    Parameters
    ----------
    rows
        Sorted; at least one.
    ledger
        Histories of one kind.
    lengths
        The windows that will be asked for, in milliseconds, rising, none longer than the retention.
    """

    def __init__(self, rows: Rows, ledger: Ledger, lengths: Sequence[int]) -> None:
        self.rows = rows
        self.entries = _in_reach(ledger.entries, rows)
        self._days = ledger.days
        self._bound = ledger.bounds.events
        # One number for history and time: binary search then finds a moment within a history.
        times = rows.time, self.entries.time
        self._origin = min(int(each.min(initial=_HIGHEST)) for each in times) - _LONGEST_MS
        self._width = max(int(each.max(initial=_LOWEST)) for each in times) - self._origin + 1
        self._keys = self._key(self.entries.entity, self.entries.time)
        self._row_keys = self._key(rows.entity, rows.time)
        self.end = self._ends()
        self.whole = self._oldest()
        self.count = self.end - self.whole
        self.lags = Lags(self.end, int(self.count.max()))
        self.valid = self.newest(self.count)
        self._kept = self._count_kept(lengths)
        self._spans: dict[int, _Span] = {}

    def newest(self, counts: NDArray[Any]) -> NDArray[np.bool_]:
        """Mark the newest so many events of each row in a matrix as `lags` makes them, no deeper than is needed."""
        small = np.min_scalar_type(self._bound)
        lag = np.arange(int(counts.max()), dtype=small)
        return lag[:, None] < counts.astype(small)

    def kept(self, length: int) -> NDArray[Any]:
        """Return how many of the whole events are at most this old, in milliseconds: shape (n,), small integers."""
        return self._kept[length]

    def count_since(self, length: int) -> Ints:
        """Return how many events there are in the window."""
        span, count = self._span(length), self._kept[length].astype(np.int64)
        count[span.beyond] = self.end[span.beyond] - span.start + span.folded_count
        return count

    def sum_since(self, length: int) -> Ints:
        """Return the sum of amounts in the window."""
        span, start = self._span(length), self.end - self._kept[length]
        start[span.beyond] = span.start
        total = self.sum_from(start)
        total[span.beyond] += span.folded_amount
        return total

    def sum_from(self, start: Ints, end: Ints | None = None) -> Ints:
        """Return the sum of amounts from one position to before another, by default to before the row itself."""
        until: Ints = self._sums_until_rows if end is None else self._sums[end]
        return until - self._sums[start]

    def first_row_after(self, entity: Ints, time: Ints) -> Ints:
        """Return the first row of a history, or else of the next, that is later than a time of the entries or rows."""
        latest = self._origin + self._width - 1
        return np.searchsorted(self._row_keys, self._key(entity, np.minimum(time, latest)), side="right")

    def searched(self, entries: Entries, entity: Ints, time: Ints) -> Ints:
        """Return where among other entries in reach, sorted, each history reaches a time of the retention."""
        return np.searchsorted(self._key(entries.entity, entries.time), self._key(entity, time))

    def in_reach(self, entries: Entries) -> Entries:
        """Return those of other entries that rows can see."""
        time = entries.time
        seen = (time >= self._origin) & (time < self._origin + self._width)
        seen &= (entries.entity >= self.rows.entity[0]) & (entries.entity <= self.rows.entity[-1])
        return entries.take(seen)

    @cached_property
    def _folded_until(self) -> Ints:
        return self._days.folded_until[self.rows.entity]

    @cached_property
    def _day_keys(self) -> Ints:
        return self._days.entity << 20 | self._days.day

    @cached_property
    def _day_sums(self) -> tuple[Ints, Ints]:
        return _prefix_sums(self._days.count), _prefix_sums(self._days.amount)

    @cached_property
    def _sums(self) -> Ints:
        return _prefix_sums(self.entries.amount)

    @cached_property
    def _sums_until_rows(self) -> Ints:
        return self._sums[self.end]

    def _key(self, entity: Ints, time: Ints) -> Ints:
        return (entity - int(self.rows.entity[0])) * self._width + (time - self._origin)

    def _ends(self) -> Ints:
        """Return how many entries are before each row.

        In a log each row is an entry and stands one after the row before: so the first row is searched for, that guess
        is tried for all, and only those are searched for where it was wrong.
        """
        first, n = int(np.searchsorted(self._keys, self._row_keys[0])), len(self.rows)
        if first + n > len(self._keys) + 1:
            return np.searchsorted(self._keys, self._row_keys)
        edges = np.empty(len(self._keys) + 2, np.int64)
        edges[0], edges[1:-1], edges[-1] = _LOWEST, self._keys, _HIGHEST
        before, after = edges[first : first + n], edges[first + 1 : first + n + 1]
        wrong = np.flatnonzero((before >= self._row_keys) | (after < self._row_keys))
        end = np.arange(first, first + n)
        end[wrong] = np.searchsorted(self._keys, self._row_keys[wrong])
        return end

    def _oldest(self) -> Ints:
        """Return where whole events begin: at most `bounds.events` before the end, and not before the retention."""
        oldest = np.maximum(self.end - self._bound, 0)
        if not len(self._keys):
            return oldest
        horizon = self._row_keys - RETENTION_MS
        too_old = np.flatnonzero(self._keys[np.minimum(oldest, len(self._keys) - 1)] < horizon)
        oldest[too_old] = np.searchsorted(self._keys, horizon[too_old])
        return oldest

    def _count_kept(self, lengths: Sequence[int]) -> dict[int, NDArray[Any]]:
        """Count the whole events within each window, the longest first: a shorter one is part of it."""
        # Unsigned and 32 bits wide, times wrap; but ages of whole events are below the retention, and come out right.
        age = self.rows.time.astype(np.uint32) - self.lags.of(self.entries.time, np.uint32)
        depth = len(age)
        kept = {}
        for length in reversed(lengths):
            within = age[:depth] <= np.uint32(length)
            within &= self.valid[:depth]
            kept[length] = count_marks(within)
            depth = int(kept[length].max())
        return kept

    def _span(self, length: int) -> _Span:
        if length not in self._spans:
            self._spans[length] = self._find_span(length)
        return self._spans[length]

    def _find_span(self, length: int) -> _Span:
        # Only where all events that may be whole lie within the window can there be one more.
        beyond = np.flatnonzero(self._kept[length] == self._bound)
        beyond = beyond[self.whole[beyond] > 0]
        beyond = beyond[self._keys[self.whole[beyond] - 1] >= self._row_keys[beyond] - length]
        if len(self._days.day):
            reaches = self.rows.time - length <= self._folded_until
            reaches[beyond] = True
            beyond = np.flatnonzero(reaches)
        if not len(beyond):
            return _Span(beyond, beyond, beyond, beyond)
        row = self.rows.entity[beyond]
        day = (self.rows.time[beyond] - length) // DAY_MS
        # Neighbours look for the same day, mostly: each is searched for once.
        wanted = self._key(row, day * DAY_MS)
        first = np.ones(len(wanted), np.bool_)
        np.not_equal(wanted[1:], wanted[:-1], out=first[1:])
        start = np.searchsorted(self._keys, wanted[first])[np.cumsum(first) - 1]
        return _Span(beyond, start, *self._folded(row, day))

    def _folded(self, entity: Ints, day: Ints) -> tuple[Ints, Ints]:
        """Return how many events of histories are folded into days from one on, and their sum."""
        if not len(self._days.day):
            return np.zeros(len(entity), np.int64), np.zeros(len(entity), np.int64)
        first = np.searchsorted(self._day_keys, entity << 20 | day)
        last = np.searchsorted(self._days.entity, entity, side="right")
        count, amount = self._day_sums
        return count[last] - count[first], amount[last] - amount[first]


def count_marks(marks: NDArray[np.bool_]) -> NDArray[Any]:
    """Return how many are marked in each column of a matrix, as small integers: a byte each where that is enough."""
    counts: NDArray[Any] = marks.view(np.uint8).sum(axis=0, dtype=np.min_scalar_type(len(marks)))
    return counts


def _in_reach(entries: Entries, rows: Rows) -> Entries:
    """Return the entries that rows can see, as views: from the first's longest window to before the last."""
    first, last = (
        _position(entries, int(rows.entity[place]), int(rows.time[place]) - back)
        for place, back in ((0, RETENTION_MS + DAY_MS), (-1, 0))
    )
    return entries.slice(first, max(first, last))


def _position(entries: Entries, entity: int, time: int) -> int:
    """Return the position of the first entry of a history that is not before a time, or else of the next history."""
    start, stop = np.searchsorted(entries.entity, [entity, entity + 1])
    return int(start + np.searchsorted(entries.time[start:stop], time))


def _prefix_sums(values: Ints) -> Ints:
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    return sums

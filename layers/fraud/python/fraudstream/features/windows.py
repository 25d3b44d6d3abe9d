"""Windows over a ledger: how many events, and how much money, since some time, by binary search and integer sums."""

import numpy as np
from numpy.typing import NDArray

from fraudstream.histories import Ledger
from fraudstream.histories.policy import DAY_MS, RETENTION_MS

Ints = NDArray[np.int64]


class Windows:
    """Counts and sums of the events in [since, now) of the histories of some rows.

    Exact within the `bounds.events` newest events before `now`. Where a window reaches further back, it starts at the
    beginning (UTC) of its first day instead: so a history that was folded into days and one that was not agree.

    Parameters
    ----------
    ledger
        Histories of one kind.
    row
        Each row's position among them, shape (n,).
    now
        Each row's time, epoch ms, shape (n,).
    """

    def __init__(self, ledger: Ledger, row: Ints, now: Ints) -> None:
        entries, days = ledger.entries, ledger.days
        self._row = row
        self._origin = int(min(now.min(initial=2**62), entries.time.min(initial=2**62))) - 100 * DAY_MS
        latest = int(max(now.max(initial=0), entries.time.max(initial=0)))
        self._span = latest - self._origin + 1
        self._keys = entries.entity * self._span + (entries.time - self._origin)
        self.first = np.searchsorted(entries.entity, row)
        self.end = self.position(now)
        oldest = np.maximum(self.position(now - RETENTION_MS), self.first)
        self.whole = np.maximum(self.end - ledger.bounds.events, oldest)
        """The oldest position that is still looked at as a whole event."""
        self._amounts = _prefix_sums(entries.amount)
        self._day_keys = days.entity << 20 | days.day
        self._day_counts = _prefix_sums(days.count)
        self._day_amounts = _prefix_sums(days.amount)
        self._day_end = np.searchsorted(days.entity, row, side="right")
        self._folded_until = days.folded_until[row]

    def position(self, time: Ints) -> Ints:
        """Return where in the ledger each row's history reaches `time`: entries before it are strictly earlier."""
        return np.searchsorted(self._keys, self._row * self._span + np.maximum(time - self._origin, 0))

    def since(self, time: Ints) -> tuple[Ints, Ints]:
        """Return the count and the amount of events in [time, now)."""
        start = np.maximum(self.position(time), self.first)
        beyond = (start < self.whole) | (time <= self._folded_until)
        if not beyond.any():
            return self.end - start, self._amounts[self.end] - self._amounts[start]
        day = time // DAY_MS
        start = np.where(beyond, np.maximum(self.position(day * DAY_MS), self.first), start)
        day_start = np.searchsorted(self._day_keys, self._row << 20 | day)
        folded_count = self._day_counts[self._day_end] - self._day_counts[day_start]
        folded_amount = self._day_amounts[self._day_end] - self._day_amounts[day_start]
        count = self.end - start + np.where(beyond, folded_count, 0)
        return count, self._amounts[self.end] - self._amounts[start] + np.where(beyond, folded_amount, 0)


def _prefix_sums(values: Ints) -> Ints:
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    return sums

"""A ledger: the histories of many cards (or terminals) side by side, with new events merged in, sorted, bounded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.histories.days import NEVER, Days
from fraudstream.histories.entries import Entries
from fraudstream.histories.order import by_entity_and_time, ranges, same_moment
from fraudstream.histories.packing import pack, unpack
from fraudstream.histories.policy import DAY_MS, GRACE_MS, RETENTION_MS, SLACK, Bounds

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Histories of one kind. Sorted by history, then time; each transaction once, whatever was delivered how often.

    `entries` holds whole transactions only, `markers` labels without theirs, `days` what older updates folded.
    """

    bounds: Bounds
    histories: int
    entries: Entries
    markers: Entries
    days: Days

    @classmethod
    def build(cls, bounds: Bounds, blobs: Sequence[bytes | None], new: Entries) -> "Ledger":
        """Merge new entries into stored histories.

        Merging is a union: an entry already there changes nothing; a label joins its transaction, and of several
        labels the latest holds. A transaction as old as what is folded already is too late to be counted. Nothing
        is forgotten here: a batch may span months, and its rows look back from their own time.
        """
        stored, days = unpack(blobs)
        if len(stored) or len(days.day):
            late = ~new.marker & (new.time <= days.folded_until[new.entity])
            new = new.take(~late) if late.any() else new
        merged = _union(Entries.concatenate([stored, new]) if len(stored) else new)
        marker = merged.marker
        return cls(
            bounds=bounds,
            histories=len(blobs),
            entries=merged.take(~marker) if marker.any() else merged,
            markers=merged.take(marker),
            days=days,
        )

    @classmethod
    def of_log(cls, bounds: Bounds, histories: int, entries: Entries) -> "Ledger":
        """Return the ledger of transactions that are sorted already, each there once, and nothing stored before."""
        return cls(
            bounds=bounds,
            histories=histories,
            entries=entries,
            markers=entries.slice(0, 0),
            days=Days.none(histories),
        )

    def pack(self) -> list[bytes]:
        """Return the bytes of each history: what is past the retention is dropped, what is beyond the bounds folded."""
        entries, days = self.entries, self.days
        edges = np.searchsorted(entries.entity, np.arange(self.histories + 1))
        start, end = edges[:-1], edges[1:]
        newest = self._newest(start, end)
        # Whole days, so that it makes no difference whether a transaction had been folded into its day.
        since = (newest - RETENTION_MS) // DAY_MS * DAY_MS
        # A legitimate marker says nothing that silence does not say, so only frauds are worth their bytes.
        markers = _not_before(self.markers.take(self.markers.is_fraud), since)
        kept_from, whole_from = self._kept_from(start, end, since), self._whole_from(start, end, newest)
        whole_from = np.maximum(whole_from, kept_from)
        old = entries.take(ranges(kept_from, whole_from))
        if len(old):
            days = _with_folded(days, old)
            markers = _merged(markers, _as_markers(old.take(old.is_fraud)))
        if len(markers):
            markers = self._bounded(markers, newest)
        if len(markers) or (whole_from > start).any():
            entries = _merged(entries, markers, ranges(whole_from, end))
        return pack(self._with_newest_places(entries), _days_not_before(days, since), self.histories)

    def _kept_from(self, start: Ints, end: Ints, since: Ints) -> Ints:
        """Return where what is not past the retention starts in each history, shape (histories,)."""
        time = self.entries.time
        rows = np.flatnonzero(end > start)
        rows = rows[time[start[rows]] < since[rows]]
        return self._search(start, rows, since)

    def _whole_from(self, start: Ints, end: Ints, newest: Ints) -> Ints:
        """Return where what is not folded starts: bounded, but for what is within the grace, and that bounded too."""
        bounded = np.maximum(end - self.bounds.events, start)
        rows = np.flatnonzero(bounded > start)
        rows = rows[self.entries.time[bounded[rows] - 1] >= newest[rows] - GRACE_MS]
        settled = self._search(bounded, rows, newest - GRACE_MS)
        return np.minimum(bounded, np.maximum(settled, end - SLACK * self.bounds.events))

    def _search(self, otherwise: Ints, rows: Ints, time: Ints) -> Ints:
        """Return where the histories `rows` reach a time, and something else for the others."""
        reached = otherwise.copy()
        if len(rows):
            entries = self.entries
            origin = min(int(entries.time.min()), int(time[rows].min()))
            width = max(int(entries.time.max()), int(time[rows].max())) - origin + 1
            keys = entries.entity * width + (entries.time - origin)
            reached[rows] = np.searchsorted(keys, rows * width + (time[rows] - origin))
        return reached

    def _bounded(self, markers: Entries, newest: NDArray[np.int64]) -> Entries:
        """Keep the newest markers that can be seen by now, and more of those that no transaction has seen yet."""
        visible = markers.known_at < newest[markers.entity]
        kept = np.zeros(len(markers), np.bool_)
        for rows, most in ((visible, self.bounds.frauds), (~visible, SLACK * self.bounds.frauds)):
            kept[rows] = _newest_first(markers.entity[rows], self.histories) < most
        return markers.take(kept)

    def _with_newest_places(self, entries: Entries) -> Entries:
        """Forget all but the newest places of each history."""
        if entries.cell is None:
            return entries
        there = np.flatnonzero(entries.cell)
        kept = there[_newest_first(entries.entity[there], self.histories) < self.bounds.places]
        cell = np.zeros_like(entries.cell)
        cell[kept] = entries.cell[kept]
        return replace(entries, cell=cell)

    def _newest(self, start: Ints, end: Ints) -> Ints:
        """Return the time of each history's newest transaction or label, shape (histories,)."""
        newest = np.full(self.histories, NEVER, np.int64)
        some = end > start
        newest[some] = self.entries.time[end[some] - 1]
        np.maximum.at(newest, self.markers.entity, self.markers.time)
        return newest


def merge(bounds: Bounds, mine: bytes, theirs: bytes) -> bytes:
    """Return the union of two packed versions of one history.

    Exact while neither has folded days. Where either has, the later fold is taken, day by day the larger count, and
    transactions older than it count as folded already.
    """
    entries, days = unpack([mine, theirs])
    until = int(days.folded_until.max())
    entries = entries.take(entries.marker | (entries.time > until) | (days.folded_until[entries.entity] == until))
    day, position = np.unique(days.day, return_inverse=True)
    count, amount = np.zeros(len(day), np.int64), np.zeros(len(day), np.int64)
    np.maximum.at(count, position, days.count)
    np.maximum.at(amount, position, days.amount)
    merged = _union(replace(entries, entity=np.zeros(len(entries), np.int64)))
    ledger = Ledger(
        bounds=bounds,
        histories=1,
        entries=merged.take(~merged.marker),
        markers=merged.take(merged.marker),
        days=Days(
            entity=np.zeros(len(day), np.int64), day=day, count=count, amount=amount, folded_until=np.array([until])
        ),
    )
    return ledger.pack()[0]


def _union(entries: Entries) -> Entries:
    """Sort by history, time and id; make one row of each transaction, with the latest of its labels."""
    entries = _sorted(entries)
    tied = same_moment(entries.entity, entries.time)
    if not tied.any():
        return entries
    entries = _ties_sorted(entries, tied)
    repeated = tied.copy()
    repeated[1:] &= entries.ident[1:] == entries.ident[:-1]
    if not repeated.any():
        return entries
    starts = np.flatnonzero(~repeated)
    # A marker, or a copy that was stored, may lack what another knows of the merchant.
    columns = {name: getattr(entries, name) for name in ("rank", "category", "country", "cell")}
    told = {name: np.maximum.reduceat(column, starts) for name, column in columns.items() if column is not None}
    return replace(entries.take(starts), **told)


def _sorted(entries: Entries) -> Entries:
    entity, time = entries.entity, entries.time
    rising = entity[1:] > entity[:-1]
    rising |= (entity[1:] == entity[:-1]) & (time[1:] >= time[:-1])
    return entries if rising.all() else entries.take(by_entity_and_time(entity, time))


def _ties_sorted(entries: Entries, tied: NDArray[np.bool_]) -> Entries:
    """Sort what shares its history and time, which is little, by id, transactions before markers."""
    together = tied.copy()
    together[:-1] |= tied[1:]
    rows = np.flatnonzero(together)
    some = entries.take(rows)
    order = np.arange(len(entries))
    order[rows] = rows[np.lexsort((some.marker, some.ident, some.time, some.entity))]
    return entries.take(order)


def _merged(some: Entries, more: Entries, rows: Ints | None = None) -> Entries:
    """Return two sorted parts, of the first only some rows if told so, sorted by history, time and id.

    Where they are equal, the first part comes first.
    """
    rows = np.arange(len(some)) if rows is None else rows
    if len(more):
        rows = np.concatenate((rows, len(some) + np.arange(len(more))))
        some = Entries.concatenate([some, more])
        rows = rows[by_entity_and_time(some.entity[rows], some.time[rows])]
    entries = some.take(rows)
    tied = same_moment(entries.entity, entries.time)
    return _ties_sorted(entries, tied) if tied.any() else entries


def _not_before(entries: Entries, since: NDArray[np.int64]) -> Entries:
    """Drop what is older than each history's horizon."""
    kept = entries.time >= since[entries.entity]
    return entries if kept.all() else entries.take(kept)


def _newest_first(entity: NDArray[np.int64], histories: int) -> NDArray[np.int64]:
    """Return each row's age rank within its history: 0 is the newest. Rows are sorted by history and time."""
    ends = np.searchsorted(entity, np.arange(histories), side="right")
    return ends[entity] - 1 - np.arange(len(entity))


def _as_markers(entries: Entries) -> Entries:
    """Return entries as markers: the label, the time and who, without the amount and the merchant."""
    return replace(
        entries,
        amount=np.zeros(len(entries), np.int64),
        marker=np.ones(len(entries), np.bool_),
        category=None,
        country=None,
        cell=None,
    )


def _with_folded(days: Days, old: Entries) -> Days:
    """Add transactions, sorted by history and time, to the folded days."""
    until = days.folded_until.copy()
    np.maximum.at(until, old.entity, old.time)
    key = np.concatenate((days.entity << 20 | days.day, old.entity << 20 | old.time // DAY_MS))
    unique, position = np.unique(key, return_inverse=True)
    count, amount = np.zeros(len(unique), np.int64), np.zeros(len(unique), np.int64)
    np.add.at(count, position, np.concatenate((days.count, np.ones(len(old), np.int64))))
    np.add.at(amount, position, np.concatenate((days.amount, old.amount)))
    return Days(entity=unique >> 20, day=unique & 0xFFFFF, count=count, amount=amount, folded_until=until)


def _days_not_before(days: Days, since: NDArray[np.int64]) -> Days:
    """Drop folded days that ended before each history's horizon."""
    kept = days.day >= since[days.entity] // DAY_MS
    return Days(
        entity=days.entity[kept],
        day=days.day[kept],
        count=days.count[kept],
        amount=days.amount[kept],
        folded_until=days.folded_until,
    )

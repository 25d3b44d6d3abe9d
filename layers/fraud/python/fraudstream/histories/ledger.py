"""A ledger: the histories of many cards (or terminals) side by side, with new events merged in, sorted, bounded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.histories.entries import Entries
from fraudstream.histories.packing import NEVER, Days, pack, unpack
from fraudstream.histories.policy import DAY_MS, GRACE_MS, RETENTION_MS, SLACK, Bounds


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

    def pack(self) -> list[bytes]:
        """Return the bytes of each history: what is past the retention is dropped, what is beyond the bounds folded."""
        newest = self._newest()
        # Whole days, so that it makes no difference whether a transaction had been folded into its day.
        since = (newest - RETENTION_MS) // DAY_MS * DAY_MS
        entries = _not_before(self.entries, since)
        # A legitimate marker says nothing that silence does not say, so only frauds are worth their bytes.
        markers = _not_before(self.markers.take(self.markers.is_fraud), since)
        days = self.days
        age = _newest_first(entries.entity, self.histories)
        settled = (entries.time < newest[entries.entity] - GRACE_MS) | (age >= SLACK * self.bounds.events)
        folded = settled & (age >= self.bounds.events)
        if folded.any():
            old = entries.take(folded)
            entries = entries.take(~folded)
            days = _with_folded(days, old)
            frauds = old.take(old.is_fraud)
            markers = Entries.concatenate([markers, _as_markers(frauds)])
            markers = markers.take(np.lexsort((markers.ident, markers.time, markers.entity)))
        if len(markers):
            markers = self._bounded(markers, newest)
            entries = Entries.concatenate([entries, markers])
            entries = entries.take(np.lexsort((entries.ident, entries.time, entries.entity)))
        return pack(entries, _days_not_before(days, since), self.histories)

    def _bounded(self, markers: Entries, newest: NDArray[np.int64]) -> Entries:
        """Keep the newest markers that can be seen by now, and more of those that no transaction has seen yet."""
        visible = markers.known_at < newest[markers.entity]
        kept = np.zeros(len(markers), np.bool_)
        for rows, most in ((visible, self.bounds.frauds), (~visible, SLACK * self.bounds.frauds)):
            kept[rows] = _newest_first(markers.entity[rows], self.histories) < most
        return markers.take(kept)

    def _newest(self) -> NDArray[np.int64]:
        """Return the time of each history's newest transaction or label, shape (histories,)."""
        newest = np.full(self.histories, NEVER, np.int64)
        for entries in (self.entries, self.markers):
            newest[entries.entity] = np.maximum(newest[entries.entity], entries.time)
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
    order = np.lexsort((entries.marker, entries.ident, entries.time, entries.entity))
    entries = entries.take(order)
    first = np.ones(len(entries), np.bool_)
    first[1:] = (
        (entries.time[1:] != entries.time[:-1])
        | (entries.ident[1:] != entries.ident[:-1])
        | (entries.entity[1:] != entries.entity[:-1])
    )
    if first.all():
        return entries
    starts = np.flatnonzero(first)
    kept = entries.take(starts)
    return replace(kept, rank=np.maximum.reduceat(entries.rank, starts))


def _not_before(entries: Entries, since: NDArray[np.int64]) -> Entries:
    """Drop what is older than each history's horizon."""
    kept = entries.time >= since[entries.entity]
    return entries if kept.all() else entries.take(kept)


def _newest_first(entity: NDArray[np.int64], histories: int) -> NDArray[np.int64]:
    """Return each row's age rank within its history: 0 is the newest. Rows are sorted by history and time."""
    ends = np.searchsorted(entity, np.arange(histories), side="right")
    return ends[entity] - 1 - np.arange(len(entity))


def _as_markers(entries: Entries) -> Entries:
    """Return entries as markers: the label, the time and who, without the amount."""
    return replace(entries, amount=np.zeros(len(entries), np.int64), marker=np.ones(len(entries), np.bool_))


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

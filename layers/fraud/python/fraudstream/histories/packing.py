"""Histories to bytes and back. Written in the newest format, read in every format there was."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import HistoryFormatError
from fraudstream.histories import days as folded
from fraudstream.histories import first_format, second_format
from fraudstream.histories.days import Days
from fraudstream.histories.entries import Entries
from fraudstream.histories.layout import (
    CATEGORY,
    COUNTRY,
    ENTRIES,
    FLAGS,
    FORMAT,
    HEADER,
    LABEL,
    PLACE,
    amount_bits,
    low_bits,
)
from fraudstream.histories.order import ranges

Ints = NDArray[np.int64]


def unpack(blobs: Sequence[bytes | None]) -> tuple[Entries, Days]:
    """Return the entries and folded days of many histories; None is a history without a past.

    Raises
    ------
    HistoryFormatError
        For bytes that no version of this code wrote.
    """
    owner = np.array([place for place, blob in enumerate(blobs) if blob is not None], np.int64)
    stored = [blob for blob in blobs if blob is not None]
    formats = np.frombuffer(b"".join([blob[:1] or b"\0" for blob in stored]), np.uint8)
    newest = formats == FORMAT
    if newest.all():
        return second_format.read(stored, owner, len(blobs))
    for place in np.flatnonzero(~newest & (formats != first_format.FORMAT)).tolist():
        blob = stored[place]
        raise HistoryFormatError(f"history of unknown format {blob[:1].hex() or 'none'}, {len(blob)} bytes")
    parts = [
        read([stored[place] for place in np.flatnonzero(mine).tolist()], owner[mine], len(blobs))
        for read, mine in ((first_format.read, ~newest), (second_format.read, newest))
    ]
    return _together(parts)


def _together(parts: list[tuple[Entries, Days]]) -> tuple[Entries, Days]:
    """Return parts of which each has histories of its own as one, sorted by history."""
    entries = Entries.concatenate([part for part, _ in parts])
    columns = {
        name: np.concatenate([getattr(days, name) for _, days in parts])
        for name in ("entity", "day", "count", "amount")
    }
    order = np.argsort(columns["entity"], kind="stable")
    until = np.maximum.reduce([days.folded_until for _, days in parts])
    return (
        entries.take(np.argsort(entries.entity, kind="stable")),
        Days(folded_until=until, **{name: column[order] for name, column in columns.items()}),
    )


def pack(entries: Entries, days: Days, histories: int) -> list[bytes]:
    """Return the bytes of each of `histories` histories; both arguments are sorted by entity, entries then by time."""
    starts = np.searchsorted(entries.entity, np.arange(histories + 1))
    day_counts = np.diff(np.searchsorted(days.entity, np.arange(histories + 1)))
    sizes = np.diff(starts)
    flags = (entries.rank >> 2 << 3) | (entries.marker.astype(np.int32) << 2) | (entries.rank & 3)
    layout, labels = _layouts(entries, flags, starts)
    within = (layout[entries.entity] & FLAGS) > 0
    few_labels = _few(LABEL, "flags", np.where(within, 0, flags), entries.entity, starts)
    few_places = _few(PLACE, "cell", entries.cell, entries.entity, starts)
    heads = np.empty(histories, HEADER)
    heads["format"], heads["layout"], heads["days"], heads["entries"] = FORMAT, layout, day_counts, sizes
    heads["labels"] = np.where(layout & FLAGS, 0, labels)
    heads["places"] = [len(places) // PLACE.itemsize for places in few_places] if few_places else 0
    bases = np.maximum(days.folded_until, 0)
    bases[sizes > 0] = entries.time[starts[:-1][sizes > 0]]
    heads["base"] = bases
    head = heads.tobytes()
    sections = [
        [head[start : start + HEADER.itemsize] for start in range(0, len(head), HEADER.itemsize)],
        folded.written(days, day_counts) if len(days.day) else [],
        _rows(entries, flags, layout, starts, bases),
        few_labels,
        few_places,
    ]
    return [b"".join(parts) for parts in zip(*[section for section in sections if section], strict=True)]


def _layouts(entries: Entries, flags: NDArray[np.int32], starts: Ints) -> tuple[Ints, Ints]:
    """Return the narrowest layout of each history, and how many of its entries have a label."""
    sizes = np.diff(starts)
    layout, labels = np.zeros(len(sizes), np.int64), np.zeros(len(sizes), np.int64)
    some = np.flatnonzero(sizes)
    first = starts[some]
    if len(some):
        labels[some] = np.add.reduceat((flags != 0).astype(np.int64), first)
        layout[some] = amount_bits(np.maximum.reduceat(entries.amount, first))
        for bit, column in ((CATEGORY, entries.category), (COUNTRY, entries.country)):
            if column is not None:
                layout[some] |= np.where(np.maximum.reduceat(column, first) > 0, bit, 0)
        layout |= np.where(labels * LABEL.itemsize > sizes * 2, FLAGS, 0)
    return layout, labels


def _rows(entries: Entries, flags: NDArray[np.int32], layout: Ints, starts: Ints, bases: Ints) -> list[bytes]:
    """Return the bytes of each history's entries."""
    since, sizes = entries.time - bases[entries.entity], np.diff(starts)
    bodies = [b""] * len(layout)
    for each in np.unique(layout[sizes > 0]).tolist():
        members = np.flatnonzero((layout == each) & (sizes > 0))
        mine: Any = (
            slice(None) if len(members) == np.count_nonzero(sizes) else ranges(starts[members], starts[members + 1])
        )
        kind, low = ENTRIES[each], low_bits(each)
        amount = entries.amount[mine]
        rows = np.empty(len(amount), kind)
        rows["time"], rows["ident"], rows["counterpart"] = since[mine], entries.ident[mine], entries.counterpart[mine]
        rows["amount_low"] = amount & ((1 << low) - 1)
        for name, column in (
            ("amount_high", amount >> low),
            ("category", None if entries.category is None else entries.category[mine]),
            ("country", None if entries.country is None else entries.country[mine]),
            ("flags", flags[mine]),
        ):
            if name in kind.names:
                rows[name] = column
        body = rows.tobytes()
        edges = [0, *(np.cumsum(sizes[members]) * kind.itemsize).tolist()]
        for place, (start, stop) in zip(members.tolist(), pairwise(edges), strict=True):
            bodies[place] = body[start:stop]
    return bodies


def _few(kind: np.dtype[Any], name: str, column: NDArray[Any] | None, entity: Ints, starts: Ints) -> list[bytes]:
    """Return what only some entries of each history have; an empty list where none of any has."""
    if column is None or not column.any():
        return []
    at = np.flatnonzero(column)
    rows = np.empty(len(at), kind)
    rows["entry"], rows[name] = at - starts[entity[at]], column[at]
    body = rows.tobytes()
    edges = (np.searchsorted(entity[at], np.arange(len(starts))) * kind.itemsize).tolist()
    return [body[start:stop] for start, stop in pairwise(edges)]

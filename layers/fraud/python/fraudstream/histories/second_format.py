"""Reading the second format of histories (layout.py)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import HistoryFormatError
from fraudstream.histories import days as folded
from fraudstream.histories.days import Days
from fraudstream.histories.entries import Entries
from fraudstream.histories.layout import (
    CATEGORY,
    COUNTRY,
    ENTRIES,
    ENTRY_BYTES,
    FLAGS,
    HEADER,
    LABEL,
    LAYOUTS,
    PLACE,
    low_bits,
)
from fraudstream.histories.order import ranges

Ints = NDArray[np.int64]


def read(stored: list[bytes], owner: Ints, histories: int) -> tuple[Entries, Days]:
    """Return the entries and folded days of stored histories, whose owners, rising, are among `histories`.

    Raises
    ------
    HistoryFormatError
        For bytes that no version of this code wrote.
    """
    heads, ends = _heads(stored)
    sizes = heads["entries"].astype(np.int64)
    first = np.cumsum(sizes) - sizes
    n = int(sizes.sum())
    layouts = np.unique(heads["layout"]).tolist()
    columns: dict[str, Any] = {
        "time": np.repeat(heads["base"], sizes),
        "ident": np.empty(n, np.uint16),
        "counterpart": np.empty(n, np.uint16),
        "amount": np.empty(n, np.int64),
    }
    columns |= {"category": np.zeros(n, np.uint8)} if any(layout & CATEGORY for layout in layouts) else {}
    columns |= {"country": np.zeros(n, np.uint8)} if any(layout & COUNTRY for layout in layouts) else {}
    flags = np.zeros(n, np.int32)
    for layout in layouts:
        members = np.flatnonzero(heads["layout"] == layout)
        rows: Any = np.frombuffer(_section(stored, members, ends[0], ends[1]), ENTRIES[layout])
        everything = len(members) == len(stored)
        to: Any = slice(None) if everything else ranges(first[members], first[members] + sizes[members])
        columns["time"][to] += rows["time"]
        columns["ident"][to], columns["counterpart"][to] = rows["ident"], rows["counterpart"]
        columns["amount"][to] = _amounts(rows, layout)
        for bit, name, column in (
            (CATEGORY, "category", columns.get("category")),
            (COUNTRY, "country", columns.get("country")),
            (FLAGS, "flags", flags),
        ):
            if layout & bit and column is not None:
                column[to] = rows[name]
    owners, labels = _few(stored, heads["labels"], ends[1], ends[2], LABEL)
    flags[_at(owners, labels, sizes, first)] = labels["flags"]
    owners, places = _few(stored, heads["places"], ends[2], ends[3], PLACE)
    if len(places):
        columns["cell"] = np.zeros(n, np.uint32)
        columns["cell"][_at(owners, places, sizes, first)] = places["cell"]
    rank, marker = (flags >> 3 << 2) | (flags & 3), (flags & 4) != 0
    entries = Entries(entity=np.repeat(owner, sizes), rank=rank, marker=marker, **columns)
    return entries, folded.read(stored, owner, heads["days"].astype(np.int64), HEADER.itemsize, histories)


def _heads(stored: list[bytes]) -> tuple[Any, list[Ints]]:
    """Return the headers of histories as one structured array, and where sections end; refuse what is not ours."""
    lengths = np.fromiter(map(len, stored), np.int64, len(stored))
    for place in np.flatnonzero(lengths < HEADER.itemsize).tolist():
        raise HistoryFormatError(f"history of {lengths[place]} bytes")
    heads: Any = np.frombuffer(b"".join([blob[: HEADER.itemsize] for blob in stored]), HEADER)
    for place in np.flatnonzero(heads["layout"] >= LAYOUTS).tolist():
        raise HistoryFormatError(f"history of unknown layout {heads['layout'][place]}, {lengths[place]} bytes")
    ends = [HEADER.itemsize + folded.size_of(heads["days"].astype(np.int64))]
    for name, size in (
        ("entries", ENTRY_BYTES[heads["layout"]]),
        ("labels", LABEL.itemsize),
        ("places", PLACE.itemsize),
    ):
        ends.append(ends[-1] + heads[name].astype(np.int64) * size)
    for place in np.flatnonzero(ends[-1] != lengths).tolist():
        raise HistoryFormatError(f"history of {lengths[place]} bytes, its header says {ends[-1][place]}")
    folded.check_base(heads["base"])
    return heads, ends


def _section(stored: list[bytes], members: Ints, start: Ints, end: Ints) -> bytes:
    """Return one section of some histories, one behind the other."""
    parts = zip(members.tolist(), start[members].tolist(), end[members].tolist(), strict=True)
    return b"".join([stored[place][first:last] for place, first, last in parts])


def _few(stored: list[bytes], counts: Any, start: Ints, end: Ints, kind: np.dtype[Any]) -> tuple[Ints, Any]:
    """Return what only some entries have, and whose they are."""
    some = np.flatnonzero(counts)
    return np.repeat(some, counts[some]), np.frombuffer(_section(stored, some, start, end), kind)


def _at(owners: Ints, rows: Any, sizes: Ints, first: Ints) -> Ints:
    """Return where the entries that few rows tell of are among all entries."""
    for place in owners[rows["entry"] >= sizes[owners]].tolist():
        raise HistoryFormatError(f"history of {sizes[place]} entries that tells of another")
    at: Ints = first[owners] + rows["entry"]
    return at


def _amounts(rows: Any, layout: int) -> Ints:
    amount: Ints = rows["amount_low"].astype(np.int64)
    if "amount_high" in ENTRIES[layout].fields:  # type: ignore[operator]
        amount |= rows["amount_high"].astype(np.int64) << low_bits(layout)
    return amount

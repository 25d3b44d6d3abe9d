"""Histories as they were first written: 15 bytes an entry, nothing of merchants. Read for ever, written no more.

Little-endian. Header, 12 bytes: format (u8, 1), folded days (u8), entries (u16), base time (i64, epoch ms). Folded days
as ever (days.py). Entries: time after base (u32 ms), amount (u40), counterpart (u16), id (u16), flags (u16: label in
2 bits, marker, 13 bits of steps).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import HistoryFormatError
from fraudstream.histories import days as folded
from fraudstream.histories.days import Days
from fraudstream.histories.entries import Entries

FORMAT = 1
_HEADER = np.dtype([("format", "u1"), ("days", "u1"), ("entries", "<u2"), ("base", "<i8")])
_ENTRY = np.dtype(
    [
        ("time", "<u4"),
        ("amount_low", "<u4"),
        ("amount_high", "u1"),
        ("counterpart", "<u2"),
        ("ident", "<u2"),
        ("flags", "<u2"),
    ]
)


def read(stored: list[bytes], owner: NDArray[np.int64], histories: int) -> tuple[Entries, Days]:
    """Return the entries and folded days of stored histories, whose owners, rising, are among `histories`.

    Raises
    ------
    HistoryFormatError
        For bytes that no version of this code wrote.
    """
    heads = _heads(stored)
    sizes, counts = heads["entries"].astype(np.int64), heads["days"].astype(np.int64)
    days = folded.read(stored, owner, counts, _HEADER.itemsize, histories)
    starts = (_HEADER.itemsize + folded.size_of(counts)).tolist()
    rows: Any = np.frombuffer(b"".join([blob[start:] for blob, start in zip(stored, starts, strict=True)]), _ENTRY)
    flags = rows["flags"].astype(np.int32)
    return Entries(
        entity=np.repeat(owner, sizes),
        time=np.repeat(heads["base"], sizes) + rows["time"],
        ident=rows["ident"].astype(np.uint16),
        counterpart=rows["counterpart"].astype(np.uint16),
        amount=rows["amount_low"] | rows["amount_high"].astype(np.int64) << 32,
        rank=(flags >> 3 << 2) | (flags & 3),
        marker=(flags & 4) != 0,
    ), days


def _heads(stored: list[bytes]) -> Any:
    """Return the headers of histories as one structured array; refuse what does not add up."""
    sizes = np.fromiter(map(len, stored), np.int64, len(stored))
    for place in np.flatnonzero(sizes < _HEADER.itemsize).tolist():
        raise HistoryFormatError(f"history of {sizes[place]} bytes")
    heads: Any = np.frombuffer(b"".join([blob[: _HEADER.itemsize] for blob in stored]), _HEADER)
    told = _HEADER.itemsize + folded.size_of(heads["days"].astype(np.int64))
    told += heads["entries"].astype(np.int64) * _ENTRY.itemsize
    for place in np.flatnonzero(told != sizes).tolist():
        raise HistoryFormatError(f"history of {sizes[place]} bytes, its header says {told[place]}")
    folded.check_base(heads["base"])
    return heads

"""The bytes of a history: a header, days that were folded, and 15 bytes an entry.

Little-endian. Header, 12 bytes: format (u8), folded days (u8), entries (u16), base time (i64, epoch ms: the time of the
oldest entry, and of the newest folded event where there is no entry). Where there are folded days: the time of the
newest folded event (i64), then a day each (day since 1970 u16, transactions u32, amount u64: 14 bytes). Entries: time
after base (u32 ms), amount (u40), counterpart (u16), id (u16), flags (u16: label in 2 bits, marker, 13 bits of steps).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import HistoryFormatError
from fraudstream.histories.entries import Entries
from fraudstream.histories.policy import DAY_MS, RETENTION_MS

FORMAT = 1
_HEADER = np.dtype([("format", "u1"), ("days", "u1"), ("entries", "<u2"), ("base", "<i8")])
_FOLDED_UNTIL = Struct("<q")
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
_DAY = np.dtype([("day", "<u2"), ("count", "<u4"), ("amount", "<u8")])
NEVER = -(2**62)
_MOST_DAYS = RETENTION_MS // DAY_MS + 2
_LATEST_MS = 2**16 * DAY_MS - 2**32
"""Days are counted in 16 bits (until 2149), and entries reach 32 bits of milliseconds beyond the base."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Folded days of many histories: one row a history and day, sorted; and until when each history is folded."""

    entity: NDArray[np.int64]
    day: NDArray[np.int64]
    count: NDArray[np.int64]
    amount: NDArray[np.int64]
    folded_until: NDArray[np.int64]


def unpack(blobs: Sequence[bytes | None]) -> tuple[Entries, Days]:
    """Return the entries and folded days of many histories; None is a history without a past.

    Raises
    ------
    HistoryFormatError
        For bytes that no version of this code wrote.
    """
    owner = [position for position, blob in enumerate(blobs) if blob is not None]
    stored = [blob for blob in blobs if blob is not None]
    heads = _heads(stored)
    sizes, bases, day_sizes = (np.zeros(len(blobs), np.int64) for _ in range(3))
    sizes[owner], bases[owner], day_sizes[owner] = heads["entries"], heads["base"], heads["days"]
    folded_until = np.full(len(blobs), NEVER, np.int64)
    starts, day_parts = [_HEADER.itemsize] * len(stored), []
    for place in np.flatnonzero(heads["days"]).tolist():
        blob = stored[place]
        starts[place] += _FOLDED_UNTIL.size + int(heads["days"][place]) * _DAY.itemsize
        folded_until[owner[place]] = _FOLDED_UNTIL.unpack_from(blob, _HEADER.itemsize)[0]
        day_parts.append(blob[_HEADER.itemsize + _FOLDED_UNTIL.size : starts[place]])
    for place in np.flatnonzero((day_sizes > 0) & ~_countable(folded_until)).tolist():
        raise HistoryFormatError(f"history folded until {folded_until[place]}")
    rows: Any = np.frombuffer(b"".join([blob[start:] for blob, start in zip(stored, starts, strict=True)]), _ENTRY)
    days: Any = np.frombuffer(b"".join(day_parts), _DAY)
    positions = np.arange(len(blobs))
    flags = rows["flags"].astype(np.int32)
    amount = rows["amount_low"].astype(np.int64)
    if (high := rows["amount_high"]).any():
        amount |= high.astype(np.int64) << 32
    entries = Entries(
        entity=np.repeat(positions, sizes),
        time=np.repeat(bases, sizes) + rows["time"],
        ident=rows["ident"].astype(np.uint16),
        counterpart=rows["counterpart"].astype(np.uint16),
        amount=amount,
        rank=(flags >> 3 << 2) | (flags & 3),
        marker=(flags & 4) != 0,
    )
    return entries, Days(
        entity=np.repeat(positions, day_sizes),
        day=days["day"].astype(np.int64),
        count=days["count"].astype(np.int64),
        amount=days["amount"].astype(np.int64),
        folded_until=folded_until,
    )


def pack(entries: Entries, days: Days, histories: int) -> list[bytes]:
    """Return the bytes of each of `histories` histories; both arguments are sorted by entity, entries then by time."""
    starts = np.searchsorted(entries.entity, np.arange(histories + 1))
    day_starts = np.searchsorted(days.entity, np.arange(histories + 1))
    sizes = np.diff(starts)
    occupied = sizes > 0
    heads = np.empty(histories, _HEADER)
    heads["format"], heads["days"], heads["entries"] = FORMAT, np.diff(day_starts), sizes
    bases = np.maximum(days.folded_until, 0)
    bases[occupied] = entries.time[starts[:-1][occupied]]
    heads["base"] = bases
    rows = np.empty(len(entries), _ENTRY)
    rows["time"] = entries.time - np.repeat(bases, sizes)
    rows["amount_low"] = entries.amount & 0xFFFFFFFF
    rows["amount_high"] = entries.amount >> 32
    rows["counterpart"] = entries.counterpart
    rows["ident"] = entries.ident
    rows["flags"] = (entries.rank >> 2 << 3) | (entries.marker.astype(np.int32) << 2) | (entries.rank & 3)
    head, body = heads.tobytes(), rows.tobytes()
    edges = (starts * _ENTRY.itemsize).tolist()
    blobs = [
        head[position * _HEADER.itemsize : (position + 1) * _HEADER.itemsize] + body[start:stop]
        for position, (start, stop) in enumerate(pairwise(edges))
    ]
    if len(days.day):
        _insert_days(blobs, days, day_starts)
    return blobs


def _insert_days(blobs: list[bytes], days: Days, starts: NDArray[np.int64]) -> None:
    """Put folded days between the header and the entries of those histories that have any."""
    rows = np.empty(len(days.day), _DAY)
    rows["day"], rows["count"], rows["amount"] = days.day, days.count, days.amount
    body = rows.tobytes()
    edges = (starts * _DAY.itemsize).tolist()
    for position in np.flatnonzero(np.diff(starts)).tolist():
        blob = blobs[position]
        blobs[position] = b"".join(
            (
                blob[: _HEADER.itemsize],
                _FOLDED_UNTIL.pack(int(days.folded_until[position])),
                body[edges[position] : edges[position + 1]],
                blob[_HEADER.itemsize :],
            )
        )


def _heads(blobs: list[bytes]) -> Any:
    """Return the headers of histories as one structured array; refuse what does not add up."""
    sizes = np.fromiter(map(len, blobs), np.int64, len(blobs))
    for blob in [blobs[place] for place in np.flatnonzero(sizes < _HEADER.itemsize).tolist()]:
        raise HistoryFormatError(_unknown(blob))
    heads: Any = np.frombuffer(b"".join([blob[: _HEADER.itemsize] for blob in blobs]), _HEADER)
    for place in np.flatnonzero(heads["format"] != FORMAT).tolist():
        raise HistoryFormatError(_unknown(blobs[place]))
    days = heads["days"].astype(np.int64)
    told = _HEADER.itemsize + np.where(days > 0, _FOLDED_UNTIL.size + days * _DAY.itemsize, 0)
    told += heads["entries"].astype(np.int64) * _ENTRY.itemsize
    for place in np.flatnonzero(told != sizes).tolist():
        raise HistoryFormatError(f"history of {sizes[place]} bytes, its header says {told[place]}")
    for place in np.flatnonzero((days > _MOST_DAYS) | ~_countable(heads["base"])).tolist():
        raise HistoryFormatError(f"history of {days[place]} folded days from {heads['base'][place]}")
    return heads


def _countable(time: NDArray[np.int64]) -> NDArray[np.bool_]:
    return (time >= 0) & (time < _LATEST_MS)


def _unknown(blob: bytes) -> str:
    return f"history of unknown format {blob[:1].hex() or 'none'}, {len(blob)} bytes"

"""The bytes of a history: a header, days that were folded, and 15 bytes an entry.

Little-endian. Header, 12 bytes: format (u8), folded days (u8), entries (u16), base time (i64, epoch ms: the time of the
oldest entry, and of the newest folded event where there is no entry). Where there are folded days: the time of the
newest folded event (i64), then a day each (day since 1970 u16, transactions u32, amount u64: 14 bytes). Entries: time
after base (u32 ms), amount (u40), counterpart (u16), id (u16), flags (u16: label in 2 bits, marker, 13 bits of steps).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import HistoryFormatError
from fraudstream.histories.entries import Entries

FORMAT = 1
_HEADER = Struct("<BBHq")
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
    sizes = np.zeros(len(blobs), np.int64)
    bases = np.zeros(len(blobs), np.int64)
    folded_until = np.full(len(blobs), NEVER, np.int64)
    day_sizes = np.zeros(len(blobs), np.int64)
    day_parts: list[bytes] = []
    entry_parts: list[bytes] = []
    for position, blob in enumerate(blobs):
        if blob is None:
            continue
        size, day_size, base, start = _header(blob)
        if day_size:
            folded_until[position] = _FOLDED_UNTIL.unpack_from(blob, _HEADER.size)[0]
            day_parts.append(blob[start - day_size * _DAY.itemsize : start])
            day_sizes[position] = day_size
        sizes[position] = size
        bases[position] = base
        entry_parts.append(blob[start:])
    rows: Any = np.frombuffer(b"".join(entry_parts), _ENTRY)
    days: Any = np.frombuffer(b"".join(day_parts), _DAY)
    positions = np.arange(len(blobs))
    flags = rows["flags"].astype(np.int32)
    entries = Entries(
        entity=np.repeat(positions, sizes),
        time=np.repeat(bases, sizes) + rows["time"],
        ident=rows["ident"].astype(np.uint16),
        counterpart=rows["counterpart"].astype(np.uint16),
        amount=rows["amount_low"].astype(np.int64) | (rows["amount_high"].astype(np.int64) << 32),
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
    sizes = np.diff(starts)
    occupied = sizes > 0
    bases = np.maximum(days.folded_until, 0)
    bases[occupied] = entries.time[starts[:-1][occupied]]
    rows = np.empty(len(entries), _ENTRY)
    rows["time"] = entries.time - np.repeat(bases, sizes)
    rows["amount_low"] = entries.amount & 0xFFFFFFFF
    rows["amount_high"] = entries.amount >> 32
    rows["counterpart"] = entries.counterpart
    rows["ident"] = entries.ident
    rows["flags"] = (entries.rank >> 2 << 3) | (entries.marker.astype(np.int32) << 2) | (entries.rank & 3)
    body = rows.tobytes()
    day_rows = np.empty(len(days.day), _DAY)
    day_rows["day"], day_rows["count"], day_rows["amount"] = days.day, days.count, days.amount
    day_body = day_rows.tobytes()
    day_starts = np.searchsorted(days.entity, np.arange(histories + 1))
    columns = zip(bases.tolist(), starts.tolist(), sizes.tolist(), day_starts.tolist(), strict=False)
    blobs = []
    for position, (base, start, size, day_start) in enumerate(columns):
        day_size = int(day_starts[position + 1]) - day_start if day_body else 0
        blob = _HEADER.pack(FORMAT, day_size, size, base)
        if day_size:
            blob += _FOLDED_UNTIL.pack(int(days.folded_until[position]))
            blob += day_body[day_start * _DAY.itemsize : (day_start + day_size) * _DAY.itemsize]
        blobs.append(blob + body[start * _ENTRY.itemsize : (start + size) * _ENTRY.itemsize])
    return blobs


def _header(blob: bytes) -> tuple[int, int, int, int]:
    """Return entries, folded days, base time and where the entries start; refuse what does not add up."""
    if len(blob) < _HEADER.size or blob[0] != FORMAT:
        raise HistoryFormatError(f"history of unknown format {blob[:1].hex() or 'none'}, {len(blob)} bytes")
    _, day_size, size, base = _HEADER.unpack_from(blob)
    start = _HEADER.size + (_FOLDED_UNTIL.size + day_size * _DAY.itemsize if day_size else 0)
    if len(blob) != start + size * _ENTRY.itemsize:
        raise HistoryFormatError(f"history of {len(blob)} bytes, its header says {start + size * _ENTRY.itemsize}")
    return size, day_size, base, start

"""What histories keep of transactions that are not kept whole: a count and a sum for each day; every format alike.

Little-endian, behind the header of a history that has any: the time of the newest folded transaction (i64), then a day
each, 14 bytes: day since 1970 (u16), transactions (u32), amount (u64).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import HistoryFormatError
from fraudstream.histories.policy import DAY_MS, RETENTION_MS

NEVER = -(2**62)
_FOLDED_UNTIL = Struct("<q")
_DAY = np.dtype([("day", "<u2"), ("count", "<u4"), ("amount", "<u8")])
_MOST = RETENTION_MS // DAY_MS + 2
_LATEST_MS = 2**16 * DAY_MS - 2**32
"""Days are counted in 16 bits (until 2149), and entries reach 32 bits of milliseconds beyond the base."""
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Folded days of many histories: one row a history and day, sorted; and until when each history is folded."""

    entity: Ints
    day: Ints
    count: Ints
    amount: Ints
    folded_until: Ints

    @classmethod
    def none(cls, histories: int) -> "Days":
        """Return what nothing folded is."""
        nothing = np.zeros(0, np.int64)
        return cls(
            entity=nothing, day=nothing, count=nothing, amount=nothing, folded_until=np.full(histories, NEVER, np.int64)
        )


def size_of(days: Ints) -> Ints:
    """Return how many bytes so many days take."""
    return np.where(days > 0, _FOLDED_UNTIL.size + days * _DAY.itemsize, 0)


def written(days: Days, counts: Ints) -> list[bytes]:
    """Return the bytes of each history's days, of which there are so many."""
    rows = np.empty(len(days.day), _DAY)
    rows["day"], rows["count"], rows["amount"] = days.day, days.count, days.amount
    body = rows.tobytes()
    blobs = [b""] * len(counts)
    ends = np.cumsum(counts) * _DAY.itemsize
    for place in np.flatnonzero(counts).tolist():
        start = int(ends[place]) - int(counts[place]) * _DAY.itemsize
        blobs[place] = _FOLDED_UNTIL.pack(int(days.folded_until[place])) + body[start : int(ends[place])]
    return blobs


def read(blobs: Sequence[bytes], owner: Ints, counts: Ints, offset: int, histories: int) -> Days:
    """Return the days of stored histories, so many behind an offset of each, whose owners are among `histories`.

    Raises
    ------
    HistoryFormatError
        For a day or time that cannot be.
    """
    some = np.flatnonzero(counts).tolist()
    if not some:
        return Days.none(histories)
    for place in np.flatnonzero(counts > _MOST).tolist():
        raise HistoryFormatError(f"history of {counts[place]} folded days")
    folded_until, parts = np.full(histories, NEVER, np.int64), []
    start = offset + _FOLDED_UNTIL.size
    for place in some:
        [until] = _FOLDED_UNTIL.unpack_from(blobs[place], offset)
        if not 0 <= until < _LATEST_MS:
            raise HistoryFormatError(f"history folded until {until}")
        folded_until[owner[place]] = until
        parts.append(blobs[place][start : start + int(counts[place]) * _DAY.itemsize])
    rows: Any = np.frombuffer(b"".join(parts), _DAY)
    return Days(
        entity=np.repeat(owner, counts),
        day=rows["day"].astype(np.int64),
        count=rows["count"].astype(np.int64),
        amount=rows["amount"].astype(np.int64),
        folded_until=folded_until,
    )


def check_base(base: Ints) -> None:
    """Refuse a time of a history's oldest entry that cannot be.

    Raises
    ------
    HistoryFormatError
        Saying which.
    """
    for place in np.flatnonzero((base < 0) | (base >= _LATEST_MS)).tolist():
        raise HistoryFormatError(f"history from {base[place]}")

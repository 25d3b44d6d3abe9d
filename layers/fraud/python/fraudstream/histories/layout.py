"""The second format of a history: rows as wide as what they hold, and what few entries have behind them.

Little-endian. Header, 16 bytes: format (u8, 2), layout (u8), folded days (u8), places (u8), entries (u16), labels
(u16), base time (i64, epoch ms: of the oldest entry, and of the newest folded transaction where there is no entry).
Then

- folded days (days.py),
- entries, 10 to 17 bytes each: time after base (u32 ms), amount (2 to 5 bytes), counterpart (u16), id (u16), and as the
  layout says category (u8), country (u8), flags (u16: label in 2 bits, marker, 13 bits of steps),
- labels, 4 bytes each: which entry (u16, 0 the oldest) and its flags; none where the entries have flags,
- places, 6 bytes each: which entry (u16) and its cell (u32, cells.py).

The layout's bits: 0 and 1 the bytes of an amount less two, 2 categories, 3 countries, 4 flags in the entries. The
layout follows from the entries: the narrowest that holds them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 2
HEADER = np.dtype(
    [
        ("format", "u1"),
        ("layout", "u1"),
        ("days", "u1"),
        ("places", "u1"),
        ("entries", "<u2"),
        ("labels", "<u2"),
        ("base", "<i8"),
    ]
)
LABEL = np.dtype([("entry", "<u2"), ("flags", "<u2")])
PLACE = np.dtype([("entry", "<u2"), ("cell", "<u4")])
CATEGORY, COUNTRY, FLAGS = 4, 8, 16
LAYOUTS = 32
_AMOUNTS: tuple[list[tuple[str, str]], ...] = (
    [("amount_low", "<u2")],
    [("amount_low", "<u2"), ("amount_high", "u1")],
    [("amount_low", "<u4")],
    [("amount_low", "<u4"), ("amount_high", "u1")],
)


def _entry(layout: int) -> np.dtype[Any]:
    columns = [("time", "<u4"), *_AMOUNTS[layout & 3], ("counterpart", "<u2"), ("ident", "<u2")]
    columns += [("category", "u1")] if layout & CATEGORY else []
    columns += [("country", "u1")] if layout & COUNTRY else []
    columns += [("flags", "<u2")] if layout & FLAGS else []
    return np.dtype(columns)


ENTRIES = tuple(_entry(layout) for layout in range(LAYOUTS))
"""What an entry looks like, by layout."""
ENTRY_BYTES = np.array([entry.itemsize for entry in ENTRIES], np.int64)


def amount_bits(amount: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the bits of a layout that say how wide amounts up to these are."""
    bits: NDArray[np.int64] = sum((amount >= limit).astype(np.int64) for limit in (2**16, 2**24, 2**32))  # type: ignore[assignment]
    return bits


def low_bits(layout: int) -> int:
    """Return how many bits of an amount its lower column holds."""
    return 16 if layout & 3 < 2 else 32

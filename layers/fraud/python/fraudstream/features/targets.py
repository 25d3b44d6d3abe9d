"""The transactions whose features are wanted, in columns."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from fraudstream.columns import Transactions
from fraudstream.currency import minor_units
from fraudstream.histories.entries import MAX_AMOUNT_MINOR

_CARD_NOT_PRESENT = frozenset({"ecom", "moto"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Rows to compute, one array of length n a column. `card` and `terminal` are positions in the two ledgers."""

    card: NDArray[np.int64]
    terminal: NDArray[np.int64]
    card_hash: NDArray[np.uint16]
    terminal_hash: NDArray[np.uint16]
    time: NDArray[np.int64]
    amount: NDArray[np.int64]
    units: NDArray[np.int64]
    card_not_present: NDArray[np.float64]
    cross_border: NDArray[np.float64]
    card_lat: NDArray[np.float64]
    card_lon: NDArray[np.float64]
    merchant_lat: NDArray[np.float64]
    merchant_lon: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.time)

    def slice(self, start: int, stop: int) -> Self:
        """Return rows `start` to `stop`."""
        return type(self)(**{field.name: getattr(self, field.name)[start:stop] for field in fields(self)})

    @classmethod
    def build(
        cls,
        transactions: Transactions,
        card: NDArray[np.int64],
        terminal: NDArray[np.int64],
        card_hash: NDArray[np.uint16],
        terminal_hash: NDArray[np.uint16],
    ) -> Self:
        """Return the targets of transactions whose cards and terminals were numbered and hashed by the caller."""
        n = len(transactions)
        return cls(
            card=card,
            terminal=terminal,
            card_hash=card_hash,
            terminal_hash=terminal_hash,
            time=transactions.event_time_ms,
            amount=np.minimum(transactions.amount_minor, MAX_AMOUNT_MINOR),
            units=_units(transactions.currency),
            card_not_present=_card_not_present(transactions.entry_mode, n),
            cross_border=_cross_border(transactions.card_country, transactions.merchant_country, n),
            card_lat=_or_missing(transactions.card_lat, n),
            card_lon=_or_missing(transactions.card_lon, n),
            merchant_lat=_or_missing(transactions.merchant_lat, n),
            merchant_lon=_or_missing(transactions.merchant_lon, n),
        )


def _units(currency: Sequence[str]) -> NDArray[np.int64]:
    known: dict[str, int] = {}
    for code in set(currency):
        known[code] = minor_units(code)
    return np.fromiter((known[code] for code in currency), np.int64, len(currency))


def _card_not_present(entry_mode: Sequence[str | None] | None, n: int) -> NDArray[np.float64]:
    if entry_mode is None:
        return np.full(n, np.nan)
    return np.fromiter(
        (np.nan if mode is None else float(mode in _CARD_NOT_PRESENT) for mode in entry_mode), np.float64, n
    )


def _cross_border(
    card_country: Sequence[str | None] | None, merchant_country: Sequence[str | None] | None, n: int
) -> NDArray[np.float64]:
    if card_country is None or merchant_country is None:
        return np.full(n, np.nan)
    pairs = zip(card_country, merchant_country, strict=True)
    return np.fromiter((np.nan if a is None or b is None else float(a != b) for a, b in pairs), np.float64, n)


def _or_missing(column: NDArray[np.float64] | None, n: int) -> NDArray[np.float64]:
    return np.full(n, np.nan) if column is None else column

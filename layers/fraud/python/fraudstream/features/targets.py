"""The transactions whose features are wanted, in columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from fraudstream.columns import Transactions
from fraudstream.currency import minor_units
from fraudstream.features.merchants import Merchants
from fraudstream.features.numbering import Numbered
from fraudstream.histories.entries import MAX_AMOUNT_MINOR, picked

_CARD_NOT_PRESENT = frozenset({"ecom", "moto"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Rows to compute, one array of length n a column, in the order of the caller; None for what the data lacks."""

    time: NDArray[np.int64]
    amount: NDArray[np.int64]
    units: NDArray[np.int64]
    card_not_present: NDArray[np.float64] | None
    card_lat: NDArray[np.float64] | None
    card_lon: NDArray[np.float64] | None
    merchant_lat: NDArray[np.float64] | None
    merchant_lon: NDArray[np.float64] | None
    category: NDArray[np.uint8] | None
    country: NDArray[np.uint8] | None
    cell: NDArray[np.uint32] | None

    def __len__(self) -> int:
        return len(self.time)

    def slice(self, start: int, stop: int) -> Self:
        """Return rows `start` to `stop`."""
        return type(self)(**picked(self, slice(start, stop)))

    @classmethod
    def build(cls, transactions: Transactions) -> Self:
        """Return the targets of transactions, in their order."""
        card_not_present = _card_not_present(transactions.entry_mode)
        merchants = Merchants.of(transactions, card_not_present)
        return cls(
            time=transactions.event_time_ms,
            amount=np.minimum(transactions.amount_minor, MAX_AMOUNT_MINOR),
            units=_units(transactions.currency),
            card_not_present=card_not_present,
            card_lat=transactions.card_lat,
            card_lon=transactions.card_lon,
            merchant_lat=transactions.merchant_lat,
            merchant_lon=transactions.merchant_lon,
            category=merchants.category,
            country=merchants.country,
            cell=merchants.cell,
        )


def _units(currency: Sequence[str]) -> NDArray[np.int64]:
    numbered = Numbered.of(currency)
    units = np.array([minor_units(code) for code in numbered.names], np.int64)
    return np.broadcast_to(units, len(numbered)) if len(units) == 1 else units[numbered.code]


def _card_not_present(entry_mode: Sequence[str | None] | None) -> NDArray[np.float64] | None:
    if entry_mode is None:
        return None
    known: dict[str | None, float] = {None: np.nan}
    for mode in set(entry_mode) - {None}:
        known[mode] = float(mode in _CARD_NOT_PRESENT)
    return np.fromiter(map(known.__getitem__, entry_mode), np.float64, len(entry_mode))

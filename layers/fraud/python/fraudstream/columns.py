"""Transactions in columns: what the feature engine computes from, online and offline."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNKNOWN, LEGITIMATE, FRAUD = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Transactions:
    """Any number of transactions, in any order, one array or sequence of length n a column.

    Attributes
    ----------
    terminal_id
        The terminal's key: `terminal_id` of the contract, or the merchant's where there is no terminal.
    event_time_ms
        Epoch milliseconds, UTC.
    amount_minor
        Non-negative minor units of `currency`.
    entry_mode, merchant_country, mcc, merchant_category
        None for a column the data does not have; None inside a column for a missing value.
    card_lat, card_lon, merchant_lat, merchant_lon
        Degrees; NaN where missing.
    label
        0 unknown, 1 legitimate, 2 fraud, as known at `label_time_ms` (which is ignored where the label is unknown).
    """

    transaction_id: Sequence[str]
    card_id: Sequence[str]
    terminal_id: Sequence[str]
    event_time_ms: NDArray[np.int64]
    amount_minor: NDArray[np.int64]
    currency: Sequence[str]
    entry_mode: Sequence[str | None] | None = None
    merchant_country: Sequence[str | None] | None = None
    mcc: Sequence[str | None] | None = None
    merchant_category: Sequence[str | None] | None = None
    card_lat: NDArray[np.float64] | None = None
    card_lon: NDArray[np.float64] | None = None
    merchant_lat: NDArray[np.float64] | None = None
    merchant_lon: NDArray[np.float64] | None = None
    label: NDArray[np.int8] | None = None
    label_time_ms: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.transaction_id)

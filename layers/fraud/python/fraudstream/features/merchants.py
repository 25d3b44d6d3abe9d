"""What a card's history keeps of merchants: a byte each for category and country, and the place where a card was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from fraudstream.columns import Transactions
from fraudstream.features.numbering import Numbered
from fraudstream.hashing import byte_hash
from fraudstream.histories.cells import cells_of

Texts = Sequence[str | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchants:
    """Merchants of transactions, one array of length n a column, 0 for what is unknown; None where all of it is.

    Attributes
    ----------
    category
        Byte hash of the merchant category code, or where there is none of the category in words.
    country
        Byte hash of the country.
    cell
        Where the merchant is, if the card was there.
    """

    category: NDArray[np.uint8] | None
    country: NDArray[np.uint8] | None
    cell: NDArray[np.uint32] | None

    @classmethod
    def of(cls, transactions: Transactions, card_not_present: NDArray[np.float64] | None) -> Self:
        """Return the merchants of transactions, in their order."""
        code, words = _hashed(transactions.mcc), _hashed(transactions.merchant_category)
        return cls(
            category=words if code is None else code if words is None else np.where(code > 0, code, words),
            country=_hashed(transactions.merchant_country),
            cell=_cells(transactions, card_not_present),
        )


def _hashed(names: Texts) -> NDArray[np.uint8] | None:
    if names is None:
        return None
    if isinstance(names, Numbered):
        hashes = np.fromiter(map(byte_hash, names.names), np.uint8, len(names.names))[names.code]
    else:
        known: dict[str | None, int] = {name: 0 if name is None else byte_hash(name) for name in set(names)}
        hashes = np.fromiter(map(known.__getitem__, names), np.uint8, len(names))
    return hashes if hashes.any() else None


def _cells(transactions: Transactions, card_not_present: NDArray[np.float64] | None) -> NDArray[np.uint32] | None:
    if transactions.merchant_lat is None or transactions.merchant_lon is None:
        return None
    cells = cells_of(transactions.merchant_lat, transactions.merchant_lon)
    if card_not_present is not None:
        # Where the entry mode is unknown, a place is taken at its word.
        cells[card_not_present == 1] = 0
    return cells if cells.any() else None

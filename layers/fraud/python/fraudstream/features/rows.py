"""Rows to compute, as one kind of history sees them."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fraudstream.features.targets import Targets
from fraudstream.histories.entries import picked
from fraudstream.histories.order import by_entity_and_time

MERCHANT = ("category", "country", "cell")
"""The columns that tell of the merchant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Targets sorted by history, then time, one array of length n a column.

    Attributes
    ----------
    place
        Where each row stands among the targets.
    entity
        Its history: a position in the ledger.
    counterpart
        The short hash of its terminal (for histories of cards) or card (of terminals).
    units
        Minor units in one unit of its currency.
    category, country, cell
        Of the merchant, as entries have them; None for histories of terminals, and where no row has any.
    """

    place: NDArray[np.int64]
    entity: NDArray[np.int64]
    counterpart: NDArray[np.uint16]
    time: NDArray[np.int64]
    amount: NDArray[np.int64]
    units: NDArray[np.int64]
    category: NDArray[np.uint8] | None = None
    country: NDArray[np.uint8] | None = None
    cell: NDArray[np.uint32] | None = None

    def __len__(self) -> int:
        return len(self.place)

    def slice(self, start: int, stop: int) -> Self:
        """Return rows `start` to `stop`."""
        return type(self)(**picked(self, slice(start, stop)))

    @classmethod
    def of(
        cls, targets: Targets, entity: NDArray[np.int64], counterpart: NDArray[np.uint16], *, merchants: bool
    ) -> Self:
        """Sort targets whose histories and counterparts the caller knows; with their merchants, or without."""
        place = by_entity_and_time(entity, targets.time)
        columns = {name: getattr(targets, name) for name in MERCHANT if merchants}
        return cls(
            place=place,
            # Sorted, histories are runs of their rows: cheaper to write down than to look up.
            entity=np.repeat(np.arange(int(entity.max(initial=-1)) + 1), np.bincount(entity)),
            counterpart=counterpart[place],
            time=targets.time[place],
            amount=targets.amount[place],
            units=pick(targets.units, place),
            **{name: column[place] for name, column in columns.items() if column is not None},
        )


def pick(column: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[Any]:
    """Return rows of a column; of a column that is one value, broadcast, the value broadcast."""
    if len(column) and column.strides == (0,):
        return np.broadcast_to(column[0], len(rows))
    return column[rows]

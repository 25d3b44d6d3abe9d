"""Rows to compute, as one kind of history sees them."""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fraudstream.features.targets import Targets
from fraudstream.histories.order import by_entity_and_time


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
    """

    place: NDArray[np.int64]
    entity: NDArray[np.int64]
    counterpart: NDArray[np.uint16]
    time: NDArray[np.int64]
    amount: NDArray[np.int64]
    units: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.place)

    def slice(self, start: int, stop: int) -> Self:
        """Return rows `start` to `stop`."""
        return type(self)(**{field.name: getattr(self, field.name)[start:stop] for field in fields(self)})

    @classmethod
    def of(cls, targets: Targets, entity: NDArray[np.int64], counterpart: NDArray[np.uint16]) -> Self:
        """Sort targets whose histories and counterparts the caller knows."""
        return cls.at(by_entity_and_time(entity, targets.time), targets, entity, counterpart)

    @classmethod
    def at(
        cls,
        place: NDArray[np.int64],
        targets: Targets,
        entity: NDArray[np.int64],
        counterpart: NDArray[np.uint16],
    ) -> Self:
        """Return targets in an order that sorts them."""
        return cls(
            place=place,
            # Sorted, histories are runs of their rows: cheaper to write down than to look up.
            entity=np.repeat(np.arange(int(entity.max(initial=-1)) + 1), np.bincount(entity)),
            counterpart=counterpart[place],
            time=targets.time[place],
            amount=targets.amount[place],
            units=pick(targets.units, place),
        )


def pick(column: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[Any]:
    """Return rows of a column; of a column that is one value, broadcast, the value broadcast."""
    if len(column) and column.strides == (0,):
        return np.broadcast_to(column[0], len(rows))
    return column[rows]

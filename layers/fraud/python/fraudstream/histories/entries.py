"""Entries of histories in columns: transactions seen, and markers of labels whose transaction is not kept."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from fraudstream.columns import FRAUD

LABEL_STEP_MS = 600_000
"""When a label became known is kept in steps of ten minutes after the event, rounded up: never before it was known."""
MAX_LABEL_STEPS = 2**13 - 1
MAX_AMOUNT_MINOR = 2**40 - 1
"""Larger amounts count as this one (about eleven thousand million in a currency of two decimals)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Rows of many histories of one kind, one array of length n a column.

    Attributes
    ----------
    entity
        Which history: its position among the histories at hand.
    time
        Event time, epoch milliseconds.
    ident, counterpart
        Short hashes of the transaction's id, and of the terminal (in a card's history) or card (in a terminal's).
    amount
        Minor units; 0 in a marker.
    rank
        The label and when it was known, as one number that grows with time: `steps * 4 + label`; 0 is unlabelled.
    marker
        True for a label without its transaction.
    """

    entity: NDArray[np.int64]
    time: NDArray[np.int64]
    ident: NDArray[np.uint16]
    counterpart: NDArray[np.uint16]
    amount: NDArray[np.int64]
    rank: NDArray[np.int32]
    marker: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """Return the given rows, by position or mask."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def slice(self, start: int, stop: int) -> Self:
        """Return rows `start` to `stop`, as views."""
        return type(self)(**{field.name: getattr(self, field.name)[start:stop] for field in fields(self)})

    @property
    def label(self) -> NDArray[np.int32]:
        """0 unknown, 1 legitimate, 2 fraud."""
        return self.rank & 3

    @property
    def known_at(self) -> NDArray[np.int64]:
        """When the label became known, epoch milliseconds; meaningless where there is none."""
        return self.time + (self.rank >> 2).astype(np.int64) * LABEL_STEP_MS

    @property
    def is_fraud(self) -> NDArray[np.bool_]:
        """True where the label says fraud, whenever it became known."""
        return np.equal(self.label, FRAUD)

    @classmethod
    def concatenate(cls, parts: "list[Entries]") -> "Entries":
        """Return all rows of all parts, in order."""
        if len(parts) == 1:
            return parts[0]
        return cls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)})


def label_rank(
    label: NDArray[np.int8], label_time_ms: NDArray[np.int64], event_time_ms: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return labels and their times as ranks: of two labels of one transaction the higher one, the later, holds."""
    steps = np.clip(-((event_time_ms - label_time_ms) // LABEL_STEP_MS), 0, MAX_LABEL_STEPS)
    return np.where(label > 0, steps * 4 + label, 0).astype(np.int32)

"""Entries of histories in columns: transactions seen, and markers of labels whose transaction is not kept."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

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
    category, country, cell
        Of the merchant, in a card's history: byte hashes of its category and country, and where it is if the card was
        there (see cells.py); 0 is unknown. None where no entry has any.
    """

    entity: NDArray[np.int64]
    time: NDArray[np.int64]
    ident: NDArray[np.uint16]
    counterpart: NDArray[np.uint16]
    amount: NDArray[np.int64]
    rank: NDArray[np.int32]
    marker: NDArray[np.bool_]
    category: NDArray[np.uint8] | None = None
    country: NDArray[np.uint8] | None = None
    cell: NDArray[np.uint32] | None = None

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """Return the given rows, by position or mask."""
        return type(self)(**picked(self, rows))

    def slice(self, start: int, stop: int) -> Self:
        """Return rows `start` to `stop`, as views."""
        return type(self)(**picked(self, slice(start, stop)))

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
        return cls(**{field.name: _joined(parts, field.name) for field in fields(cls)})


def picked(columns: Any, rows: Any) -> dict[str, Any]:
    """Return rows, by position, mask or slice, of the columns of a dataclass, by name; None stays None."""
    found = {field.name: getattr(columns, field.name) for field in fields(columns)}
    return {name: None if column is None else column[rows] for name, column in found.items()}


def _joined(parts: Sequence[Entries], name: str) -> Any:
    """Return one column of all parts; zeros for a part that lacks what another has."""
    columns = [getattr(part, name) for part in parts]
    there = [column for column in columns if column is not None]
    if not there:
        return None
    if len(there) < len(columns):
        pairs = zip(parts, columns, strict=True)
        columns = [np.zeros(len(part), there[0].dtype) if column is None else column for part, column in pairs]
    return np.concatenate(columns)


def label_rank(
    label: NDArray[np.int8], label_time_ms: NDArray[np.int64], event_time_ms: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return labels and their times as ranks: of two labels of one transaction the higher one, the later, holds."""
    steps = np.clip(-((event_time_ms - label_time_ms) // LABEL_STEP_MS), 0, MAX_LABEL_STEPS)
    return np.where(label > 0, steps * 4 + label, 0).astype(np.int32)

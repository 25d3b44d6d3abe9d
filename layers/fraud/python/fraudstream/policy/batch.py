"""A batch of the stream in columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fraudstream.contract import Transaction
from fraudstream.features import FEATURE_NAMES
from fraudstream.policy.columns import Coded, absent_number, coded, weekdays
from fraudstream.policy.names import SCORE

_POSITION = {name: position for position, name in enumerate(FEATURE_NAMES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchColumns:
    """`Columns` of decoded transactions with their features and scores; each is made when first asked for.

    Attributes
    ----------
    features
        Shape (n, features), in the order of the registry.
    scores
        Shape (n,); None where no model scored.
    """

    transactions: Sequence[Transaction]
    features: NDArray[np.float32]
    scores: NDArray[np.float64] | None
    _numbers: dict[str, NDArray[np.float64]] = field(default_factory=dict, repr=False)
    _texts: dict[str, Coded] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> int:
        """Number of transactions."""
        return len(self.transactions)

    def number(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers or moments; NaN is missing."""
        column = self._numbers.get(name)
        if column is None:
            column = self._numbers[name] = self._number(name)
        return column

    def text(self, name: str) -> Coded:
        """Return a column of texts."""
        column = self._texts.get(name)
        if column is None:
            column = self._texts[name] = coded(getattr(transaction, name) for transaction in self.transactions)
        return column

    def _number(self, name: str) -> NDArray[np.float64]:
        if (position := _POSITION.get(name)) is not None:
            return self.features[:, position].astype(np.float64)
        if name == SCORE:
            return absent_number(self.rows) if self.scores is None else self.scores
        if name == "weekday":
            return weekdays([transaction.event_time_ms for transaction in self.transactions])
        field_name = "event_time_ms" if name == "event_time" else name
        # float64 turns None into NaN
        return np.array([getattr(transaction, field_name) for transaction in self.transactions], np.float64)

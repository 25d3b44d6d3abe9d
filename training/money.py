"""What a decision costs: the cost matrix in minor units, in whole numbers.

| outcome | a genuine transaction | a fraud                                            |
|---------|-----------------------|----------------------------------------------------|
| approve | nothing               | its amount                                         |
| review  | the alert             | the alert, and of the amount what comes back late   |
| block   | an upset customer     | nothing                                            |

Costs that depend on the example, after Elkan, *The Foundations of Cost-Sensitive Learning* (2001). The default figures
are assumptions, to be replaced by the bank's own; every figure of money is stated beside the matrix it rests on.
"""

from dataclasses import dataclass

import numpy as np
from jobs import JobError
from numpy.typing import NDArray

APPROVE, REVIEW, BLOCK = 0, 1, 2
_PARTS = 10_000
"""Shares are counted in ten-thousandths, so that rounding is that of whole numbers."""


class CostMatrixError(JobError):
    """A cost is negative, or a share is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostMatrix:
    """What outcomes cost, in minor units of the transactions' currency.

    Attributes
    ----------
    alert_minor
        Somebody's time for one alert.
    block_genuine_minor
        A genuine payment refused: the fee that is lost and the customer's call.
    recovered_share
        Share of a reviewed fraud's amount that is saved; the rest is gone before the person looks. Counted in
        ten-thousandths.
    """

    alert_minor: int = 500
    block_genuine_minor: int = 2500
    recovered_share: float = 0.9

    def __post_init__(self) -> None:
        if self.alert_minor < 0 or self.block_genuine_minor < 0:
            raise CostMatrixError("alert_minor and block_genuine_minor are costs: 0 or more")
        if not 0 <= self.recovered_share <= 1:
            raise CostMatrixError("recovered_share is a share: from 0 to 1")

    def costs(
        self, fraud: NDArray[np.bool_], amount_minor: NDArray[np.int64], outcome: NDArray[np.integer]
    ) -> NDArray[np.int64]:
        """Return what each transaction costs, halves rounded up."""
        fraud, amount = np.asarray(fraud, np.bool_), np.asarray(amount_minor, np.int64)
        lost = self._lost(amount)
        genuine = np.choose(outcome, (np.int64(0), np.int64(self.alert_minor), np.int64(self.block_genuine_minor)))
        ours = np.choose(outcome, (amount, lost + self.alert_minor, np.int64(0)))
        return np.where(fraud, ours, genuine)

    def cost(self, fraud: NDArray[np.bool_], amount_minor: NDArray[np.int64], outcome: NDArray[np.integer]) -> int:
        """Return what all decisions cost together.

        Examples
        --------
        >>> fraud, amount = np.array([True, True, True, False, False]), np.array([1000, 1000, 1000, 1000, 1000])
        >>> CostMatrix().cost(fraud, amount, np.array([APPROVE, REVIEW, BLOCK, REVIEW, BLOCK]))
        4600
        """
        return int(self.costs(fraud, amount_minor, outcome).sum())

    def saved(self, fraud: NDArray[np.bool_], amount_minor: NDArray[np.int64], outcome: NDArray[np.integer]) -> int:
        """Return what the decisions save against approving everything; negative where they cost more than they save."""
        return int(self.savings(fraud, amount_minor, outcome).sum())

    def savings(
        self, fraud: NDArray[np.bool_], amount_minor: NDArray[np.int64], outcome: NDArray[np.integer]
    ) -> NDArray[np.int64]:
        """Return what each decision saves against an approval."""
        approved = np.where(fraud, np.asarray(amount_minor, np.int64), 0)
        return approved - self.costs(fraud, amount_minor, outcome)

    def _lost(self, amount: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what of reviewed frauds is lost: whole units and remainder apart, so that no product overflows."""
        parts = _PARTS - round(self.recovered_share * _PARTS)
        whole, rest = np.divmod(amount, _PARTS)
        return whole * parts + (rest * parts * 2 + _PARTS) // (2 * _PARTS)


def outcomes(score: NDArray[np.float64], review: float, block: float) -> NDArray[np.int64]:
    """Return what thresholds make of scores: approve, review or block, as the stream decides."""
    return (score >= review).astype(np.int64) + (score >= block)

"""Where review and block begin: chosen on the validation window, shipped with the model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NEVER = 1.0
_FEWEST_BLOCKS = 20
"""Fewer examples than this prove no precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Scores at or above `block` are blocked, those at or above `review` looked at by a person."""

    review: float
    block: float


def choose(
    fraud: NDArray[np.bool_], score: NDArray[np.float64], *, review_rate: float, block_precision: float
) -> Thresholds:
    """Return the thresholds for a validation window.

    `block` is the lowest score from which a transaction is fraud with a probability of at least `block_precision`,
    by isotonic regression of fraud on score (so it holds of the transactions *at* the threshold, not of all above it
    on average, which would block many weak cases in the shadow of strong ones). Without evidence enough the model
    blocks nothing: `block` is 1.

    `review` is the lowest score such that at most `review_rate` of all transactions lie between it and `block`: what
    people can look at. Equal scores are not torn apart; where the highest score alone is shared by more, it is review.
    """
    negated, group = np.unique(-score, return_inverse=True)
    values = -negated  # distinct scores, from the highest down
    sizes = np.bincount(group, minlength=len(values)).astype(np.float64)
    frauds = np.bincount(group, weights=fraud, minlength=len(values))
    block = _block(values, sizes, frauds, block_precision)
    below = values < block
    within = np.cumsum(np.where(below, sizes, 0)) <= review_rate * len(score)
    allowed = np.flatnonzero(below & within)
    nobody = float(values[0]) if block == NEVER else block
    review = float(values[allowed[-1]]) if len(allowed) else nobody
    return Thresholds(review=review, block=block)


def describe(thresholds: Thresholds, fraud: NDArray[np.bool_], score: NDArray[np.float64]) -> dict[str, Any]:
    """Return what the thresholds do on a window: shares of transactions, precision and recall."""
    alerted, blocked = score >= thresholds.review, score >= thresholds.block
    return {
        "alert_rate": float(alerted.mean()),
        "block_rate": float(blocked.mean()),
        "alert_precision": float(fraud[alerted].mean()) if alerted.any() else None,
        "block_precision": float(fraud[blocked].mean()) if blocked.any() else None,
        "alert_recall": float(alerted[fraud].mean()) if fraud.any() else None,
        "block_recall": float(blocked[fraud].mean()) if fraud.any() else None,
    }


def _block(
    values: NDArray[np.float64], sizes: NDArray[np.float64], frauds: NDArray[np.float64], precision: float
) -> float:
    """Return the lowest score whose fraud probability, made monotone, reaches the precision."""
    reached = _falling(frauds / sizes, sizes) >= precision
    if sizes[reached].sum() < _FEWEST_BLOCKS:
        return NEVER
    return float(values[np.flatnonzero(reached)[-1]])


def _falling(rates: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the non-increasing sequence nearest to `rates` (pool adjacent violators; Ayer et al. 1955)."""
    pooled: list[tuple[float, float, int]] = []
    for rate, weight in zip(rates.tolist(), weights.tolist(), strict=True):
        total, mass, length = rate * weight, weight, 1
        while pooled and pooled[-1][0] / pooled[-1][1] <= total / mass:
            before = pooled.pop()
            total, mass, length = total + before[0], mass + before[1], length + before[2]
        pooled.append((total, mass, length))
    return np.repeat([total / mass for total, mass, _ in pooled], [length for *_, length in pooled])

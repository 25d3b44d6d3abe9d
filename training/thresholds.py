"""Where review and block begin: chosen on the validation window, shipped with the model."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from money import BLOCK, REVIEW, CostMatrix
from numpy.typing import NDArray

Policy = Literal["budget", "cost"]
POLICIES: tuple[Policy, ...] = ("budget", "cost")
NEVER = 1.0
_FEWEST_BLOCKS = 20
"""Fewer examples than this prove no precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Scores at or above `block` are blocked, those at or above `review` looked at by a person."""

    review: float
    block: float


def choose(
    fraud: NDArray[np.bool_],
    score: NDArray[np.float64],
    amount_minor: NDArray[np.int64],
    *,
    policy: Policy,
    review_rate: float,
    block_precision: float,
    matrix: CostMatrix,
    priced: NDArray[np.bool_] | None = None,
) -> Thresholds:
    """Return the thresholds for a validation window.

    Under either policy nothing is blocked below the lowest score from which a transaction is fraud with a probability
    of at least `block_precision`, by isotonic regression of fraud on score (so it holds of the transactions *at* the
    threshold, not of all above it on average, which would block many weak cases in the shadow of strong ones). Without
    evidence enough the model blocks nothing: `block` is 1. And at most `review_rate` of all transactions lie between
    `review` and `block`: what people can look at. Equal scores are not torn apart.

    `budget` goes as far as both let it. Where the highest score alone is shared by more than people can look at, it is
    `review` all the same.

    `cost` takes, within both, what costs least by the matrix on this window; where no review pays for itself, `review`
    is `block`. Where not even one alert pays, it does as `budget`: such a matrix is more likely in other units than the
    amounts than true, and a model that never alerts cannot show that it is wrong.

    Parameters
    ----------
    amount_minor
        In the matrix's currency; `budget` does not look at it.
    priced
        Which amounts are in that currency, all if not given. The others take up people's time and have no say.
    """
    negated, group = np.unique(-score, return_inverse=True)
    values = -negated  # distinct scores, from the highest down
    sizes = np.bincount(group, minlength=len(values))
    frauds = np.bincount(group, weights=fraud, minlength=len(values))
    certain = _certain(sizes, frauds, block_precision)
    room = review_rate * len(score)
    furthest = _at(values, certain, max(_furthest(sizes, certain, room), 1))
    if policy == "budget":
        return furthest
    counted = np.ones(len(score), np.bool_) if priced is None else priced
    reviewing, blocking = (
        _running(group, matrix.savings(fraud, amount_minor, np.full(len(score), outcome)) * counted, len(values))
        for outcome in (REVIEW, BLOCK)
    )
    best, chosen = None, (0, 0)
    proven = np.flatnonzero(np.cumsum(sizes)[:certain] >= _FEWEST_BLOCKS) + 1
    for blocked in (0, *proven.tolist()):
        gains = reviewing[blocked : _furthest(sizes, blocked, room) + 1]
        more = int(np.argmax(gains))  # the first: of equally cheap choices the one with the fewest alerts
        saved = blocking[blocked] - reviewing[blocked] + gains[more]
        if best is None or saved > best:
            best, chosen = saved, (blocked, blocked + more)
    return _at(values, *chosen) if any(chosen) else furthest


def describe(thresholds: Thresholds, fraud: NDArray[np.bool_], score: NDArray[np.float64]) -> dict[str, Any]:
    """Return what the thresholds do on a window: shares of transactions, precision, recall and F1."""
    told: dict[str, Any] = {}
    for name, threshold in (("alert", thresholds.review), ("block", thresholds.block)):
        flagged = score >= threshold
        found = int((flagged & fraud).sum())
        told |= {
            f"{name}_rate": float(flagged.mean()),
            f"{name}_precision": found / int(flagged.sum()) if flagged.any() else None,
            f"{name}_recall": found / int(fraud.sum()) if fraud.any() else None,
            f"{name}_f1": 2 * found / int(flagged.sum() + fraud.sum()) if flagged.any() or fraud.any() else None,
        }
    return told


def _at(values: NDArray[np.float64], blocked: int, alerted: int) -> Thresholds:
    """Return the thresholds that block the first levels and alert on so many, from the highest score down."""
    block = float(values[blocked - 1]) if blocked else NEVER
    return Thresholds(review=float(values[alerted - 1]) if alerted > blocked else block, block=block)


def _certain(sizes: NDArray[np.int64], frauds: NDArray[np.float64], precision: float) -> int:
    """Return how many levels have a fraud probability, made monotone, of at least the precision; 0 if unproven."""
    reached = _falling(frauds / sizes, sizes.astype(np.float64)) >= precision
    return int(reached.sum()) if sizes[reached].sum() >= _FEWEST_BLOCKS else 0


def _furthest(sizes: NDArray[np.int64], blocked: int, room: float) -> int:
    """Return how many levels can be alerted on if the first are blocked and no more than `room` rows looked at."""
    total = np.cumsum(sizes)
    taken = int(total[blocked - 1]) if blocked else 0
    return int(np.searchsorted(total, taken + room, side="right"))


def _running(group: NDArray[np.int64], savings: NDArray[np.int64], levels: int) -> NDArray[np.int64]:
    """Return what treating the first so many levels alike saves, from none of them to all."""
    sums = np.zeros(levels + 1, np.int64)
    np.add.at(sums, group + 1, savings)
    return np.cumsum(sums)


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

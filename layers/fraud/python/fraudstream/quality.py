"""How good a fraud score is: ranking metrics, card precision, and paired comparison. Numpy only.

Every function takes plain arrays of one length, one element a transaction, in any order, and gives the same answer for
any order of rows. Labels are truthy for fraud. Scores are larger for more suspicious. NaN scores are refused: a model
that cannot rank a transaction has no quality.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_CACHED = 200_000
"""Weights that are reckoned with at a time."""


def average_precision(fraud: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the average precision: the sum over score thresholds of (R_n - R_n-1) * P_n.

    The step-wise area under the precision-recall curve (Manning, Raghavan, Schütze, *Introduction to Information
    Retrieval*, 8.4), equal scores taken as one threshold, nothing interpolated. A random ranking has the share of
    frauds as its expected value.

    Parameters
    ----------
    weight
        Non-negative multiplicity of each row; 1 where not given.

    Returns
    -------
    float
        0 to 1; NaN where there is no fraud.

    Examples
    --------
    >>> round(average_precision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]), 4)
    0.8333
    """
    labels, scores, weights = _columns(fraud, score, weight)
    return float(Ranking(scores).average_precisions(labels, weights[None])[0])


def roc_auc(fraud: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the area under the ROC curve: how often a fraud outranks a legitimate one, equal scores counting half.

    The Mann-Whitney form (Hanley and McNeil 1982).

    Returns
    -------
    float
        0 to 1; NaN where one of the classes is absent.
    """
    labels, scores, weights = _columns(fraud, score, weight)
    frauds, rest = Ranking(scores).group(labels, weights)
    pairs = frauds.sum() * rest.sum()
    if not pairs:
        return float("nan")
    below = rest.sum() - np.cumsum(rest)  # groups run from the highest score down
    return float((frauds * (below + rest / 2)).sum() / pairs)


def recall_at_budget(fraud: ArrayLike, score: ArrayLike, budget: float) -> float:
    """Return the share of frauds among the `budget` share of transactions with the highest scores.

    Where the budget ends within a group of equal scores, the group's frauds count in proportion: what looking at them
    in random order finds on average.

    Parameters
    ----------
    budget
        Share of transactions that can be looked at, 0 to 1.
    """
    labels, scores, weights = _columns(fraud, score, None)
    frauds, rest = Ranking(scores).group(labels, weights)
    if not frauds.sum():
        return float("nan")
    sizes = frauds + rest
    left = np.maximum(budget * sizes.sum() - (np.cumsum(sizes) - sizes), 0)
    return float((frauds * np.minimum(left / sizes, 1)).sum() / frauds.sum())


def card_precision_at_k(
    day: ArrayLike, card: ArrayLike, score: ArrayLike, fraud: ArrayLike, k: int
) -> tuple[float, NDArray[np.float64]]:
    """Return the mean over the days of the share of truly compromised cards among the k most suspicious cards.

    A card's score is the highest of its transactions that day; it is compromised if any of them is a fraud. A
    compromised card among a day's k counts as found, and its transactions on later days are left out (*Reproducible
    Machine Learning for Credit Card Fraud Detection*, the chapter on performance metrics). On a day with fewer than k
    cards the share is of those there are. Equal scores are settled by the card's id.

    Returns
    -------
    tuple
        The mean, NaN without rows, and the share of each day in order of days.

    Examples
    --------
    >>> card_precision_at_k([1, 1, 2, 2], ["a", "b", "a", "b"], [0.9, 0.2, 0.9, 0.3], [1, 0, 1, 1], k=1)
    (1.0, array([1., 1.]))
    """
    labels, scores, _ = _columns(fraud, score, None)
    days = np.asarray(day)
    cards, codes = np.unique(np.asarray(card), return_inverse=True)
    found = np.zeros(len(cards), np.bool_)
    shares: list[float] = []
    for today in np.unique(days):
        rows = np.flatnonzero((days == today) & ~found[codes])
        present = np.unique(codes[rows])
        top = np.full(len(cards), -np.inf)
        np.maximum.at(top, codes[rows], scores[rows])
        compromised = np.zeros(len(cards), np.bool_)
        np.logical_or.at(compromised, codes[rows], labels[rows])
        suspects = present[np.argsort(-top[present], kind="stable")][:k]
        found[suspects[compromised[suspects]]] = True
        shares.append(float(compromised[suspects].mean()) if len(suspects) else 0.0)
    return (float(np.mean(shares)) if shares else float("nan")), np.array(shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A metric of two rankings of the same rows, compared.

    Attributes
    ----------
    difference
        The first's metric minus the second's, on all rows.
    low, high
        The ends of the interval that holds 95% of the resampled differences.
    share_better
        The share of resamples in which the first is the better one.
    """

    difference: float
    low: float
    high: float
    share_better: float


def paired_bootstrap(
    fraud: ArrayLike,
    score: ArrayLike,
    other_score: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    resamples: int = 200,
    seed: int = 0,
) -> Difference:
    """Compare the average precision of two scores by resampling the rows both have scored (Efron's paired bootstrap).

    Parameters
    ----------
    groups
        What to resample as a whole, such as the card: its transactions stand or fall together. Rows where not given.
    seed
        The same seed gives the same interval.
    """
    labels, mine, _ = _columns(fraud, score, None)
    _, theirs, _ = _columns(fraud, other_score, None)
    first, second = Ranking(mine), Ranking(theirs)

    def difference(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return first.average_precisions(labels, weights) - second.average_precisions(labels, weights)

    codes = np.arange(len(labels)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    differences = np.concatenate([difference(weights) for weights in resampled(codes, resamples, seed)])
    return interval(float(difference(np.ones((1, len(labels))))[0]), differences)


def resampled(codes: NDArray[np.int64], resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield the weights of rows, shape (some, n), of resamples that draw whole groups with replacement.

    A few at a time, as many as stay in the processor's cache. The same seed gives the same draws, however many rows.

    Parameters
    ----------
    codes
        The group of each row, 0 to groups - 1.
    """
    random = np.random.default_rng(seed)
    groups = int(codes.max()) + 1 if len(codes) else 0
    some = max(_CACHED // max(len(codes), 1), 1)
    for first in range(0, resamples, some):
        count = min(some, resamples - first)
        drawn = np.zeros((count, groups))
        for position in range(count if groups else 0):
            drawn[position] = np.bincount(random.integers(0, groups, groups), minlength=groups)
        yield np.take(drawn, codes, axis=1)


def interval(difference: float, differences: NDArray[np.float64]) -> Difference:
    """Return what resampled differences say of the difference on all rows; those that could not be measured aside."""
    known = differences[~np.isnan(differences)]
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (np.nan, np.nan)
    return Difference(
        difference=difference,
        low=float(low),
        high=float(high),
        share_better=float((known > 0).mean()) if len(known) else float("nan"),
    )


class Ranking:
    """Scores sorted once, from the highest down, so that many weightings of the rows cost a sum each."""

    def __init__(self, scores: NDArray[np.float64]) -> None:
        self._order = np.argsort(-scores, kind="stable")
        ranked = scores[self._order]
        self._starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1])) if len(ranked) else np.empty(0, int)

    def group(
        self, labels: NDArray[np.bool_], weights: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the weight of frauds and of the rest in each group of equal scores, along the last axis."""
        if not len(self._starts):
            nothing = np.zeros((*weights.shape[:-1], 0))
            return nothing, nothing
        ranked, weight = labels[self._order], np.take(weights, self._order, axis=-1)
        frauds = np.add.reduceat(np.where(ranked, weight, 0.0), self._starts, axis=-1)
        return frauds, np.add.reduceat(np.where(ranked, 0.0, weight), self._starts, axis=-1)

    def average_precisions(self, labels: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the average precision under each weighting of the rows, shape (m,) of weights of shape (m, n)."""
        frauds, rest = self.group(labels, weights)
        found = np.cumsum(frauds, axis=-1)
        seen = np.cumsum(rest, axis=-1)
        seen += found
        precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
        total = frauds.sum(axis=-1)
        result = np.full(total.shape, np.nan)
        np.divide((frauds * precision).sum(axis=-1), total, out=result, where=total > 0)
        return result


def _columns(
    fraud: ArrayLike, score: ArrayLike, weight: ArrayLike | None
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Return labels, scores and weights as arrays of one length."""
    labels = np.asarray(fraud, np.bool_).reshape(-1)
    scores = np.asarray(score, np.float64).reshape(-1)
    weights = np.ones(len(labels)) if weight is None else np.asarray(weight, np.float64).reshape(-1)
    if not len(labels) == len(scores) == len(weights):
        raise ValueError(f"labels, scores and weights differ in length: {len(labels)}, {len(scores)}, {len(weights)}")
    if np.isnan(scores).any():
        raise ValueError(f"{int(np.isnan(scores).sum())} of {len(scores)} scores are NaN")
    return labels, scores, weights

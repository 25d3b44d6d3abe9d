"""How far figures of four folds carry: the bootstrap over cards, since transactions of one card stand or fall together.

In each resample cards are drawn with replacement, once for all folds, as the folds share cards and differ in days. A
card drawn twice counts twice: as a weight in average precision and AUC, as two cards in card precision.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from fraudstream.quality import average_precision, card_precision_at_k, roc_auc
from numpy.typing import NDArray

K = 100
METRICS = ("average_precision", "roc_auc", "card_precision_at_100")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The rows of one fold that count, and a model's scores of them."""

    fraud: NDArray[np.bool_]
    score: NDArray[np.float64]
    day: NDArray[np.int64]
    card: NDArray[np.str_]

    def figures(self) -> dict[str, float]:
        """Return the fold's metrics."""
        codes = np.unique(self.card, return_inverse=True)[1]
        return _figures(self, codes, np.ones(int(codes.max()) + 1, np.int64))


def intervals(folds: Sequence[Scored], *, resamples: int, seed: int = 0) -> dict[str, list[float]]:
    """Return for each metric the interval that holds 95% of the resampled means over the folds."""
    cards = np.unique(np.concatenate([fold.card for fold in folds]))
    codes = [np.searchsorted(cards, fold.card) for fold in folds]
    random = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in METRICS}
    for _ in range(resamples):
        times = np.bincount(random.integers(0, len(cards), len(cards)), minlength=len(cards))
        each = [_figures(fold, code, times) for fold, code in zip(folds, codes, strict=True)]
        for name, values in drawn.items():
            values.append(float(np.mean([figures[name] for figures in each])))
    return {name: [float(end) for end in np.quantile(values, [0.025, 0.975])] for name, values in drawn.items()}


def _figures(fold: Scored, codes: NDArray[np.int64], times: NDArray[np.int64]) -> dict[str, float]:
    """Return the metrics where the card with each code counts `times` times."""
    weight = times[codes]
    copies = np.repeat(np.arange(len(codes)), weight)
    first = np.cumsum(weight) - weight
    number = np.arange(len(copies)) - first[copies]  # which copy of its card a row belongs to
    card = codes[copies] * (int(times.max()) + 1) + number
    precision, _ = card_precision_at_k(fold.day[copies], card, fold.score[copies], fold.fraud[copies], K)
    return {
        "average_precision": average_precision(fold.fraud, fold.score, weight),
        "roc_auc": roc_auc(fold.fraud, fold.score, weight),
        "card_precision_at_100": precision,
    }

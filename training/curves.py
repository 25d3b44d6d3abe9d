"""What a ranking gives at every threshold, thinned to what a picture shows."""

from typing import Any

import numpy as np
from dataset import Part
from measures import main_currency
from money import BLOCK, REVIEW, CostMatrix
from numpy.typing import NDArray
from thresholds import Thresholds

_POINTS = 160
_FURTHEST = 0.05
"""Nobody looks at more than this share of transactions; the curves of money end here."""


def curves(
    part: Part, score: NDArray[np.float64], thresholds: Thresholds, matrix: CostMatrix
) -> dict[str, list[list[float]]]:
    """Return points of the model's curves.

    Returns
    -------
    dict
        `precision_recall`: recall, precision. `gain`: share of transactions looked at, share of frauds among them.
        `money`: share of transactions alerted on, saved minor units, the review threshold, with blocks as they are.
    """
    order = np.argsort(-score, kind="stable")
    ranked, fraud = score[order], part.fraud[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))  # the last row of each distinct score
    found, seen = np.cumsum(fraud)[last], last + 1
    frauds = max(int(found[-1]), 1)
    recall, precision = found / frauds, found / seen
    return {
        "precision_recall": _thinned(recall, precision, along=recall),
        "gain": _thinned(np.append(0, seen / len(score)), np.append(0, recall), along=np.append(0, recall)),
        "money": _money(part, score, thresholds, matrix),
    }


def _money(part: Part, score: NDArray[np.float64], thresholds: Thresholds, matrix: CostMatrix) -> list[list[float]]:
    _, mine = main_currency(part)
    scores, fraud, amount = score[mine], part.fraud[mine], part.amount_minor[mine]
    blocked = scores >= thresholds.block
    if blocked.all():
        return []
    outcome = np.where(blocked, BLOCK, REVIEW)
    savings = matrix.savings(fraud, amount, outcome)
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    last = last[(last + 1 >= blocked.sum()) & (last + 1 <= max(_FURTHEST * len(scores), blocked.sum() + 1))]
    share, saved = (last + 1) / len(scores), np.cumsum(savings[order])[last]
    return _thinned(share, saved.astype(np.float64), ranked[last], along=share)


def _thinned(*columns: NDArray[Any], along: NDArray[np.float64]) -> list[list[float]]:
    """Return the columns as points: where there are many, those nearest to even steps along one of them."""
    if len(along) > _POINTS:
        steps = np.linspace(along[0], along[-1], _POINTS)
        kept = np.unique(np.append(np.searchsorted(along, steps), [0, len(along) - 1]))
        columns = tuple(column[kept] for column in columns)
    return [[round(float(value), 6) for value in point] for point in zip(*columns, strict=True)]

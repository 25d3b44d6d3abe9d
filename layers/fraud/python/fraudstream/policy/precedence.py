"""What is done where rules, lists and the score disagree.

The severest that has a say wins: a block list, then a block rule; then an approve list, which outweighs review rules
and the score; then review rules and the score by its thresholds; then approve rules, which only matter without a score.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.scoring import Thresholds

APPROVE, REVIEW, BLOCK = 0, 1, 2
"""Positions in `document.OUTCOMES`, in rising severity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """Where each kind of rule and list speaks, shape (n,) each."""

    block_list: NDArray[np.bool_]
    block_rule: NDArray[np.bool_]
    approve_list: NDArray[np.bool_]
    review_rule: NDArray[np.bool_]
    approve_rule: NDArray[np.bool_]


def severities(
    verdicts: Verdicts, scores: NDArray[np.float64] | None, thresholds: Thresholds | None
) -> NDArray[np.int64]:
    """Return the outcome of each row, shape (n,).

    Without a score nothing is approved in silence: only where a rule or a list says that it is safe.

    Raises
    ------
    ValueError
        If there are scores and no thresholds to hold them against.
    """
    severity = np.where(verdicts.approve_rule, APPROVE, REVIEW)
    if scores is not None:
        if thresholds is None:
            raise ValueError("scores need thresholds: the model's, or the policy's for review and block both")
        by_score = np.where(scores >= thresholds.block, BLOCK, np.where(scores >= thresholds.review, REVIEW, APPROVE))
        severity = np.where(np.isnan(scores), severity, by_score)
    severity = np.where(verdicts.review_rule, np.maximum(severity, REVIEW), severity)
    severity = np.where(verdicts.approve_list, APPROVE, severity)
    return np.where(verdicts.block_rule | verdicts.block_list, BLOCK, severity)

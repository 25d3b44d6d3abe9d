"""The figures of one model on one test window."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np
from dataset import Part
from fraudstream.drift import log_loss
from fraudstream.quality import average_precision, card_precision_at_k, recall_at_budget, roc_auc
from money import APPROVE, REVIEW, CostMatrix, outcomes
from numpy.typing import NDArray
from thresholds import Thresholds, describe
from windows import DAY_MS

BUDGET = 0.005
K = 100
_BINS = 10


def measure(
    part: Part,
    score: NDArray[np.float64],
    thresholds: Thresholds,
    matrix: CostMatrix,
    *,
    budget: float = BUDGET,
    k: int = K,
) -> dict[str, Any]:
    """Return a model's figures on a window, None for what the window does not tell.

    `all_rows` ranks every transaction of the window, as the stream does. `open_cards` leaves out the transactions of
    cards that had been reported before their day began (the Handbook's protocol): the harder and rarer frauds.
    """
    return {
        "all_rows": _ranking(part, score, np.ones(len(part), bool), budget, k),
        "open_cards": _ranking(part, score, ~part.card_reported, budget, k),
        "at_thresholds": describe(thresholds, part.fraud, score),
        "money": _money(part, score, thresholds, matrix, budget),
        "calibration": calibration(part.fraud, score),
    }


def main_currency(part: Part) -> tuple[str, NDArray[np.bool_]]:
    """Return the currency of most rows, and which rows have it: amounts of others do not add up."""
    currencies, codes = np.unique(part.currency.astype(str), return_inverse=True)
    most = int(np.argmax(np.bincount(codes)))
    return str(currencies[most]), codes == most


def calibration(fraud: NDArray[np.bool_], score: NDArray[np.float64]) -> dict[str, Any]:
    """Return how far scores are probabilities.

    `brier` is the mean squared error of the score as a probability, `log_loss` the mean negative log-likelihood, which
    is measured again on what was served once its labels have matured. `expected_calibration_error` is the mean over
    transactions of the distance between the mean score and the share of frauds of their bin. A bin holds about as many
    expected frauds as another (not as many rows: then all but one would hold next to none), in rising order of score.
    """
    order = np.argsort(score, kind="stable")
    ranked, found = score[order], fraud[order].astype(np.float64)
    mass = np.cumsum(ranked)
    level = np.minimum((mass - ranked) * _BINS / max(mass[-1], 1e-300), _BINS - 1).astype(np.int64)
    rows = np.bincount(level, minlength=_BINS).astype(np.float64)
    kept = rows > 0
    rows, expected, frauds = (
        np.bincount(level, weights=weights, minlength=_BINS)[kept] for weights in (np.ones_like(found), ranked, found)
    )
    return {
        "brier": float(((score - fraud) ** 2).mean()),
        "log_loss": log_loss(fraud, score),
        "expected_calibration_error": float(np.abs(expected - frauds).sum() / len(score)),
        "expected_frauds": float(expected.sum()),
        "frauds": int(frauds.sum()),
        "bins": [
            {"rows": int(n), "mean_score": float(e / n), "fraud_share": float(f / n), "frauds": int(f)}
            for n, e, f in zip(rows, expected, frauds, strict=True)
        ],
    }


def _ranking(part: Part, score: NDArray[np.float64], rows: NDArray[np.bool_], budget: float, k: int) -> dict[str, Any]:
    fraud, scores = part.fraud[rows], score[rows]
    mean, daily = card_precision_at_k(
        part.event_time_ms[rows] // DAY_MS, part.card_id[rows].astype(str), scores, fraud, k
    )
    return {
        "rows": len(fraud),
        "frauds": int(fraud.sum()),
        "average_precision": finite(average_precision(fraud, scores)),
        "roc_auc": finite(roc_auc(fraud, scores)),
        "recall_at_budget": finite(recall_at_budget(fraud, scores, budget)),
        "budget": budget,
        "card_precision_at_k": finite(mean),
        "k": k,
        "card_precision_daily": [round(float(share), 4) for share in daily],
    }


def _money(
    part: Part, score: NDArray[np.float64], thresholds: Thresholds, matrix: CostMatrix, budget: float
) -> dict[str, Any]:
    """Return what the decisions save by the cost matrix against approving everything, in the main currency.

    `saved_at_budget_minor` is what reviewing the highest scores saves, as many as the alert budget holds: of two models
    it compares the rankings, where `saved_minor` compares how far their thresholds go as well.
    """
    currency, rows = main_currency(part)
    fraud, amount = part.fraud[rows], part.amount_minor[rows]
    outcome = outcomes(score[rows], thresholds.review, thresholds.block)
    reviewed = np.full(len(fraud), APPROVE)
    reviewed[np.argsort(-score[rows], kind="stable")[: int(budget * len(fraud))]] = REVIEW
    return {
        "currency": currency,
        "rows": int(rows.sum()),
        "matrix": asdict(matrix),
        "fraud_minor": int(amount[fraud].sum()),
        "largest_fraud_minor": int(amount[fraud].max(initial=0)),
        "cost_minor": matrix.cost(fraud, amount, outcome),
        "saved_minor": matrix.saved(fraud, amount, outcome),
        "saved_at_budget_minor": matrix.saved(fraud, amount, reviewed),
    }


def finite(value: float) -> float | None:
    """Return a figure as JSON can say it: None for NaN."""
    return value if math.isfinite(value) else None

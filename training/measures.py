"""The figures of one model on one test window."""

import math
from typing import Any

import numpy as np
from dataset import Part
from fraudstream.quality import average_precision, card_precision_at_k, money_saved, recall_at_budget, roc_auc
from numpy.typing import NDArray
from thresholds import Thresholds, describe
from windows import DAY_MS

BUDGET = 0.005
K = 100


def measure(
    part: Part, score: NDArray[np.float64], thresholds: Thresholds, *, alert_cost_minor: int, k: int = K
) -> dict[str, Any]:
    """Return a model's figures on a window, None for what the window does not tell.

    `all_rows` ranks every transaction of the window, as the stream does. `open_cards` leaves out the transactions of
    cards that had been reported before their day began (the Handbook's protocol): the harder and rarer frauds.
    """
    known = ~part.card_reported
    return {
        "all_rows": _ranking(part, score, np.ones(len(part), bool), k),
        "open_cards": _ranking(part, score, known, k),
        "at_thresholds": describe(thresholds, part.fraud, score),
        "money": _money(part, score, thresholds, alert_cost_minor),
    }


def _ranking(part: Part, score: NDArray[np.float64], rows: NDArray[np.bool_], k: int) -> dict[str, Any]:
    fraud, scores = part.fraud[rows], score[rows]
    mean, daily = card_precision_at_k(
        part.event_time_ms[rows] // DAY_MS, part.card_id[rows].astype(str), scores, fraud, k
    )
    return {
        "rows": len(fraud),
        "frauds": int(fraud.sum()),
        "average_precision": finite(average_precision(fraud, scores)),
        "roc_auc": finite(roc_auc(fraud, scores)),
        "recall_at_budget": finite(recall_at_budget(fraud, scores, BUDGET)),
        "budget": BUDGET,
        "card_precision_at_k": finite(mean),
        "k": k,
        "card_precision_daily": [round(float(share), 4) for share in daily],
    }


def _money(part: Part, score: NDArray[np.float64], thresholds: Thresholds, alert_cost_minor: int) -> dict[str, Any]:
    """Return what alerting at `review` saves, in the currency of most rows; amounts of others do not add up."""
    currencies, counts = np.unique(part.currency.astype(str), return_counts=True)
    currency = str(currencies[np.argmax(counts)])
    rows = part.currency.astype(str) == currency
    fraud, amount = part.fraud[rows], part.amount_minor[rows]
    alerted = score[rows] >= thresholds.review
    return {
        "currency": currency,
        "alert_cost_minor": alert_cost_minor,
        "fraud_minor": int(amount[fraud].sum()),
        "saved_minor": money_saved(fraud, amount, alerted, alert_cost_minor=alert_cost_minor),
        "rows": int(rows.sum()),
    }


def finite(value: float) -> float | None:
    """Return a figure as JSON can say it: None for NaN."""
    return value if math.isfinite(value) else None

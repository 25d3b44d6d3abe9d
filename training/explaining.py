"""What a model goes by: which features move its scores, how far, and in which direction."""

from typing import Any

import numpy as np
from dataset import Part
from fraudstream.features import REGISTRY
from fraudstream.wording import in_words
from inference import Model, contributions
from measures import main_currency
from numpy.typing import NDArray

_SAMPLE = 1_000
_FEATURES = 12
_CLEAR = 0.3
"""Rank correlations below this are no direction."""
_MEANINGS = {feature.name: feature for feature in REGISTRY}


def explain(model: Model, part: Part, score: NDArray[np.float64]) -> dict[str, Any]:
    """Return the features that move scores most, by exact SHAP contributions in log-odds.

    Over two samples of at most a thousand rows: the window evenly in time, and the highest scores that raise an alert.
    A high score without a single contribution to show for it does not exist: the contributions of a row and the bias
    sum to its margin.
    """
    rows = np.unique(np.linspace(0, len(part) - 1, min(_SAMPLE, len(part))).astype(np.int64))
    highest = np.argsort(-score, kind="stable")[:_SAMPLE]
    alerts = highest[score[highest] >= model.review]
    everywhere = contributions(model, part.features[rows])[:, :-1]
    alerted = contributions(model, part.features[alerts])[:, :-1] if len(alerts) else np.zeros((0, everywhere.shape[1]))
    currency, _ = main_currency(part)
    size = np.abs(everywhere).mean(axis=0)
    top = np.argsort(-size, kind="stable")[:_FEATURES]
    return {
        "rows": len(rows),
        "alerts": len(alerts),
        "features": [
            {
                "feature": part.schema.feature_names[column],
                "label": label(part.schema.feature_names[column]),
                "mean_contribution": float(size[column]),
                "in_alerts": float(alerted[:, column].mean()) if len(alerts) else None,
                "direction": _direction(part.features[rows, column], everywhere[:, column]),
                "typical": _typical(part.schema.feature_names[column], part.features[alerts, column], currency),
            }
            for column in top.tolist()
        ],
    }


def label(feature: str) -> str:
    """Return what a feature is, in words and without a value."""
    known = _MEANINGS.get(feature)
    if known is None:
        return feature.replace("_", " ")
    return f"{known.meaning} ({known.window})" if known.window else known.meaning


def _direction(values: NDArray[np.float32], given: NDArray[np.float64]) -> str:
    """Return which values raise the score, by the rank correlation of value and contribution."""
    known = ~np.isnan(values)
    if known.sum() < 3 or np.ptp(values[known]) == 0 or np.ptp(given[known]) == 0:
        return "none"
    correlation = np.corrcoef(_ranks(values[known]), _ranks(given[known]))[0, 1]
    return "high" if correlation > _CLEAR else "low" if correlation < -_CLEAR else "mixed"


def _ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return mean ranks: equal values share theirs."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[codes]


def _typical(feature: str, values: NDArray[np.float32], currency: str) -> str | None:
    """Return the median value among alerts as a phrase."""
    known = values[~np.isnan(values)]
    return in_words(feature, float(np.median(known)), currency) if len(known) else None

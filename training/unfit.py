"""Why a challenger that ran in the shadow is not fit to decide. Pure: figures in, a sentence or None out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FEWEST_FRAUDS = 20
"""Fewer labelled frauds than this tell nothing of a ranking."""
_FEWEST_EXPECTED = 20
"""Where fewer alerts than this were to be expected, silence tells nothing."""
_SURELY_WORSE = 0.05
_SILENT = 0.2
_SPARE_ALERTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a shadow must stay within.

    Attributes
    ----------
    rows
        Fewest transactions that tell anything.
    score_psi
        Most the distribution of scores may have moved from validation (population stability index).
    alerts
        Most alerts, as a multiple of the share that the evaluation found.
    """

    rows: int = 200
    score_psi: float = 0.25
    alerts: float = 3.0


def unfit(told: Mapping[str, Any], limits: Limits) -> str | None:
    """Return the first reason against the challenger, in one sentence; None if there is none."""
    rows, rates = told["rows"], told["alert_rate"]
    if rows < limits.rows:
        more = told["rows_of_other_features"]
        other = f" ({more} more have other features)" if more else ""
        return (
            f"only {rows} transactions came while the challenger was in the shadow, {limits.rows} are asked for{other}"
        )
    if not told["scores_valid"]:
        return "the challenger gives scores that are not numbers from 0 to 1 on live transactions"
    moved = told["score_psi"]
    if moved is None or not math.isfinite(moved):
        return "the distribution of the challenger's scores could not be measured"
    if moved > limits.score_psi:
        return (
            f"the challenger's scores are distributed otherwise than on validation: population stability index "
            f"{moved:.2f}, {limits.score_psi:g} is allowed"
        )
    return _alerts(rates, rows, limits) or _ranking(told["labels"])


def _alerts(rates: Mapping[str, float | None], rows: int, limits: Limits) -> str | None:
    rate, wanted = rates["challenger"], rates["expected"]
    if rate is None or wanted is None:
        return "the challenger's share of alerts could not be compared with its evaluation's"
    if rate > limits.alerts * wanted + _SPARE_ALERTS / rows:
        return (
            f"the challenger would alert on {rate:.2%} of live transactions, where its evaluation had {wanted:.2%}; "
            f"{limits.alerts:g} times as many are allowed"
        )
    if wanted * rows >= _FEWEST_EXPECTED and rate < _SILENT * wanted:
        return (
            f"the challenger has gone silent: it would alert on {rate:.2%} of live transactions, where its evaluation "
            f"had {wanted:.2%}"
        )
    return None


def _ranking(labels: Mapping[str, Any] | None) -> str | None:
    if labels is None or labels["frauds"] < _FEWEST_FRAUDS or labels["share_better"] is None:
        return None
    if labels["share_better"] > _SURELY_WORSE:
        return None
    return (
        f"on {labels['frauds']} frauds that have been reported since, the challenger ranks worse: average precision "
        f"{labels['challenger']:.4f} against the champion's {labels['champion']:.4f}"
    )

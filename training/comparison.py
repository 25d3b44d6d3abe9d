"""Two models on the same rows: by how much one is better, how sure that is, and what may not get worse."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from dataset import Part
from fraudstream.quality import Difference, Ranking, interval, resampled
from gate import Guard
from measures import finite, main_currency
from money import CostMatrix, outcomes
from numpy.typing import NDArray
from thresholds import Thresholds

_Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """How much worse than the champion a challenger may be where it is guarded.

    Never less than one fraud is worth in the window: a guard that a single fraud can break guards nothing.

    Attributes
    ----------
    recall
        Of the frauds within the alert budget, as a share of all frauds.
    money
        Of the money saved within the alert budget, as a share of the fraud in the window.
    kept
        Share of the money saved at a model's own thresholds that must be kept. Thresholds come of one week's validation
        and move with it, so this asks for half; and of a champion that alerts beyond the budget only for half of what
        it saves within, since people cannot look at the rest.
    alerts
        How many times as many alerts.
    brier
        How many times the Brier score, the mean squared error of the score as a probability.
    """

    recall: float = 0.02
    money: float = 0.05
    kept: float = 0.5
    alerts: float = 2.0
    brier: float = 1.1


def compare(
    part: Part,
    scores: tuple[NDArray[np.float64], NDArray[np.float64]],
    thresholds: tuple[Thresholds, Thresholds],
    matrix: CostMatrix,
    *,
    resamples: int,
    seed: int,
) -> dict[str, Difference]:
    """Return challenger minus champion with intervals, of average precision and of money saved.

    Both by the same resamples of whole cards: the transactions of a card stand or fall together.
    """
    first, second = (Ranking(each) for each in scores)
    saved = [_savings(part, *each, matrix) for each in zip(scores, thresholds, strict=True)]
    money = saved[0] - saved[1]

    def precision(weights: _Weights) -> _Weights:
        return first.average_precisions(part.fraud, weights) - second.average_precisions(part.fraud, weights)

    codes = np.unique(part.card_id.astype(str), return_inverse=True)[1]
    drawn = [(precision(weights), weights @ money) for weights in resampled(codes, resamples, seed)]
    once = np.ones((1, len(part)))
    return {
        "average_precision": interval(float(precision(once)[0]), np.concatenate([each[0] for each in drawn])),
        "saved_minor": interval(float(money.sum()), np.concatenate([each[1] for each in drawn])),
    }


def guards(challenger: Mapping[str, Any], champion: Mapping[str, Any], tolerances: Tolerances) -> list[Guard]:
    """Return what may not get worse, from what `measure` says of both."""
    mine, theirs = challenger["all_rows"], champion["all_rows"]
    recall, frauds = theirs["recall_at_budget"], max(theirs["frauds"], 1)
    money = champion["money"]
    largest = money["largest_fraud_minor"]
    loss = max(tolerances.money * money["fraud_minor"], largest)
    possible = min(money["saved_minor"], money["saved_at_budget_minor"])
    alerts, brier = champion["at_thresholds"]["alert_rate"], champion["calibration"]["brier"]
    return [
        Guard(
            name=f"the share of frauds found by looking at {theirs['budget']:.2%} of transactions",
            challenger=mine["recall_at_budget"],
            champion=recall,
            worst=None if recall is None else recall - max(tolerances.recall, 1 / frauds) - 1e-12,
        ),
        Guard(
            name=f"the money saved by reviewing as many (minor units of {money['currency']})",
            challenger=challenger["money"]["saved_at_budget_minor"],
            champion=money["saved_at_budget_minor"],
            worst=money["saved_at_budget_minor"] - loss,
        ),
        Guard(
            name=f"the money saved at its own thresholds (minor units of {money['currency']})",
            challenger=challenger["money"]["saved_minor"],
            champion=money["saved_minor"],
            worst=possible - max((1 - tolerances.kept) * abs(possible), largest),
        ),
        Guard(
            name="the share of transactions alerted on",
            challenger=challenger["at_thresholds"]["alert_rate"],
            champion=alerts,
            worst=tolerances.alerts * alerts + 10 / theirs["rows"],
            rising=True,
        ),
        Guard(
            name="the error of the score as a probability (Brier)",
            challenger=challenger["calibration"]["brier"],
            champion=brier,
            worst=tolerances.brier * brier + 1 / theirs["rows"],
            rising=True,
        ),
    ]


def as_json(difference: Difference) -> dict[str, float | None]:
    """Return a difference in JSON's terms."""
    return {name: finite(value) for name, value in asdict(difference).items()}


def _savings(part: Part, score: NDArray[np.float64], thresholds: Thresholds, matrix: CostMatrix) -> NDArray[np.float64]:
    """Return what each decision saves; 0 for rows of other currencies than the window's main one."""
    _, mine = main_currency(part)
    outcome = outcomes(score, thresholds.review, thresholds.block)
    return np.where(mine, matrix.savings(part.fraud, part.amount_minor, outcome), 0).astype(np.float64)

"""Which features are needed: groups left out one at a time, and the least important left out one after another.

Both on weeks to choose on, of the Handbook and of the project's simulator, which has what the Handbook lacks (places,
countries, categories, entry modes). A feature is important that moves the margins of either: its share of the mean
absolute SHAP values, of the rows that score highest and of a sample of the others, the larger of both data sets.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xgboost as xgb
from hyperparameters import of_trees
from numpy.typing import NDArray

from benchmarks.quality.folds import Say
from benchmarks.quality.lab import Week, mean_precision

_FEWEST = 10
_SEEDS = (0, 1, 2)
_MANY, _AT_ONCE, _AT_ONCE_OF_MANY = 33, 3, 4
_TOP_SHARE, _SAMPLE = 50, 20

SHORTER = (
    "amount",
    "is_card_not_present",
    "card_merchant_distance",
    "card_count_24h",
    "card_count_30d",
    "card_amount_mean_7d",
    "card_amount_max_30d",
    "card_amount_ratio_7d",
    "card_amount_ratio_30d",
    "card_amount_median_ratio",
    "card_above_3x_median_14d",
    "card_tenth_median_count_1h",
    "card_genuine_mean",
    "card_genuine_ratio",
    "card_seconds_since_last",
    "card_seconds_since_fraud",
    "card_terminal_visits",
    "card_category_visits",
    "card_country_visits",
    "card_implied_speed",
    "terminal_count_1h",
    "terminal_count_28d",
    "terminal_new_cards_1h",
    "terminal_frauds_7d",
    "terminal_risk_7d",
    "terminal_risk_28d",
    "terminal_fraud_run",
    "terminal_fraud_run_age",
    "terminal_fraud_run_cards",
    "terminal_seconds_since_fraud",
    "terminal_seconds_since_genuine",
)
"""A shorter list: what a path like that of the page still had at 27, and four that name a pattern of fraud (a card
tried out, an entry without the card, a country new to it, a terminal full of strangers)."""

GROUPS: dict[str, tuple[str, ...]] = {
    "richer data: places, countries, categories, entry modes": (
        "is_card_not_present",
        "card_merchant_distance",
        "card_implied_speed",
        "card_category_visits",
        "card_country_visits",
    ),
    "novelty and bursts": (
        "card_terminal_visits",
        "card_count_1h",
        "card_tenth_median_count_1h",
        "terminal_count_1h",
        "terminal_new_cards_1h",
    ),
    "clock": ("hour_of_day",),
    "known frauds at the terminal": (
        "terminal_frauds_7d",
        "terminal_frauds_28d",
        "terminal_risk_1d",
        "terminal_risk_7d",
        "terminal_risk_28d",
        "terminal_seconds_since_fraud",
        "terminal_seconds_since_genuine",
    ),
    "the terminal's run of frauds": ("terminal_fraud_run", "terminal_fraud_run_age", "terminal_fraud_run_cards"),
    "amount beside the card's median": (
        "card_amount_median_ratio",
        "card_amount_rank",
        "card_above_2x_median_7d",
        "card_above_3x_median_14d",
    ),
    "amount beside what was genuine": ("card_genuine_mean", "card_genuine_ratio"),
}


def measure(handbook: Sequence[Week], simulated: Sequence[Week], say: Say, *, path: bool = True) -> dict[str, Any]:
    """Return what is reached without each group, and with fewer and fewer features."""
    names = handbook[0].train.schema.feature_names
    seeds = _by_seed("all", names, handbook, simulated, say)
    everything = {source: each[0] for source, each in seeds.items()}
    return {
        "weeks": [week.describe() for week in (*handbook, *simulated)],
        "features": len(names),
        "all": everything,
        "seeds": seeds,
        "shorter": {"members": list(SHORTER), **_by_seed("shorter list", SHORTER, handbook, simulated, say)}
        if set(SHORTER) <= set(names)
        else None,
        "groups": [
            _without(group, [name for name in members if name in names], handbook, simulated, say)
            for group, members in GROUPS.items()
            if set(members) & set(names)
        ],
        "path": _path(names, handbook, simulated, say) if path else [],
    }


def _by_seed(
    title: str, kept: Sequence[str], handbook: Sequence[Week], simulated: Sequence[Week], say: Say
) -> dict[str, list[list[float]]]:
    """Return what some features reach in each week, for each of some seeds of the training."""
    found: dict[str, list[list[float]]] = {}
    for source, weeks in (("handbook", handbook), ("simulator", simulated)):
        some = [week.only(kept) for week in weeks]
        found[source] = [mean_precision(some, of_trees({"seed": seed}))[1] for seed in _SEEDS]
    for place, seed in enumerate(_SEEDS):
        say(f"{title} {len(kept)}, seed {seed}: {_shown({source: each[place] for source, each in found.items()})}")
    return found


def _without(
    group: str, members: list[str], handbook: Sequence[Week], simulated: Sequence[Week], say: Say
) -> dict[str, Any]:
    kept = [name for name in handbook[0].train.schema.feature_names if name not in members]
    reached = {
        source: mean_precision([week.only(kept) for week in weeks], of_trees())[1]
        for source, weeks in (("handbook", handbook), ("simulator", simulated))
    }
    say(f"without {group}: {_shown(reached)}")
    return {"group": group, "members": members, **reached}


def _path(names: Sequence[str], handbook: Sequence[Week], simulated: Sequence[Week], say: Say) -> list[dict[str, Any]]:
    kept, path = list(names), []
    while len(kept) >= _FEWEST:
        of_handbook, weights = _reached(handbook, kept)
        of_simulator, others = _reached(simulated, kept)
        order = np.argsort(np.maximum(weights, others), kind="stable")
        dropped = [kept[place] for place in order[: _AT_ONCE_OF_MANY if len(kept) > _MANY else _AT_ONCE]]
        step = {"features": len(kept), "handbook": of_handbook, "simulator": of_simulator, "then_dropped": dropped}
        say(f"{len(kept)} features: {_shown(step)}; next without {', '.join(dropped)}")
        path.append(step)
        kept = [name for name in kept if name not in dropped]
    return path


def _reached(weeks: Sequence[Week], names: Sequence[str]) -> tuple[list[float], NDArray[np.float64]]:
    """Return each week's average precision, and the features' mean shares of the margins."""
    reached, shares = [], []
    for week in (week.only(names) for week in weeks):
        precision, booster = week.precision(of_trees())
        reached.append(precision)
        shares.append(_shares(booster, week.test.features[week.counts]))
    return reached, np.mean(shares, axis=0)


def _shares(booster: xgb.Booster, features: NDArray[np.float32]) -> NDArray[np.float64]:
    order = np.argsort(-booster.inplace_predict(features), kind="stable")
    rows = np.concatenate([order[: len(order) // _TOP_SHARE], order[::_SAMPLE]])
    matrix = xgb.DMatrix(features[rows], feature_names=booster.feature_names)
    moved = np.abs(booster.predict(matrix, pred_contribs=True)[:, :-1]).mean(axis=0)
    return moved / moved.sum()


def _shown(reached: dict[str, Any]) -> str:
    return ", ".join(f"{source} {np.mean(reached[source]):.4f}" for source in ("handbook", "simulator"))

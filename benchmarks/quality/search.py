"""The search for hyperparameters: tune.py's, with the mean over the validation weeks as its objective."""

from collections.abc import Sequence
from typing import Any

from hyperparameters import of_trees
from tune import Range, ranges
from tune import search as search_for

from benchmarks.quality.folds import Say
from benchmarks.quality.lab import Week, mean_precision

TRIALS = 16
_SEED = 0


def measure(weeks: Sequence[Week], say: Say, *, trials: int = TRIALS) -> dict[str, Any]:
    """Return every trial in the order of what it reached, and where the defaults of train.py stand among them."""
    tried: list[dict[str, Any]] = []

    def objective(trees: dict[str, Any]) -> float:
        mean, each = mean_precision(weeks, trees)
        tried.append({"average_precision": mean, "weeks": each})
        return mean

    def said(number: int, value: float, chosen: dict[str, Any]) -> None:
        tried[number] |= {"trial": number + 1, "hyperparameters": chosen}
        say(f"trial {number + 1}/{trials}: average precision {value:.4f} {chosen}")

    found = search_for(objective, trials=trials, seed=_SEED, say=said)
    return {
        "weeks": [week.describe() for week in weeks],
        "seed": _SEED,
        "defaults": of_trees(),
        "of_defaults": found.of_defaults,
        "ranges": {each.name: _written(each) for each in ranges()},
        "trials": sorted(tried, key=lambda trial: -trial["average_precision"]),
    }


def _written(found: Range) -> str:
    return f"{found.low:g} to {found.high:g}{', logarithmic' if found.logarithmic else ''}"

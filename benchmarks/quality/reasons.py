"""What reasons cost: exact TreeSHAP of a row beside its plain score, for a few depths and numbers of trees.

The cost of exact SHAP grows with trees, leaves and the square of depth (Lundberg et al. 2020), that of a score with
trees and depth, so depth is where reasons are paid for. One thread; processor time, so that a busy machine tells little
else than an idle one; medians.
"""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np
import xgboost as xgb
from hyperparameters import of_trees
from numpy.typing import NDArray

from benchmarks.quality.folds import Say
from benchmarks.quality.lab import Week

PAIRS = ((3, 300), (4, 150), (4, 300), (4, 400), (5, 300), (6, 200), (6, 350), (8, 300))
_SCORED, _EXPLAINED, _TIMES = 500, 100, 9


def measure(weeks: Sequence[Week], say: Say, *, pairs: Sequence[tuple[int, int]] = PAIRS) -> dict[str, Any]:
    """Return what each depth and number of trees reaches on the validation weeks, and what score and reasons cost.

    Trees times their weight stay what they are by default, so that fewer trees are weighted more.
    """
    default = of_trees()
    weight = default["rounds"] * default["learning_rate"]
    rows = []
    for depth, rounds in pairs:
        trees = {**default, "max_depth": depth, "rounds": rounds, "learning_rate": weight / rounds}
        reached = [week.precision(trees) for week in weeks]
        costs = _costs(reached[-1][1], weeks[-1].test.features)
        row = {
            "max_depth": depth,
            "rounds": rounds,
            "learning_rate": trees["learning_rate"],
            "average_precision": float(np.mean([precision for precision, _ in reached])),
            "weeks": [precision for precision, _ in reached],
            "leaves": _leaves(reached[-1][1]),
            **costs,
        }
        say(
            f"depth {depth}, {rounds} trees: average precision {row['average_precision']:.4f}, "
            f"reasons {row['reasons_over_score']:.0f} times a score"
        )
        rows.append(row)
    return {
        "weeks": [week.describe() for week in weeks],
        "default": {"max_depth": default["max_depth"], "rounds": default["rounds"]},
        "scored_rows": _SCORED,
        "explained_rows": _EXPLAINED,
        "times": _TIMES,
        "pairs": rows,
    }


def _costs(booster: xgb.Booster, features: NDArray[np.float32]) -> dict[str, float]:
    booster.set_param({"nthread": 1})
    scored, explained = features[:_SCORED], features[:_EXPLAINED]
    score = _microseconds(lambda: booster.inplace_predict(scored)) / len(scored)
    matrix = xgb.DMatrix(explained, feature_names=booster.feature_names, nthread=1)
    reasons = _microseconds(lambda: booster.predict(matrix, pred_contribs=True)) / len(explained)
    return {"score_us": score, "reasons_us": reasons, "reasons_over_score": reasons / score}


def _microseconds(run: Callable[[], Any]) -> float:
    """Return the median processor time of some calls after one to warm up."""
    run()
    taken = []
    for _ in range(_TIMES):
        began = time.process_time()
        run()
        taken.append(time.process_time() - began)
    return median(taken) * 1e6


def _leaves(booster: xgb.Booster) -> int:
    return sum(text.count("leaf=") for text in booster.get_dump())

"""The hyperparameters of training: their names as a job receives them, and what holds where none is given.

Those of the trees were chosen on the Handbook's validation weeks, the cost of reasons in view; docs/model-quality.md
has the search and what other depths and rounds give and cost. 1,024 bins, not the library's 256, as amounts are told
apart finely.
"""

import argparse
from typing import Any, NamedTuple

from jobs import JobError
from money import CostMatrix
from thresholds import POLICIES


class HyperparameterError(JobError):
    """A hyperparameter is not one of ours, or not in its range."""


class Hyperparameter(NamedTuple):
    """One option of train.py."""

    name: str
    kind: type
    default: Any
    text: str


OF_TREES = (
    Hyperparameter("max_depth", int, 4, "depth of a tree"),
    Hyperparameter("learning_rate", float, 0.05, "weight of a tree"),
    Hyperparameter("rounds", int, 300, "number of trees"),
    Hyperparameter("max_bin", int, 1024, "bins of a feature"),
    Hyperparameter("colsample_bytree", float, 0.3, "share of features a tree sees"),
    Hyperparameter("min_child_weight", float, 10.0, "least hessian in a leaf"),
    Hyperparameter("subsample", float, 0.8, "share of rows a tree sees"),
    Hyperparameter("seed", int, 0, "of the draws of rows and features"),
)
OF_THRESHOLDS = (
    Hyperparameter("review_rate", float, 0.005, "share of transactions that people can look at, blocks aside"),
    Hyperparameter("block_precision", float, 0.9, "how sure a block must be"),
    Hyperparameter("threshold_policy", str, "cost", "what thresholds are chosen by, budget or cost"),
    Hyperparameter("alert_minor", int, 500, "cost of an alert in minor units"),
    Hyperparameter("block_genuine_minor", int, 2500, "cost of a genuine payment blocked, in minor units"),
    Hyperparameter("recovered_share", float, 0.9, "share of a reviewed fraud's amount that is saved"),
)
OF_THE_RUN = (Hyperparameter("threads", int, 0, "threads, 0 for all cores; the model does not depend on it"),)


def spelled(name: str) -> list[str]:
    """Return an option as hyperparameters are written and as people write it."""
    return list(dict.fromkeys((f"--{name}", f"--{name.replace('_', '-')}")))


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add every hyperparameter to a command line."""
    for name, kind, default, text in (*OF_TREES, *OF_THE_RUN, *OF_THRESHOLDS):
        parser.add_argument(*spelled(name), type=kind, default=default, help=f"{text} ({default})")


def check(options: argparse.Namespace, unknown: list[str]) -> None:
    """Refuse what is no hyperparameter of ours, and what is out of range.

    The platform's own hyperparameters, should it pass them on, are not ours to refuse.

    Raises
    ------
    HyperparameterError
        Naming what is wrong.
    """
    ours = [name for name in unknown if name.startswith("--") and not name.startswith(("--sagemaker_", "--_"))]
    if ours:
        raise HyperparameterError(f"{', '.join(ours)} unknown; see --help")
    if not (0 < options.review_rate < 1 and 0 < options.block_precision <= 1 and options.rounds > 0):
        raise HyperparameterError("review_rate lies between 0 and 1, block_precision up to 1, rounds from 1 up")
    if options.threshold_policy not in POLICIES:
        raise HyperparameterError(f"threshold_policy is {' or '.join(POLICIES)}, not {options.threshold_policy!r}")


def of_trees(given: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return all hyperparameters of the trees: the given ones, the defaults for the rest."""
    given = given or {}
    return {name: kind(given.get(name, default)) for name, kind, default, _ in OF_TREES}


def of_library(trees: dict[str, Any]) -> dict[str, Any]:
    """Return the hyperparameters of the trees as the library takes them; the number of rounds it takes apart."""
    chosen = {name: value for name, value in trees.items() if name != "rounds"}
    return {"objective": "binary:logistic", "tree_method": "hist", **chosen}


def cost_matrix(options: argparse.Namespace) -> CostMatrix:
    """Return what outcomes cost, as the hyperparameters say."""
    return CostMatrix(
        alert_minor=options.alert_minor,
        block_genuine_minor=options.block_genuine_minor,
        recovered_share=options.recovered_share,
    )

"""By hand: search for hyperparameters on this machine, over the ranges that a tuning job of SageMaker has.

    python training/tune.py --train data/train --validation data/validation --trials 30 --seed 0 --output best.json

The search is Optuna's (Akiba et al. 2019) with its tree-structured Parzen estimator; the first trial is what train.py
does by itself, so the best is never worse than that on validation. What is written is an input for an execution of the
retraining state machine, which takes it as it is. The same data, seed and number of trials find the same. No job
imports this program: Optuna is not in the container.
"""

import openmp  # noqa: F401 (before xgboost)

# isort: split
import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from checks import OneClassError
from dataset import DatasetError, read_part
from fraudstream.quality import average_precision
from hyperparameters import HyperparameterError, of_trees
from jobs import progress, run, write_json
from train import fit

SEARCH_SPACE = Path(__file__).with_name("search_space.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Where a hyperparameter may lie, both ends included."""

    name: str
    low: float
    high: float
    whole: bool
    logarithmic: bool

    def of(self, trial: optuna.Trial) -> int | float:
        """Return the value that a trial is to try."""
        if self.whole:
            return trial.suggest_int(self.name, int(self.low), int(self.high), log=self.logarithmic)
        return trial.suggest_float(self.name, self.low, self.high, log=self.logarithmic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best of a search: its hyperparameters, its objective, and what the defaults reached."""

    best: dict[str, int | float]
    value: float
    of_defaults: float
    trials: int


def ranges(path: Path = SEARCH_SPACE) -> list[Range]:
    """Return the search space as SageMaker's `ParameterRanges` write it."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return [
        Range(
            name=each["Name"],
            low=float(each["MinValue"]),
            high=float(each["MaxValue"]),
            whole=kind == "IntegerParameterRanges",
            logarithmic=each["ScalingType"] == "Logarithmic",
        )
        for kind, entries in document.items()
        for each in entries
    ]


def search(
    objective: Callable[[dict[str, Any]], float],
    *,
    trials: int,
    seed: int,
    say: Callable[[int, float, dict[str, int | float]], None],
) -> Found:
    """Return the best of so many trials, the defaults first, the same for the same seed.

    Parameters
    ----------
    objective
        What all hyperparameters of the trees reach; larger is better.
    say
        Told each trial's number, objective and searched hyperparameters.
    """
    space = ranges()
    defaults = {each.name: of_trees()[each.name] for each in space}

    def attempt(trial: optuna.Trial) -> float:
        chosen = {each.name: each.of(trial) for each in space}
        value = objective(of_trees(chosen))
        say(trial.number, value, chosen)
        return value

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(defaults)
    study.optimize(attempt, n_trials=trials)
    return Found(
        best=study.best_params, value=study.best_value, of_defaults=float(study.trials[0].value or 0), trials=trials
    )


def as_hyperparameters(chosen: dict[str, int | float]) -> dict[str, str]:
    """Return hyperparameters as jobs take them: texts that read back as the same numbers."""
    return {name: repr(value) for name, value in sorted(chosen.items())}


def main(argv: Sequence[str] | None = None) -> int:
    """Search; return the exit code."""
    return run(_job, argv, None)


def _job(argv: Sequence[str] | None) -> None:
    options = _options(argv)
    train, validation = read_part(options.train), read_part(options.validation)
    if train.schema != validation.schema:
        raise DatasetError("train and validation have different features; both must come from one run of prepare.py")
    if not validation.fraud.any() or validation.fraud.all():
        raise OneClassError("validation has one class: no model is better than another there")
    progress("train", rows=len(train), frauds=int(train.fraud.sum()))
    progress("validation", rows=len(validation), frauds=int(validation.fraud.sum()))

    def objective(trees: dict[str, Any]) -> float:
        scores = fit(train, trees, threads=options.threads).inplace_predict(validation.features)
        return average_precision(validation.fraud, scores.astype(np.float64))

    def say(number: int, value: float, chosen: dict[str, int | float]) -> None:
        shown = {name: float(f"{each:.4g}") if isinstance(each, float) else each for name, each in chosen.items()}
        progress(f"trial {number + 1}/{options.trials}", validation_average_precision=value, **shown)

    found = search(objective, trials=options.trials, seed=options.seed, say=say)
    if not math.isfinite(found.value):
        raise HyperparameterError("no trial reached a finite average precision")
    reason = f"best of {found.trials} trials: validation average precision {found.value:.4f}"
    document = {"reason": reason, "hyperparameters": as_hyperparameters(found.best)}
    write_json(options.output, document)
    progress("best", validation_average_precision=found.value, of_defaults=found.of_defaults, output=options.output)
    print(json.dumps(document), flush=True)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True, help="what prepare.py wrote to learn from")
    parser.add_argument("--validation", type=Path, required=True, help="what prepare.py wrote to choose on")
    parser.add_argument("--trials", type=int, default=30, help="models to train (30)")
    parser.add_argument("--seed", type=int, default=0, help="of the search (0)")
    parser.add_argument("--threads", type=int, default=0, help="threads, 0 for all cores; nothing depends on it")
    parser.add_argument("--output", type=Path, default=Path("best.json"), help="where the best goes (best.json)")
    options = parser.parse_args(argv)
    if options.trials < 1:
        parser.error("--trials must be 1 or more")
    return options


if __name__ == "__main__":
    sys.exit(main())

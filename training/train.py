"""Training job, script mode: learn from the train window, choose thresholds on validation, write the bundle.

Hyperparameters arrive as options. Their defaults were chosen on the Handbook's validation window with the cost of
reasons in view: depth 4 with 300 rounds at .05 ranks as well as depth 6 with 350 at .03 (average precision .788 both)
and explains a row in a third of the time. 1,024 bins, not the library's 256, as amounts are told apart finely: fewer
cost .012. The number of rounds is fixed, so the same data and seed give the same bytes, on any number of threads.
"""

import openmp  # noqa: F401 (before xgboost)

# isort: split
import argparse
import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb
from bundle import BundleError, baseline, choose_golden_rows, golden_rows, load, read_golden_rows, write_bundle
from checks import OneClassError
from dataset import DatasetError, Part, read_part
from fraudstream.quality import average_precision, recall_at_budget
from inference import score
from jobs import JobError, iso, progress, run, training_failure_file
from money import CostMatrix
from thresholds import POLICIES, choose, describe


class HyperparameterError(JobError):
    """A hyperparameter is not one of ours, or not in its range."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job; return the exit code."""
    return run(_job, argv, training_failure_file())


def _job(argv: Sequence[str] | None) -> None:
    options = _options(argv)
    train, validation = read_part(options.train), read_part(options.validation)
    if train.schema != validation.schema:
        raise DatasetError("train and validation have different features; both must come from one run of prepare.py")
    progress("train", rows=len(train), frauds=int(train.fraud.sum()), features=len(train.schema.feature_names))
    parameters = _parameters(options)
    booster = fit(train, parameters, options.rounds, threads=options.threads)
    content = bytes(booster.save_raw("ubj"))
    scores = booster.inplace_predict(validation.features).astype(np.float64)
    policy = {
        "policy": options.threshold_policy,
        "review_rate": options.review_rate,
        "block_precision": options.block_precision,
    }
    matrix = CostMatrix(
        alert_minor=options.alert_minor,
        block_genuine_minor=options.block_genuine_minor,
        recovered_share=options.recovered_share,
    )
    thresholds = choose(validation.fraud, scores, validation.amount_minor, **policy, matrix=matrix)
    rows = choose_golden_rows(validation.features, scores)
    version = options.model_version or f"model-{hashlib.sha256(content).hexdigest()[:12]}"
    metadata = {
        "model_version": version,
        "schema_hash": train.schema.schema_hash,
        "features_version": train.schema.features_version,
        "feature_names": list(train.schema.feature_names),
        "thresholds": {"review": thresholds.review, "block": thresholds.block},
        "threshold_policy": policy | asdict(matrix),
        "xgboost_version": xgb.__version__,
        "parameters": {**parameters, "rounds": options.rounds},
        "trained_rows": len(train),
        "trained_frauds": int(train.fraud.sum()),
        "windows": {"train": _span(train), "validation": _span(validation)},
        "validation": describe(thresholds, validation.fraud, scores),
    }
    golden = golden_rows(rows, booster.inplace_predict(rows).astype(np.float64))
    drift = baseline(train.features, train.schema.feature_names, scores)
    write_bundle(options.model_dir, content, metadata, golden, drift)
    _verify(options.model_dir)
    ranked = validation.fraud.any() and not validation.fraud.all()
    progress(
        "model",
        version=version,
        validation_average_precision=average_precision(validation.fraud, scores) if ranked else float("nan"),
        validation_recall_at_budget=recall_at_budget(validation.fraud, scores, options.review_rate),
        review=thresholds.review,
        block=thresholds.block,
        bytes=len(content),
    )


def fit(train: Part, parameters: dict[str, Any], rounds: int, *, threads: int = 0) -> xgb.Booster:
    """Return the trees grown from a part, by as many threads as there are cores unless told otherwise.

    Raises
    ------
    OneClassError
        If there is nothing to tell apart.
    """
    if not train.fraud.any() or train.fraud.all():
        raise OneClassError(f"{int(train.fraud.sum())} frauds among {len(train)} train rows: nothing to tell apart")
    matrix = xgb.QuantileDMatrix(
        train.features,
        train.fraud.astype(np.float32),
        feature_names=list(train.schema.feature_names),
        max_bin=parameters["max_bin"],
        nthread=threads or None,
    )
    return xgb.train({**parameters, "nthread": threads}, matrix, rounds)


def _parameters(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": options.max_depth,
        "learning_rate": options.learning_rate,
        "max_bin": options.max_bin,
        "colsample_bytree": options.colsample_bytree,
        "min_child_weight": options.min_child_weight,
        "subsample": options.subsample,
        "seed": options.seed,
    }


def _verify(directory: Path) -> None:
    """Load what was written, as the endpoint will, and refuse it unless the golden rows score as they did in memory."""
    rows, expected = read_golden_rows(directory)
    if not np.array_equal(score(load(directory), rows), expected):
        raise BundleError("the model scores its golden rows differently once it is read back")


def _span(part: Part) -> dict[str, Any]:
    return {
        "from": iso(int(part.event_time_ms.min())),
        "until": iso(int(part.event_time_ms.max())),
        "rows": len(part),
        "frauds": int(part.fraud.sum()),
    }


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    environment = os.environ.get
    for name, variable, place in (
        ("train", "SM_CHANNEL_TRAIN", "/opt/ml/input/data/train"),
        ("validation", "SM_CHANNEL_VALIDATION", "/opt/ml/input/data/validation"),
        ("model_dir", "SM_MODEL_DIR", "/opt/ml/model"),
    ):
        text = f"directory; from {variable} if absent"
        parser.add_argument(*_spelled(name), type=Path, default=Path(environment(variable, place)), help=text)
    for name, kind, default, text in (
        ("max_depth", int, 4, "depth of a tree"),
        ("learning_rate", float, 0.05, "weight of a tree"),
        ("rounds", int, 300, "number of trees"),
        ("max_bin", int, 1024, "bins of a feature"),
        ("colsample_bytree", float, 0.3, "share of features a tree sees"),
        ("min_child_weight", float, 10.0, "least hessian in a leaf"),
        ("subsample", float, 0.8, "share of rows a tree sees"),
        ("seed", int, 0, "of the draws of rows and features"),
        ("threads", int, 0, "threads, 0 for all cores; the model does not depend on it"),
        ("review_rate", float, 0.005, "share of transactions that people can look at, blocks aside"),
        ("block_precision", float, 0.9, "how sure a block must be"),
        ("threshold_policy", str, "cost", "what thresholds are chosen by, budget or cost"),
        ("alert_minor", int, 500, "cost of an alert in minor units"),
        ("block_genuine_minor", int, 2500, "cost of a genuine payment blocked, in minor units"),
        ("recovered_share", float, 0.9, "share of a reviewed fraud's amount that is saved"),
    ):
        parser.add_argument(*_spelled(name), type=kind, default=default, help=f"{text} ({default})")
    parser.add_argument(
        *_spelled("model_version"),
        default=environment("TRAINING_JOB_NAME"),
        help="what decisions call the model; the job's name, or else a digest of the trees",
    )
    options, unknown = parser.parse_known_args(argv)
    # The platform's own hyperparameters, should it pass them on, are not ours to refuse.
    ours = [name for name in unknown if name.startswith("--") and not name.startswith(("--sagemaker_", "--_"))]
    if ours:
        raise HyperparameterError(f"{', '.join(ours)} unknown; see --help")
    if not (0 < options.review_rate < 1 and 0 < options.block_precision <= 1 and options.rounds > 0):
        raise HyperparameterError("review_rate lies between 0 and 1, block_precision up to 1, rounds from 1 up")
    if options.threshold_policy not in POLICIES:
        raise HyperparameterError(f"threshold_policy is {' or '.join(POLICIES)}, not {options.threshold_policy!r}")
    return options


def _spelled(name: str) -> list[str]:
    """Return an option as hyperparameters are written and as people write it."""
    return list(dict.fromkeys((f"--{name}", f"--{name.replace('_', '-')}")))


if __name__ == "__main__":
    sys.exit(main())

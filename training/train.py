"""Training job, script mode: learn from the train window, choose thresholds on validation, write the bundle.

Hyperparameters arrive as options; hyperparameters.py has their defaults. The number of rounds is fixed and nothing
stops early, so the same data and seed give the same bytes, on any number of threads: model, thresholds, golden rows and
baseline (tests compare every file; bundles of the Handbook were equal too, on one thread, two and four). One line
says `validation_average_precision=`, what a tuning job maximises.
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
from hyperparameters import OF_TREES, add_to, check, cost_matrix, of_library, spelled
from inference import score
from jobs import iso, progress, run, training_failure_file
from measures import main_currency
from thresholds import choose, describe


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job; return the exit code."""
    return run(_job, argv, training_failure_file())


def _job(argv: Sequence[str] | None) -> None:
    options = _options(argv)
    train, validation = read_part(options.train), read_part(options.validation)
    if train.schema != validation.schema:
        raise DatasetError("train and validation have different features; both must come from one run of prepare.py")
    progress("train", rows=len(train), frauds=int(train.fraud.sum()), features=len(train.schema.feature_names))
    trees = {each.name: getattr(options, each.name) for each in OF_TREES}
    booster = fit(train, trees, threads=options.threads)
    content = bytes(booster.save_raw("ubj"))
    scores = booster.inplace_predict(validation.features).astype(np.float64)
    policy = {
        "policy": options.threshold_policy,
        "review_rate": options.review_rate,
        "block_precision": options.block_precision,
    }
    matrix = cost_matrix(options)
    _, priced = main_currency(validation)
    thresholds = choose(validation.fraud, scores, validation.amount_minor, **policy, matrix=matrix, priced=priced)
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
        "parameters": {**of_library(trees), "rounds": options.rounds},
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


def fit(train: Part, trees: dict[str, Any], *, threads: int = 0) -> xgb.Booster:
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
        max_bin=trees["max_bin"],
        nthread=threads or None,
    )
    return xgb.train({**of_library(trees), "nthread": threads}, matrix, trees["rounds"])


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
        parser.add_argument(*spelled(name), type=Path, default=Path(environment(variable, place)), help=text)
    add_to(parser)
    parser.add_argument(
        *spelled("model_version"),
        default=environment("TRAINING_JOB_NAME"),
        help="what decisions call the model; the job's name, or else a digest of the trees",
    )
    options, unknown = parser.parse_known_args(argv)
    check(options, unknown)
    return options


if __name__ == "__main__":
    sys.exit(main())

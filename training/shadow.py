"""Processing job: what the challenger would have decided on live traffic, had it been asked; fit to deploy or not.

The archive holds every transaction with the features it was served and the decision that was made. Scoring those rows
again costs no second endpoint and delays no decision, and the challenger sees exactly what the stream would have given
it: late events, cold histories, missing values. Whatever the time since holds is compared, to the hour of arrival.

Fit means: there was traffic enough, every score is a number from 0 to 1, scores are distributed as they were on
validation, the challenger alerts about as often as its evaluation said, and where labels have come already it does not
rank them worse beyond noise. That it decides otherwise than the champion is told, and is no fault.
"""

import openmp  # noqa: F401 (before xgboost)

# isort: split
import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from archive import Archive, read_archive
from bundle import BASELINE, METADATA, BundleError, find_model, load
from drift import expected, psi, shares
from fraudstream.quality import average_precision, paired_bootstrap
from html_report.shadow import render
from inference import Model, score
from jobs import JobError, input_dir, iso, milliseconds, output_dir, processing_failure_file, progress, run, write_json
from measures import finite
from numpy.typing import NDArray
from unfit import Limits, unfit


class ShadowError(JobError):
    """What the shadow needs is not there."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job; return the exit code."""
    return run(_job, argv, processing_failure_file(__file__))


def _job(argv: Sequence[str] | None) -> None:
    options = _options(argv)
    directory = find_model(options.model)
    if directory is None:
        raise BundleError(f"{options.model} holds no model.tar.gz")
    model = load(directory)
    evaluation = _read(options.evaluation / "evaluation.json")
    if evaluation["model_version"] != model.version:
        raise ShadowError(f"the evaluation is of {evaluation['model_version']}, the model is {model.version}")
    since_ms = milliseconds(options.since)
    since = datetime.fromtimestamp(since_ms // 1000, tz=UTC)
    archive = read_archive(options.archive, arrived_since=f"date={since:%Y-%m-%d}/hour={since:%H}")
    progress("read", transactions=len(archive.frame), objects=archive.objects)
    told = compare(model, archive, evaluation, _read(directory / METADATA), _read(directory / BASELINE))
    limits = Limits(rows=options.min_rows, score_psi=options.score_psi, alerts=options.alerts)
    why = unfit(told, limits)
    told = {
        "fit": why is None,
        "reason": why or _fit(told),
        "since": iso(since_ms),
        **told,
    }
    write_json(options.output / "shadow.json", told)
    (options.output / "shadow.html").write_text(render(told), encoding="utf-8")
    progress("verdict", fit=told["fit"], reason=told["reason"])


def compare(
    model: Model,
    archive: Archive,
    evaluation: Mapping[str, Any],
    metadata: Mapping[str, Any],
    baseline: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what the challenger makes of archived transactions, beside what was decided."""
    mask, features = archive.served(metadata["features_version"], len(model.feature_names))
    frame = archive.frame[mask].reset_index(drop=True)
    mine = score(model, features) if len(frame) else np.empty(0)
    valid = bool(np.isfinite(mine).all() and (mine >= 0).all() and (mine <= 1).all())
    alerts = mine >= model.review
    theirs = frame["fraud_score"].to_numpy(np.float64)
    champion = evaluation.get("champion") or {}
    scored = ~np.isnan(theirs) & frame["model_version"].eq(champion.get("model_version")).to_numpy(bool)
    review = (champion.get("thresholds") or {}).get("review")
    decided = frame["decision"].ne("approve").to_numpy(bool)
    other = (theirs >= review) if review is not None else None
    expected_rate = (evaluation["challenger"].get("at_thresholds") or {}).get("alert_rate")
    return {
        "model_version": model.version,
        "champion": champion.get("model_version"),
        "rows": len(frame),
        "rows_of_other_features": int((~mask).sum()),
        "rows_scored_by_champion": int(scored.sum()),
        "scores_valid": valid,
        "alert_rate": {
            "challenger": _mean(alerts),
            "champion": _mean(other[scored]) if other is not None else None,
            "decided": _mean(decided),
            "expected": expected_rate,
        },
        "agreement": _agreement(alerts[scored], other[scored] if other is not None else None),
        "score_psi": psi(expected(baseline["score"]), shares(baseline["score"], mine)) if len(mine) and valid else None,
        "features_psi": _features(features, model, baseline),
        "labels": _labels(frame["label"].to_numpy(object), mine, theirs, scored) if valid else None,
    }


def _agreement(mine: NDArray[np.bool_], theirs: NDArray[np.bool_] | None) -> dict[str, Any] | None:
    """Return how often both models would do the same; None without a champion's scores."""
    if theirs is None or not len(mine):
        return None
    return {
        "share": float((mine == theirs).mean()),
        "both_alert": int((mine & theirs).sum()),
        "challenger_alone": int((mine & ~theirs).sum()),
        "champion_alone": int((~mine & theirs).sum()),
    }


def _features(features: NDArray[np.float32], model: Model, baseline: Mapping[str, Any]) -> dict[str, float]:
    """Return the drift of live features from those learned from, the largest first."""
    if not len(features):
        return {}
    moved = {
        name: psi(expected(baseline["features"][name]), shares(baseline["features"][name], features[:, column]))
        for column, name in enumerate(model.feature_names)
    }
    return dict(sorted(moved.items(), key=lambda each: -each[1]))


def _labels(
    label: NDArray[np.object_], mine: NDArray[np.float64], theirs: NDArray[np.float64], scored: NDArray[np.bool_]
) -> dict[str, Any] | None:
    """Return both models' average precision where labels have come already; None without both kinds of label.

    The first labels to come are no fair sample: investigators look at what was alerted on. So this tells a model that
    is plainly worse, and nothing finer.
    """
    known = scored & np.isin(label.astype(str), ("fraud", "legitimate"))
    fraud = label[known] == "fraud"
    if not fraud.any() or fraud.all():
        return None
    compared = paired_bootstrap(fraud, mine[known], theirs[known])
    return {
        "rows": int(known.sum()),
        "frauds": int(fraud.sum()),
        "challenger": finite(average_precision(fraud, mine[known])),
        "champion": finite(average_precision(fraud, theirs[known])),
        "share_better": finite(compared.share_better),
    }


def _fit(told: Mapping[str, Any]) -> str:
    rates = told["alert_rate"]
    beside = "" if rates["champion"] is None else f", the champion on {rates['champion']:.2%}"
    return (
        f"on {told['rows']} live transactions the challenger would have alerted on {rates['challenger']:.2%}{beside}, "
        f"and its scores are distributed as on validation (PSI {told['score_psi']:.3f})"
    )


def _mean(values: NDArray[np.bool_]) -> float | None:
    return float(values.mean()) if len(values) else None


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ShadowError(f"{path.name} cannot be read: {error}") from error


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    limits = Limits()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, default=input_dir("archive"), help="the archive's objects")
    parser.add_argument("--model", type=Path, default=input_dir("model"), help="the challenger's model.tar.gz")
    parser.add_argument(
        "--evaluation", type=Path, default=input_dir("evaluation"), help="what evaluate.py wrote about it"
    )
    parser.add_argument("--output", type=Path, default=output_dir("shadow"), help="where shadow.json and .html go")
    parser.add_argument("--since", required=True, help="when the shadow began (RFC 3339)")
    parser.add_argument("--min-rows", type=int, default=limits.rows, help=f"fewest transactions ({limits.rows})")
    parser.add_argument(
        "--score-psi", type=float, default=limits.score_psi, help=f"most drift of the score ({limits.score_psi})"
    )
    parser.add_argument(
        "--alerts", type=float, default=limits.alerts, help=f"most alerts, times the evaluation's ({limits.alerts})"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())

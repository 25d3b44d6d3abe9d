"""Processing job: challenger and champion on the same later window; figures, and whether to promote.

Neither model has seen the test window, its labels, or labels that came after it began. The verdict is gate.py's; the
interval beside it (paired bootstrap by card) says how much of the difference the window can carry.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from bundle import GOLDEN_ROWS, BundleError, find_model, load, read_golden_rows
from checks import check_part
from dataset import Part, read_part
from fraudstream.quality import paired_bootstrap
from gate import Figures, decide
from inference import Model, score
from jobs import input_dir, iso, output_dir, processing_failure_file, progress, run, write_json
from measures import finite, measure
from numpy.typing import NDArray
from thresholds import Thresholds

_GOLDEN_TOLERANCE = 1e-6


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job; return the exit code."""
    return run(_job, argv, processing_failure_file(__file__))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model, its scores of the test window, and its figures."""

    model: Model
    scores: NDArray[np.float64]
    measured: dict[str, Any]
    figures: Figures


def _job(argv: Sequence[str] | None) -> None:
    options = _options(argv)
    part = read_part(options.data / "test")
    check_part("test", part, 1)
    directory = find_model(options.model)
    if directory is None:
        raise BundleError(f"{options.model} holds no model.tar.gz")
    challenger = _candidate(directory, part, options)
    if challenger.model.schema_hash != part.schema.schema_hash:
        raise BundleError("the challenger was trained on other features than the test window has")
    _report("challenger", challenger)
    champion, note = _champion(options, part)
    base_rate = float(part.fraud.mean())
    verdict = decide(challenger.figures, champion.figures if champion else None, base_rate=base_rate)
    reason = f"{verdict.reason} ({note})" if note else verdict.reason
    document = {
        "promote": verdict.promote,
        "reason": reason,
        "model_version": challenger.model.version,
        "schema_hash": challenger.model.schema_hash,
        "thresholds": {"review": challenger.model.review, "block": challenger.model.block},
        "test": {
            "rows": len(part),
            "frauds": int(part.fraud.sum()),
            "base_rate": base_rate,
            "from": iso(int(part.event_time_ms.min())),
            "until": iso(int(part.event_time_ms.max())),
        },
        "challenger": {"model_version": challenger.model.version, **challenger.measured},
        "champion": {"model_version": champion.model.version, **champion.measured} if champion else None,
        "difference": _difference(part, challenger, champion, options),
    }
    write_json(options.output / "evaluation.json", document)
    golden = options.output / GOLDEN_ROWS.name
    golden.write_bytes((directory / GOLDEN_ROWS).read_bytes())
    progress("verdict", promote=verdict.promote, reason=reason)


def _champion(options: argparse.Namespace, part: Part) -> tuple[Candidate | None, str]:
    """Return the champion measured on the same rows, or None and why it cannot be."""
    directory = find_model(options.champion)
    if directory is None:
        return None, ""
    try:
        champion = _candidate(directory, part, options)
    except BundleError as error:
        return None, f"the champion cannot be loaded: {error}"
    if champion.model.schema_hash != part.schema.schema_hash:
        return None, f"champion {champion.model.version} has other features and cannot score today's transactions"
    _report("champion", champion)
    return champion, ""


def _candidate(directory: Path, part: Part, options: argparse.Namespace) -> Candidate:
    """Load a model as the endpoint would, check its golden rows, and measure it on the window."""
    model = load(directory)
    rows, expected = read_golden_rows(directory)
    if np.abs(score(model, rows) - expected).max() > _GOLDEN_TOLERANCE:
        raise BundleError(f"model {model.version} does not score its golden rows as it did when it was trained")
    if model.schema_hash != part.schema.schema_hash:
        return Candidate(model=model, scores=np.empty(0), measured={}, figures=Figures(average_precision=float("nan")))
    scores = score(model, part.features)
    valid = bool(np.isfinite(scores).all() and (scores >= 0).all() and (scores <= 1).all())
    if not valid:
        invalid = Figures(average_precision=float("nan"), scores_valid=False)
        return Candidate(model=model, scores=scores, measured={}, figures=invalid)
    thresholds = Thresholds(review=model.review, block=model.block)
    measured = measure(part, scores, thresholds, alert_cost_minor=options.alert_cost_minor, k=options.k)
    precision = measured["all_rows"]["average_precision"]
    figures = Figures(average_precision=float("nan") if precision is None else precision)
    return Candidate(model=model, scores=scores, measured=measured, figures=figures)


def _difference(
    part: Part, challenger: Candidate, champion: Candidate | None, options: argparse.Namespace
) -> dict[str, Any] | None:
    """Return the difference in average precision with its 95% interval, in JSON's terms."""
    if champion is None or not (challenger.measured and champion.measured):
        return None
    compared = paired_bootstrap(
        part.fraud,
        challenger.scores,
        champion.scores,
        groups=part.card_id.astype(str),
        resamples=options.resamples,
        seed=options.seed,
    )
    return {"metric": "average_precision"} | {name: finite(value) for name, value in asdict(compared).items()}


def _report(role: str, candidate: Candidate) -> None:
    if not candidate.measured:
        progress(role, version=candidate.model.version, scores="invalid")
        return
    for rows in ("all_rows", "open_cards"):
        figures = candidate.measured[rows]
        shown = {name: value for name, value in figures.items() if not name.endswith("_daily")}
        progress(role, version=candidate.model.version, of=rows, **shown)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=input_dir("data"), help="what prepare.py wrote; test/ is read")
    parser.add_argument("--model", type=Path, default=input_dir("model"), help="the challenger's model.tar.gz")
    parser.add_argument(
        "--champion", type=Path, default=input_dir("champion"), help="the champion's model.tar.gz; may be absent"
    )
    parser.add_argument("--output", type=Path, default=output_dir("evaluation"), help="where evaluation.json goes")
    parser.add_argument("--alert-cost-minor", type=int, default=500, help="cost of one alert in minor units (500)")
    parser.add_argument("--k", type=int, default=100, help="cards that can be looked at in a day (100)")
    parser.add_argument("--resamples", type=int, default=200, help="resamples of the bootstrap (200)")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (0)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())

"""Processing job: challenger and champion on the same later window; figures, a report, and whether to promote.

Neither model has seen the test window, its labels, or labels that came after it began. The verdict is gate.py's. What
is written: evaluation.json (all figures), report.html (the same for people), model_card.json (the content of a
SageMaker model card, in one line), golden_rows.json (what the endpoint must score once the model is on it).
"""

import openmp  # noqa: F401 (before xgboost)

# isort: split
import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bundle import GOLDEN_ROWS, BundleError, artefact_sha256, find_model
from candidate import Candidate, measured_candidate
from card import model_card
from checks import check_part
from comparison import Tolerances, as_json, compare, guards
from curves import curves
from dataset import Part, read_part
from drift import compare as drift_from
from drift import expected, psi, shares
from explaining import explain
from gate import LEVEL, Guard, decide
from jobs import input_dir, iso, output_dir, processing_failure_file, progress, run, write_json
from measures import BUDGET, K, main_currency
from money import CostMatrix
from report.evaluation import render
from segments import segments

_TOLERANCES, _MATRIX = Tolerances(), CostMatrix()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job; return the exit code."""
    return run(_job, argv, processing_failure_file(__file__))


def _job(argv: Sequence[str] | None) -> None:
    options = _options(argv)
    matrix = CostMatrix(
        alert_minor=options.alert_minor,
        block_genuine_minor=options.block_genuine_minor,
        recovered_share=options.recovered_share,
    )
    part = read_part(options.data / "test")
    check_part("test", part, 1)
    directory = find_model(options.model)
    if directory is None:
        raise BundleError(f"{options.model} holds no model.tar.gz")
    challenger = measured_candidate(directory, part, matrix, budget=options.budget, k=options.k)
    if challenger.model.schema_hash != part.schema.schema_hash:
        raise BundleError("the challenger was trained on other features than the test window has")
    _report("challenger", challenger)
    champion, note = _champion(options, part, matrix)
    document = _document(part, challenger, champion, matrix, options=options, note=note)
    write_json(options.output / "evaluation.json", document)
    (options.output / "report.html").write_text(render(document), encoding="utf-8")
    card = model_card(document, challenger.metadata(), model_uri=options.model_uri)
    (options.output / "model_card.json").write_text(json.dumps(card, allow_nan=False), encoding="utf-8")
    (options.output / GOLDEN_ROWS.name).write_bytes((directory / GOLDEN_ROWS).read_bytes())
    progress("verdict", promote=document["promote"], reason=document["reason"])


def _champion(options: argparse.Namespace, part: Part, matrix: CostMatrix) -> tuple[Candidate | None, str]:
    """Return the champion measured on the same rows, or None and why it cannot be."""
    try:
        directory = find_model(options.champion)
        if directory is None:
            return None, ""
        champion = measured_candidate(directory, part, matrix, budget=options.budget, k=options.k)
    except BundleError as error:
        return None, f"the champion cannot be loaded: {error}"
    if champion.model.schema_hash != part.schema.schema_hash:
        return None, f"champion {champion.model.version} has other features and cannot score today's transactions"
    _report("champion", champion)
    return champion, ""


def _document(
    part: Part,
    challenger: Candidate,
    champion: Candidate | None,
    matrix: CostMatrix,
    *,
    options: argparse.Namespace,
    note: str,
) -> dict[str, Any]:
    """Return all that is known of both, in JSON's terms."""
    base_rate = float(part.fraud.mean())
    difference, guarded = None, []
    if champion is not None and challenger.measured and champion.measured:
        pair = (challenger, champion)
        difference = compare(
            part,
            tuple(each.scores for each in pair),
            tuple(each.thresholds for each in pair),
            matrix,
            resamples=options.resamples,
            seed=options.seed,
        )
        guarded = guards(
            challenger.measured,
            champion.measured,
            Tolerances(
                recall=options.recall_tolerance,
                money=options.money_tolerance,
                alerts=options.alerts_tolerance,
                brier=options.brier_tolerance,
            ),
        )
    verdict = decide(
        challenger.figures,
        champion.figures if champion else None,
        base_rate=base_rate,
        share_better=difference["average_precision"].share_better if difference else float("nan"),
        guards=guarded,
        level=options.level,
    )
    fit = bool(challenger.measured)
    return {
        "promote": verdict.promote,
        "reason": f"{verdict.reason} ({note})" if note else verdict.reason,
        "model_version": challenger.model.version,
        "schema_hash": challenger.model.schema_hash,
        "artefact_sha256": artefact_sha256(options.model),
        "thresholds": asdict(challenger.thresholds),
        "test": {
            "rows": len(part),
            "frauds": int(part.fraud.sum()),
            "base_rate": base_rate,
            "from": iso(int(part.event_time_ms.min())),
            "until": iso(int(part.event_time_ms.max())),
        },
        "challenger": challenger.as_json(),
        "champion": champion.as_json() if champion else None,
        "difference": _difference(difference),
        "resamples": options.resamples,
        "level": options.level,
        "guards": [_guard(each) for each in guarded],
        "money": {"currency": main_currency(part)[0], "matrix": asdict(matrix)},
        "calibration": challenger.measured.get("calibration"),
        "segments": segments(part, challenger.scores, challenger.thresholds) if fit else [],
        "explanation": explain(challenger.model, part, challenger.scores) if fit else None,
        "drift": _drift(part, champion or challenger),
        "curves": {
            role: curves(part, each.scores, each.thresholds, matrix)
            for role, each in (("challenger", challenger), ("champion", champion))
            if each is not None and each.measured
        },
    }


def _difference(difference: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the differences with their 95% intervals, average precision first and by itself."""
    if difference is None:
        return None
    first = {"metric": "average_precision"} | as_json(difference["average_precision"])
    return first | {"saved_minor": as_json(difference["saved_minor"])}


def _guard(guard: Guard) -> dict[str, Any]:
    return asdict(guard) | {"holds": guard.holds}


def _drift(part: Part, known: Candidate) -> dict[str, Any] | None:
    """Return how far the window is from what a model learned from, the features that moved most first."""
    baseline = known.baseline()
    if not baseline:
        return None
    moved, _ = drift_from(part, baseline, known.metadata())
    of_score = baseline.get("score")
    if of_score and known.measured:
        moved["score"] = psi(expected(of_score), shares(of_score, known.scores))
    return {
        "model_version": known.model.version,
        "rows": baseline["rows"],
        "features": dict(sorted(moved["features"].items(), key=lambda each: -each[1])),
        "score": moved["score"],
        "not_in_champion": moved["not_in_champion"],
    }


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
    parser.add_argument("--output", type=Path, default=output_dir("evaluation"), help="where the four files go")
    parser.add_argument("--model-uri", help="where the challenger is kept, for the model card")
    for name, kind, default, text in (
        ("alert-minor", int, _MATRIX.alert_minor, "cost of one alert in minor units"),
        ("block-genuine-minor", int, _MATRIX.block_genuine_minor, "cost of a genuine payment blocked"),
        ("recovered-share", float, _MATRIX.recovered_share, "share of a reviewed fraud's amount that is saved"),
        ("k", int, K, "cards that can be looked at in a day"),
        ("budget", float, BUDGET, "share of transactions that can be looked at"),
        ("resamples", int, 500, "resamples of the bootstrap"),
        ("seed", int, 0, "of the bootstrap"),
        ("level", float, LEVEL, "share of resamples in which the challenger must be better"),
        ("recall-tolerance", float, _TOLERANCES.recall, "how much recall at the budget may fall"),
        ("money-tolerance", float, _TOLERANCES.money, "how much less may be saved, as a share of the fraud"),
        ("alerts-tolerance", float, _TOLERANCES.alerts, "how many times as many alerts there may be"),
        ("brier-tolerance", float, _TOLERANCES.brier, "how many times the Brier score may be"),
    ):
        parser.add_argument(f"--{name}", type=kind, default=default, help=f"{text} ({default})")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())

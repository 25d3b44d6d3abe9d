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
from pathlib import Path

from bundle import GOLDEN_ROWS, BundleError, ForeignModelError, artefact_sha256, find_model
from candidate import Candidate, measured_candidate
from card import model_card
from checks import check_part
from comparison import Tolerances
from dataset import Part, read_part
from evaluation_document import Asked, evaluation_document
from gate import LEVEL
from html_report.evaluation import render
from jobs import JobError, input_dir, output_dir, processing_failure_file, progress, run, write_json
from measures import BUDGET, K
from money import CostMatrix

_TOLERANCES, _MATRIX = Tolerances(), CostMatrix()


class DamagedChampionError(JobError):
    """The champion's artefact is not what was trained."""


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
    document = evaluation_document(
        part,
        challenger,
        champion,
        matrix,
        asked=_asked(options),
        artefact=artefact_sha256(options.model),
        note=note,
    )
    write_json(options.output / "evaluation.json", document)
    (options.output / "report.html").write_text(render(document), encoding="utf-8")
    card = model_card(document, challenger.metadata(), model_uri=options.model_uri)
    (options.output / "model_card.json").write_text(json.dumps(card, allow_nan=False), encoding="utf-8")
    (options.output / GOLDEN_ROWS.name).write_bytes((directory / GOLDEN_ROWS).read_bytes())
    progress("verdict", promote=document["promote"], reason=document["reason"])


def _champion(options: argparse.Namespace, part: Part, matrix: CostMatrix) -> tuple[Candidate | None, str]:
    """Return the champion measured on the same rows, or None and why it cannot be.

    Features or a library of before do not hold the place. A damaged artefact is another matter: what it would have
    scored is not known, so nothing takes its place.
    """
    try:
        directory = find_model(options.champion)
        if directory is None:
            return None, ""
        champion = measured_candidate(directory, part, matrix, budget=options.budget, k=options.k)
    except ForeignModelError as error:
        return None, f"the champion cannot be loaded: {error}"
    except BundleError as error:
        remedy = "put its object's earlier version back, or deploy another model"
        raise DamagedChampionError(f"the champion cannot be compared with: {error}; {remedy}") from error
    if champion.model.schema_hash != part.schema.schema_hash:
        return None, f"champion {champion.model.version} has other features and cannot score today's transactions"
    _report("champion", champion)
    return champion, ""


def _asked(options: argparse.Namespace) -> Asked:
    tolerances = Tolerances(
        recall=options.recall_tolerance,
        money=options.money_tolerance,
        alerts=options.alerts_tolerance,
        brier=options.brier_tolerance,
    )
    return Asked(tolerances=tolerances, level=options.level, resamples=options.resamples, seed=options.seed)


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

"""What an evaluation says, as one document: the verdict, the figures of both models, and what explains them."""

from dataclasses import asdict, dataclass
from typing import Any

from candidate import Candidate
from comparison import Tolerances, as_json, compare, guards
from curves import curves
from dataset import Part
from drift import compare as drift_from
from drift import expected, psi, shares
from explaining import explain
from gate import LEVEL, Guard, decide
from jobs import iso
from measures import main_currency
from money import CostMatrix
from segments import segments


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a challenger must show: see `gate.decide` and `comparison.Tolerances`."""

    tolerances: Tolerances
    level: float = LEVEL
    resamples: int = 500
    seed: int = 0


def evaluation_document(
    part: Part,
    challenger: Candidate,
    champion: Candidate | None,
    matrix: CostMatrix,
    *,
    asked: Asked,
    artefact: str | None,
    note: str = "",
) -> dict[str, Any]:
    """Return all that is known of both, in JSON's terms.

    Parameters
    ----------
    artefact
        The digest of the challenger's archive, where it came as one.
    note
        What the reason is to say of a champion that cannot be measured.
    """
    base_rate = float(part.fraud.mean())
    difference, guarded = None, []
    if champion is not None and challenger.measured and champion.measured:
        pair = (challenger, champion)
        difference = compare(
            part,
            tuple(each.scores for each in pair),
            tuple(each.thresholds for each in pair),
            matrix,
            resamples=asked.resamples,
            seed=asked.seed,
        )
        guarded = guards(challenger.measured, champion.measured, asked.tolerances)
    verdict = decide(
        challenger.figures,
        champion.figures if champion else None,
        base_rate=base_rate,
        share_better=difference["average_precision"].share_better if difference else float("nan"),
        guards=guarded,
        level=asked.level,
    )
    fit = bool(challenger.measured)
    return {
        "promote": verdict.promote,
        "reason": f"{verdict.reason} ({note})" if note else verdict.reason,
        "model_version": challenger.model.version,
        "schema_hash": challenger.model.schema_hash,
        "artefact_sha256": artefact,
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
        "resamples": asked.resamples,
        "level": asked.level,
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

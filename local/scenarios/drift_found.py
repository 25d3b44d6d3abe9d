"""What was seen of the drift story, and what was expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from local import programs  # noqa: F401 makes the training programs importable
from local.proofs import Proof
from local.scenarios.drift_world import AFTER, NORMAL, SHIFTED
from local.scenarios.expecting import equal, expect, told
from local.scenarios.measuring import Segment
from local.scenarios.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was done, and what there was to see of it."""

    reports: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]
    first: Mapping[str, Any]
    second: Mapping[str, Any]
    ended: Mapping[str, Any]
    rang: bool
    retrainings: int
    evaluation: Mapping[str, Any]
    segments: Sequence[Segment]
    account: Proof

    def mean(self, first: int, last: int) -> float:
        """Return the mean average precision of the segments of some days, weighted by their frauds."""
        chosen = [each for each in self.segments if first <= each.first_day < last and each.frauds]
        frauds = [each.frauds for each in chosen]
        return float(np.average([each.average_precision for each in chosen], weights=frauds)) if chosen else np.nan


def expected(stage: Stage, run: Run) -> list[Proof]:
    """Return what was expected, each with what was seen."""
    calm, found, held, after = run.reports
    before = run.mean(0, NORMAL)
    during = run.mean(NORMAL, NORMAL + SHIFTED)
    recovered = run.mean(NORMAL + SHIFTED, NORMAL + SHIFTED + AFTER)
    difference = run.evaluation.get("difference") or {"low": float("nan"), "difference": float("nan"), "high": 0}
    letters = stage.hear()
    rows = calm["drift"]["rows"]
    return [
        expect(
            "before the shift nothing drifted",
            not calm["drifted"],
            f"{len(calm['drifted'])} columns, {rows:,} transactions",
            cases=rows,
        ),
        expect("the shift costs the champion its ranking", during < before, f"{before:.4f}, then {during:.4f}"),
        expect(
            "after it drift is found, beyond chance with all tests counted together",
            found["drifted"],
            ", ".join(found["drifted"]) or "none",
        ),
        expect("the alarm rang", run.rang, "ModelDriftAlarm" if run.rang else "it did not"),
        told(
            "operations were told what moved", letters, "Drift: model", found["drifted"][0] if found["drifted"] else "?"
        ),
        equal("drift started a retraining by itself", "started", found["retraining"]["action"]),
        expect(
            "asked again at once, no second one started",
            run.retrainings == 1,
            f"{held['retraining']['action']}: {held['retraining']['text']}",
        ),
        equal("that retraining promoted its model", "promoted", run.ended["said"].get("status")),
        expect(
            "the challenger beat the champion on the later window, with the whole interval above zero",
            difference["low"] > 0,
            f"{difference['difference']:+.4f} (95%: {difference['low']:+.4f} to {difference['high']:+.4f})",
        ),
        expect(
            "the champion's pointer moved, and knows who was before",
            run.second["model_version"] != run.first["model_version"]
            and run.second.get("before", {}).get("model_version") == run.first["model_version"],
            f"from {run.first['model_version']} to {run.second['model_version']}",
        ),
        expect("live average precision recovered", recovered > during, f"{during:.4f}, then {recovered:.4f}"),
        expect(
            "against the new baseline nothing drifted",
            not after["drifted"] and not after["why_not"],
            f"{len(after['drifted'])} columns, {after['drift']['rows']:,} transactions",
        ),
        run.account,
    ]


def plain(each: Segment) -> dict[str, Any]:
    """Return a part's figures in JSON's terms."""
    figures = (each.average_precision, each.score_psi)
    precision, psi = (None if value is None or np.isnan(value) else round(value, 4) for value in figures)
    return {
        "first_day": each.first_day,
        "rows": each.rows,
        "frauds": each.frauds,
        "average_precision": precision,
        "score_psi": psi,
        "drifted": each.drifted,
    }

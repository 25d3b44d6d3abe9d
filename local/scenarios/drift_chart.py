"""The chart of the drift story."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from local import programs  # noqa: F401 makes the training programs importable
from local.proofs import Proof
from local.scenarios.axes import share, upwards, whole
from local.scenarios.figure import Figure
from local.scenarios.panel import Panel
from local.scenarios.stage import Stage

from html_report.svg import Axis  # isort: skip
from local.scenarios.drift_found import Run
from local.scenarios.drift_world import AFTER, NORMAL, SHIFTED

_LARGE = 0.25


def chart(stage: Stage, run: Run, proofs: Sequence[Proof], about: str) -> Figure:
    """Draw ranking, score and columns of every few days, and what happened on which."""
    days = NORMAL + SHIFTED + AFTER
    x = Axis(label="days of the simulated calendar since the stream began", low=0, high=days, shown=whole)
    before = [each for each in run.segments if each.first_day < NORMAL + SHIFTED]
    after = [each for each in run.segments if each.first_day >= NORMAL + SHIFTED]
    precision = Panel(title="Average precision of the live scores", x=x, y=share(1.0), height=140)
    moved = Panel(
        title="PSI of the score", x=x, y=share(max([_LARGE] + [each.score_psi or 0 for each in run.segments]) * 1.2)
    )
    for part, kind, key in ((before, "a", "first champion"), (after, "c", "its successor")):
        middles = [each.first_day + each.days / 2 for each in part]
        precision.line([(m, each.average_precision) for m, each in zip(middles, part, strict=True)], kind, key)
        moved.line(
            [(m, each.score_psi) for m, each in zip(middles, part, strict=True) if each.score_psi is not None], kind
        )
        for middle, each in zip(middles, part, strict=True):
            precision.dot(middle, each.average_precision, kind, f"{each.frauds} frauds of {each.rows:,}")
    moved.line([(0, _LARGE), (days, _LARGE)], "soft").key("soft", f"from {_LARGE} on it counts as drifted")
    most = max(each.drifted for each in run.segments)
    columns = Panel(title="Drifted columns, of 42 features and the score", x=x, y=upwards(most), height=90)
    for part, kind in ((before, "a"), (after, "c")):
        for each in part:
            columns.bar(each.first_day + 0.3, each.first_day + each.days - 0.3, 0, each.drifted, kind)
    difference = run.evaluation.get("difference") or {}
    return Figure(
        title="The world shifts, and the model follows",
        about=about,
        x=x,
        panels=[precision, moved, columns],
        marks=[replace(mark) for mark in stage.marks],
        facts=[
            ("average precision before the shift", f"{run.mean(0, NORMAL):.4f}"),
            ("after it, first champion", f"{run.mean(NORMAL, NORMAL + SHIFTED):.4f}"),
            ("after it, its successor", f"{run.mean(NORMAL + SHIFTED, days):.4f}"),
            ("on the gate's window", f"challenger less champion {difference.get('difference', float('nan')):+.4f}"),
            ("drifted, by the function", _counts(run.reports)),
        ],
        proofs=proofs,
    )


def _counts(reports: Sequence[Mapping[str, Any]]) -> str:
    return ", then ".join(str(len(report["drifted"])) for report in reports) + " columns in four measurements"

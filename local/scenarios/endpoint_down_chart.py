"""The chart of the endpoint-down story."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.findings import Findings
from local.proofs import Proof
from local.scenarios.axes import seconds, stacked, upwards
from local.scenarios.figure import Figure
from local.scenarios.flow import Flow, lag_by_second, per_second
from local.scenarios.observer import Observer
from local.scenarios.panel import Panel, bands
from local.scenarios.stage import Stage

AGE_BUDGET_SECONDS = 15


ALARMS = ("EndpointErrorsAlarm", "ScoringErrorsAlarm", "ScoringLagAlarm", "RulesOnlyAlarm")


_KINDS = {"ALARM": "bad", "OK": "pale", "INSUFFICIENT_DATA": "soft"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was done, and what there was to see of it."""

    stage: Stage
    flow: Flow
    seen: Observer
    found: Findings
    failed_at: float
    mended_at: float
    end: float


def chart(run: Run, proofs: Sequence[Proof], about: str) -> Figure:
    """Draw what there was to see, and what happened when."""
    stage, flow, seen, end, found = run.stage, run.flow, run.seen, run.end, run.found
    zero = stage.zero
    counts = {name: per_second(flow.tally, "scored_by", name, zero, end) for name in ("endpoint", "rules")}
    lag = lag_by_second(flow.tally, zero, end)
    x = seconds(end - zero)
    kinds = {"endpoint": ("a", "scored by the endpoint"), "rules": ("b", "by rules alone")}
    rates = stacked("Decisions in each second", x, counts, kinds)
    oldest = upwards(max(age for _, age in lag))
    waiting = Panel(title="Age of the oldest undecided transaction, seconds", x=x, y=oldest)
    waiting.line(lag, "c").line([(0, AGE_BUDGET_SECONDS), (end - zero, AGE_BUDGET_SECONDS)], "soft")
    waiting.key("soft", f"age budget: {AGE_BUDGET_SECONDS} seconds")
    rows = [(name.removesuffix("Alarm"), seen.spans(name, end, _KINDS, zero=zero)) for name in ALARMS]
    states = bands("Alarms", x, rows).key("pale", "OK").key("bad", "ALARM").key("soft", "no data yet")
    by = flow.tally.by("scored_by")
    return Figure(
        title="The endpoint fails, and comes back",
        about=about,
        x=x,
        panels=[rates, waiting, states],
        marks=stage.marks,
        facts=[
            ("sent", f"{len(flow.sent.records):,} records"),
            ("decided", ", ".join(f"{count:,} by {name}" for name, count in by.items())),
            ("what rules decided", outcomes(_by(found, "rules"))),
            ("what the model decided", outcomes(_by(found, "endpoint"))),
        ],
        proofs=proofs,
    )


def _by(found: Findings, who: str) -> dict[str, Mapping[str, Any]]:
    decisions = {name: line["decision"] for name, line in found.archived.items()}
    return {name: decision for name, decision in decisions.items() if decision["scored_by"] == who}


def outcomes(decisions: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how many were approved, reviewed and blocked."""
    kinds = [decision["decision"] for decision in decisions.values()]
    return ", ".join(f"{kind} {kinds.count(kind):,}" for kind in ("approve", "review", "block"))

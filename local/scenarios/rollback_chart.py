"""The chart of the rollback story."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.model_runs import Standing
from local.proofs import Proof
from local.scenarios.axes import seconds, share, stacked
from local.scenarios.figure import Figure
from local.scenarios.flow import Flow, per_second
from local.scenarios.golden import Golden
from local.scenarios.machine_spans import RETRAINING, machine_spans
from local.scenarios.observer import Observer
from local.scenarios.panel import Panel, bands
from local.scenarios.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was done, and what there was to see of it."""

    flow: Flow
    seen: Observer
    golden: Golden
    before: Standing
    after: tuple[Standing, Standing]
    ended: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]
    status: tuple[str, str]
    end: float


def chart(stage: Stage, run: Run, proofs: Sequence[Proof], about: str) -> Figure:
    """Draw what there was to see, and what happened when."""
    zero, end, flow = stage.zero, run.end, run.flow
    x, states = seconds(end), stage.deployed.client("stepfunctions")
    champion = str(run.before.champion)
    versions = sorted({str(d["model_version"]) for d in flow.tally.decisions.values()} - {champion})
    counts = {name: per_second(flow.tally, "model_version", name, zero, zero + end) for name in (champion, *versions)}
    kinds = {champion: ("a", "by the champion")} | dict.fromkeys(versions, ("c", "by the new model"))
    rates = stacked("Decisions in each second", x, counts, kinds, height=100)
    newer = {change.state for change in run.seen.changes["configuration"]} - {run.before.config}
    live = dict.fromkeys(newer, "c") | {str(run.before.config): "a"}
    working = dict.fromkeys(RETRAINING, "b")
    retraining = machine_spans(states, run.ended[0]["executionArn"], zero, working, rest=None)
    deployments = [
        machine_spans(states, execution, zero, {"CheckArtefact": "b", "StartRestoration": "bad"}, rest=None)
        for execution in stage.runs.executions("DeployStateMachineArn")
    ]
    every = [span for spans in deployments for span in spans if span.start >= 0]
    rows = [
        ("live configuration", run.seen.spans("configuration", zero + end, live, zero=zero)),
        ("endpoint", run.seen.spans("endpoint", zero + end, {"Updating": "b"}, zero=zero)),
        ("retraining", retraining),
        ("deployment", every),
        (
            "golden rows",
            run.seen.spans(
                "golden rows", zero + end, {"as evaluated": "a", "another model's": "c", "nonsense": "bad"}, zero=zero
            ),
        ),
    ]
    steps = bands("What is live", x, rows)
    steps.key("a", "the champion's").key("c", "the new model's").key("b", "under way").key("bad", "nonsense; goes back")
    points = [(at - zero, distance) for at, distance in run.golden.distances if not math.isnan(distance)]
    far = Panel(
        title="Golden rows: largest distance from the champion's evaluated scores",
        x=x,
        y=share(max([distance for _, distance in points] + [0.1]) * 1.05),
        height=90,
    )
    for at, distance in points:
        far.dot(at, distance, "a" if distance < 1e-9 else "c", f"{distance:.6f}")
    by = {name: sum(counts[name]) for name in counts}
    return Figure(
        title="A deployment goes wrong, and goes back by itself",
        about=about,
        x=x,
        panels=[rates, steps, far],
        marks=stage.marks,
        facts=[
            ("decided", ", ".join(f"{count:,} by {kinds[name][1].removeprefix('by ')}" for name, count in by.items())),
            ("asked of the golden rows", f"{len(run.golden.distances)} times"),
        ],
        proofs=proofs,
    )

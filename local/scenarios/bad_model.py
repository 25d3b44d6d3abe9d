"""A challenger that learned from wrong labels: the gate refuses it, the champion decides on, operations hear why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from local.proofs import Proof
from local.scenarios.axes import seconds, share, stacked
from local.scenarios.expecting import equal, expect, told, unchanged
from local.scenarios.figure import Figure
from local.scenarios.flow import Flow, per_second
from local.scenarios.machine_spans import machine_spans
from local.scenarios.panel import Panel, Span, bands, ranges
from local.scenarios.poison import poisoned
from local.scenarios.stage import Stage
from local.scenarios.story import Story, Told
from local.scenarios.worlds import middle_world
from local.sending import shipment
from local.training_run import read_evaluation, upload_history

from html_report.svg import Axis  # isort: skip

_DAY_MS = 86_400_000
_LATER_DAYS = 15
"""The window that models are compared on, and the delay of labels after it: those labels are left as they are."""
_POISONED = 0.75
_RATE, _MOST_SECONDS = 30, 240
_LONGEST_STEP = 120


def tell(stage: Stage) -> Told:
    """Tell it on a deployed stack."""
    data = middle_world(transactions=_RATE * _MOST_SECONDS, seed=3)
    first = stage.train(data)
    before, packages = stage.runs.standing(), len(stage.runs.packages())
    stage.begin()
    sent = shipment(data, now=datetime.now(UTC))
    with Flow(stage.deployed, sent, records_a_second=_RATE) as flow, stage.observing(probes=[flow.look]):
        stage.mark(f"the champion, trained on true labels, decides: {first['model_version']}")
        stage.pause("the champion decides", 5, flow.says)
        with stage.screen.step("a file with wrong labels takes the place of the history") as step:
            wrong, swapped = poisoned(
                data.history, before_ms=data.split_ms - _LATER_DAYS * _DAY_MS, share=_POISONED, seed=1
            )
            upload_history(stage.deployed.client, stage.deployed.outputs, replace(data, history=wrong))
            step.result = f"{swapped:,} frauds silenced, {swapped:,} genuine payments called fraud"
        stage.mark(f"a file arrives in which {swapped:,} frauds are silent and as many genuine payments called fraud")
        stage.mark("retraining starts")
        ended = stage.machine("retrain on it", "RetrainStateMachineArn", {"reason": "the schedule"})
        stage.mark(f"retraining ends: {ended['said'].get('status', ended['status'])}")
        stage.pause("the champion goes on deciding", 5, flow.says)
        flow.stop()
        stage.until("everything sent is resolved", lambda: not flow.unresolved, _LONGEST_STEP, lambda: flow.unresolved)
        end = stage.now
    run = ended["executionArn"].rsplit(":", 1)[-1]
    client, outputs = stage.deployed.client, stage.deployed.outputs
    judged = read_evaluation(client("s3"), outputs["ModelsBucketName"], run)
    versions = {decision["model_version"] for decision in flow.tally.decisions.values()}
    difference = judged["difference"]
    proofs = [
        equal("the gate keeps the champion", "kept", ended["said"].get("status")),
        expect("the evaluation does not promote the challenger", judged["promote"] is False, judged["reason"]),
        expect(
            "the challenger is worse on the later window, with the whole interval below zero",
            difference["high"] < 0,
            f"{difference['difference']:+.4f} (95%: {difference['low']:+.4f} to {difference['high']:+.4f})",
            cases=judged["test"]["frauds"],
        ),
        unchanged(before, stage.runs.standing()),
        expect(
            "nothing was registered",
            len(stage.runs.packages()) == packages,
            f"packages before {packages}, after {len(stage.runs.packages())}",
        ),
        expect(
            "the champion alone decided, all the while",
            versions == {before.champion},
            f"{len(flow.tally.decisions):,} decisions by {', '.join(sorted(versions))}",
            cases=len(flow.tally.decisions),
        ),
        told("operations were told that the model stays, and why", stage.hear(), "the fraud model stays", "Why:"),
    ]
    spans = machine_spans(client("stepfunctions"), ended["executionArn"], stage.zero)
    return Told(
        proofs=proofs,
        figure=_figure(stage, flow, judged, spans, end=end, proofs=proofs),
        figures={"evaluation": {name: judged[name] for name in ("reason", "difference", "test")}},
    )


STORY = Story(
    name="bad-model",
    about="A challenger learns from poisoned labels; compared with the champion on the same later week it is worse, "
    "so it is refused, and the champion decides on.",
    tell=tell,
)


def _figure(
    stage: Stage, flow: Flow, judged: Mapping[str, Any], spans: Sequence[Span], *, end: float, proofs: Sequence[Proof]
) -> Figure:
    x, difference = seconds(end), judged["difference"]
    counts = {"endpoint": per_second(flow.tally, "scored_by", "endpoint", stage.zero, stage.zero + end)}
    rates = stacked("Decisions in each second", x, counts, {"endpoint": ("a", "by the champion")}, height=90)
    steps = bands("Retraining", x, [("prepare, train, judge", spans)])
    steps.key("soft", "prepares").key("c", "trains").key("b", "compares").key("pale", "the rest")
    precision = Panel(
        title="Precision by recall on the later window",
        x=Axis(label="share of frauds found", low=0, high=1, shown=lambda value: f"{value:.0%}"),
        y=share(),
        height=170,
        own_x=True,
    )
    precision.line(judged["curves"]["champion"]["precision_recall"], "a", "champion")
    precision.line(judged["curves"]["challenger"]["precision_recall"], "b", "challenger")
    least = min(difference["low"], -0.05) * 1.1
    interval = ranges(
        "Challenger less champion, average precision, with its 95% interval",
        Axis(label="", low=least, high=max(difference["high"], 0.05) * 1.1, shown=lambda value: f"{value:+.2f}"),
        [("difference", difference["low"], difference["difference"], difference["high"], "b")],
    )
    test = judged["test"]
    return Figure(
        title="A model that learned from wrong labels is refused",
        about=STORY.about,
        x=x,
        panels=[rates, steps, precision, interval],
        marks=stage.marks,
        facts=[
            ("the later window", f"{_window(test)}: {test['rows']:,} transactions, {test['frauds']:,} frauds"),
            ("average precision", _both(judged, "average_precision")),
            ("recall at the alert budget", _both(judged, "recall_at_budget")),
            ("what the gate said", judged["reason"]),
        ],
        proofs=proofs,
    )


def _window(test: Mapping[str, Any]) -> str:
    return f"{test['from'][:10]} to {test['until'][:10]}"


def _both(judged: Mapping[str, Any], figure: str) -> str:
    return ", ".join(f"{role} {judged[role]['all_rows'][figure]:.4f}" for role in ("champion", "challenger"))

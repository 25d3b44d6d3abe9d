"""The endpoint fails while the stream flows: batches wait, then rules decide; it comes back, and nothing was lost."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from local.check_all import check_all
from local.faults import endpoint_that
from local.proofs import Proof
from local.scenarios.endpoint_down_chart import AGE_BUDGET_SECONDS, ALARMS, Run, chart, outcomes
from local.scenarios.expecting import expect, told
from local.scenarios.flow import Flow, decided_at
from local.scenarios.observer import Observer
from local.scenarios.stage import Stage
from local.scenarios.story import Story, Told
from local.scenarios.worlds import small_world
from local.sending import shipment

_RATE, _QUICK_RATE = 60, 30


_MOST_SECONDS = 360


_LONGEST_STEP = 120


_HEALTHY_SECONDS = 20


def tell(stage: Stage) -> Told:
    """Tell it on a deployed stack."""
    rate = _QUICK_RATE if stage.quick else _RATE
    data = small_world(transactions=rate * _MOST_SECONDS, seed=5)
    stage.train(data)
    stage.begin()
    sent = shipment(data, now=datetime.now(UTC))
    with Flow(stage.deployed, sent, records_a_second=rate) as flow, stage.observing(ALARMS, [flow.look]) as seen:
        stage.mark("the stream flows")
        stage.pause("a healthy stream", _HEALTHY_SECONDS, flow.says)
        with endpoint_that(stage.deployed, mode="error"):
            failed_at = stage.mark("the endpoint answers every call with an error")
            stage.until("batches wait until rules decide", lambda: _by_rules(flow), _LONGEST_STEP, flow.says)
            stage.mark("the age budget is over: rules decide")
            stage.until("the alarms ring", lambda: _all(seen, "ALARM"), _LONGEST_STEP, _alarms_say(seen, flow))
        mended_at = stage.mark("the endpoint answers again")
        stage.until("the model decides again", lambda: _by_model_alone(flow), _LONGEST_STEP, flow.says)
        stage.mark("the model decides every transaction again")
        stage.until("the alarms fall silent", lambda: _all(seen, "OK"), _LONGEST_STEP, _alarms_say(seen, flow))
        flow.stop()
        stage.until("everything sent is resolved", lambda: not flow.unresolved, _LONGEST_STEP, lambda: flow.unresolved)
        end = time.time()
    with stage.screen.step("prove that nothing was lost or done twice") as step:
        deployed = stage.deployed
        _, found, proofs = check_all(
            deployed.client, deployed.outputs, receipts=flow.producer.receipts, alerts=flow.tally.alerts, say=step.say
        )
    run = Run(stage=stage, flow=flow, seen=seen, found=found, failed_at=failed_at, mended_at=mended_at, end=end)
    expected = [*_expected(run), *proofs]
    return Told(
        proofs=expected,
        figure=chart(run, expected, STORY.about),
        figures={"scored_by": flow.tally.by("scored_by"), "decisions": flow.tally.by("decision")},
    )


STORY = Story(
    name="endpoint-down",
    about="The model's endpoint fails under load: batches wait, rules decide what grows too old, alarms ring; "
    "it comes back, and every transaction was decided once.",
    tell=tell,
    parameters={"UnscoredAfterSeconds": str(AGE_BUDGET_SECONDS)},
)


def _expected(run: Run) -> list[Proof]:
    flow, found, seen, failed_at, mended_at = run.flow, run.found, run.seen, run.failed_at, run.mended_at
    decisions = {name: line["decision"] for name, line in found.archived.items()}
    before = [d for d in decisions.values() if decided_at(d) < failed_at]
    during = [d for d in decisions.values() if failed_at < decided_at(d) < mended_at]
    by_rules = {name: d for name, d in decisions.items() if d["scored_by"] == "rules"}
    waited = [decided_at(d) - flow.producer.first_sent_at[name] for name, d in by_rules.items()]
    early = sum(seconds < AGE_BUDGET_SECONDS for seconds in waited)
    silent = [d for d in by_rules.values() if d["decision"] == "approve" and not d["rules_fired"]]
    scored_before = sum(d["scored_by"] == "endpoint" for d in before)
    claimed = sum(d["scored_by"] == "endpoint" for d in during)
    last = flow.newest(time.time() - mended_at)["endpoint"]
    letters = run.stage.hear()
    rang = [name for name in ALARMS if seen.was(name, "ALARM", since=failed_at)]
    silenced = [name for name in ALARMS if name in rang and seen.state(name) == "OK"]
    return [
        expect(
            "before the fault the model scored everything",
            scored_before == len(before),
            f"{scored_before:,} of {len(before):,}",
            cases=len(before),
        ),
        expect(
            "while the endpoint failed no decision carries its score",
            claimed == 0,
            f"{claimed} of {len(during):,} decisions made meanwhile",
            cases=len(during),
        ),
        expect(
            "rules decided only what had waited longer than the age budget",
            early == 0,
            f"{len(by_rules):,} decided by rules, {early} of them sooner",
            cases=len(by_rules),
        ),
        expect(
            "rules approved nothing in silence",
            not silent,
            f"{len(silent)} approved without a rule that says so, of {len(by_rules):,}: {outcomes(by_rules)}",
            cases=len(by_rules),
        ),
        expect("the alarms rang", len(rang) == len(ALARMS), _named(rang)),
        *(told(f"operations were told of {name}", letters, name, "ALARM") for name in ALARMS),
        expect("after it came back the model decided again", last > 0, f"{last:,} decisions", cases=last),
        expect("the alarms are OK again", len(silenced) == len(ALARMS), _named(silenced)),
    ]


def _by_rules(flow: Flow) -> bool:
    return flow.tally.by("scored_by").get("rules", 0) > 0


def _by_model_alone(flow: Flow) -> bool:
    newest = flow.newest(3)
    return newest["endpoint"] > 0 and newest["rules"] == 0


def _all(seen: Observer, state: str) -> bool:
    return all(seen.state(name) == state for name in ALARMS)


def _alarms_say(seen: Observer, flow: Flow) -> Any:
    def says() -> str:
        ringing = [name for name in ALARMS if seen.state(name) == "ALARM"]
        return f"{flow.says()}; ringing: {_named(ringing)}"

    return says


def _named(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"

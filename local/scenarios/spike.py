"""Stolen cards are tested by the dozen: each card has one case, and the hour has more alerts than is usual."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from local.demo_data import DAY_MS, DemoData, simulated
from local.evidence import scan
from local.metric_history import MOST_DAYS, backfill_rates
from local.proofs import Proof
from local.scenarios.expecting import expect, told
from local.scenarios.flow import Flow
from local.scenarios.measuring import invoke
from local.scenarios.stage import Stage
from local.scenarios.story import Story, Told
from local.scenarios.worlds import MIDDLE
from local.sending import Shipment, shipment
from simulator import Shift

from moments import epoch_ms  # isort: skip
from local.scenarios.spike_chart import ALARM, Run, chart

_HISTORY_DAYS = 70


_BURSTS = 60


_HOURLY = 2_000


_RATE, _QUICK_RATE = 50, 80


_LONGEST_STEP = 120


_ATTACK_MS = 3_600_000


def tell(stage: Stage) -> Told:
    """Tell it on a deployed stack."""
    data = _world()
    stage.train(data)
    calm, attack = _parts(data)
    sent = Shipment(records=[*calm.records, *attack.records])
    stage.begin()
    rate = _QUICK_RATE if stage.quick else _RATE
    with Flow(stage.deployed, sent, records_a_second=rate) as flow, stage.observing([ALARM], [flow.look]) as seen:
        stage.mark("a calm day flows")
        enough = len(calm.records)
        stage.until("a calm day", lambda: len(flow.sent.records) >= enough, _LONGEST_STEP, flow.says)
        attacked_at = stage.mark(f"thieves test {_BURSTS} stolen cards at three shops")
        stage.until("what came before the attack is decided", lambda: _decided(flow, calm), _LONGEST_STEP, flow.says)
        ordinary = _alert_share(flow, calm)
        _remember(stage, ordinary)
        stage.until("the attack", lambda: len(flow.sent.records) >= len(sent.records), _LONGEST_STEP, flow.says)
        stage.until("everything sent is resolved", lambda: not flow.unresolved, _LONGEST_STEP, lambda: flow.unresolved)
        stage.mark("the attack is over, every payment is decided")
        judged = _judged(stage)
        stage.until("the alarm rings", lambda: seen.was(ALARM, "ALARM"), 400, flow.says)
        stage.pause("a moment more", 5, flow.says)
        end = stage.now
    run = Run(
        flow=flow,
        seen=seen,
        judged=judged,
        ordinary=ordinary,
        attack=frozenset(record.transaction_id for record in attack.records if record.transaction_id),
        attacked_at=attacked_at,
        end=end,
        cases=tuple(scan(stage.deployed.client("dynamodb"), stage.deployed.outputs["CasesTableName"], ("card_id",))),
    )
    proofs = _expected(stage, run)
    return Told(
        proofs=proofs, figure=chart(stage, run, proofs, STORY.about), figures={"judged": judged, "ordinary": ordinary}
    )


STORY = Story(
    name="spike",
    about="Thieves test stolen cards: dozens of flagged payments become one case a card, people hear of each card "
    "instead of each payment, and the alert rate is found to be far above what is usual at this hour.",
    tell=tell,
)


def _world() -> DemoData:
    shift = Shift(from_day=_HISTORY_DAYS + 1, testing_bursts=_BURSTS)
    days = 3
    wanted = days * int(MIDDLE["daily_transactions"])
    return simulated(transactions=wanted, seed=3, history_days=_HISTORY_DAYS, shift=shift, **MIDDLE)


def _parts(data: DemoData) -> tuple[Shipment, Shipment]:
    """Return the calm day, and the hour of the attack after it, without labels and garbage: this is about alerts."""
    *records, _ = shipment(data, now=datetime.now(UTC)).records
    moments = epoch_ms(data.streamed["event_time"])
    times = dict(zip(data.streamed["transaction_id"], moments - moments[0] // DAY_MS * DAY_MS, strict=True))
    known = [record for record in records if record.transaction_id in times and record.kind == "transaction"]
    calm = [record for record in known if times[record.transaction_id] < DAY_MS]
    attack = [record for record in known if 0 <= times[record.transaction_id] - DAY_MS < _ATTACK_MS]
    return Shipment(records=calm), Shipment(records=attack)


def _decided(flow: Flow, part: Shipment) -> bool:
    return all(record.transaction_id in flow.tally.decisions for record in part.records)


def _alert_share(flow: Flow, part: Shipment) -> float:
    flagged = sum(flow.tally.decisions[record.transaction_id]["decision"] != "approve" for record in part.records)
    return flagged / len(part.records)


def _remember(stage: Stage, ordinary: float) -> None:
    """Give CloudWatch the thirteen days before: as many alerts as the calm day had, by chance more or fewer an hour."""
    with stage.screen.step("the hours of the days before, as calm as this one") as step:
        until = datetime.now(UTC) - timedelta(hours=2)
        backfill_rates(stage.deployed.client("cloudwatch"), until=until, decided=_HOURLY, alert_share=ordinary)
        step.result = f"{MOST_DAYS} days, {ordinary:.2%} flagged, {_HOURLY:,} transactions an hour"


def _judged(stage: Stage) -> dict[str, Any]:
    with stage.screen.step("watch the rates") as step:
        until = datetime.now(UTC) + timedelta(minutes=6)
        judged = invoke(stage.deployed, "watch-rates", {"until": until.isoformat(timespec="seconds")})["AlertRate"]
        step.result = judged["why_not"] or f"{judged['rate']:.2%} flagged in the last hour, usual {judged['usual']:.2%}"
    stage.mark("the rates are looked at: " + ("a spike" if judged["is_spike"] else "no spike"))
    return judged


def _expected(stage: Stage, run: Run) -> list[Proof]:
    cards = {alert["decision"]["card_id"] for alert in run.alerts}
    opened = run.events["opened"]
    heard, sent = opened + run.events["escalated"], len(run.alerts)
    busiest = max(Counter(alert["decision"]["card_id"] for alert in run.alerts).values(), default=0)
    kept = {case["card_id"] for case in run.cases}
    rate, usual = run.judged["rate"] or 0.0, run.judged["usual"] or 0.0
    return [
        expect("the attack was flagged", sent > _BURSTS, f"{sent} of {len(run.attack)} payments", cases=sent),
        expect(
            "each flagged card has one case, and one alert opens it",
            opened <= len(cards) and cards <= kept and _once(run.alerts),
            f"{opened} opened for {len(cards)} cards; the busiest has {busiest} flagged payments",
            cases=len(cards),
        ),
        expect(
            "people are told of cards, machines of payments",
            0 < heard < sent,
            f"{heard} messages to people ({opened} opened, {run.events['escalated']} escalated) of {sent}",
        ),
        expect(
            "the hour has more alerts than is usual at this hour, and not by chance",
            run.judged["is_spike"],
            f"{rate:.2%} flagged, usual {usual:.2%}, chance {run.judged['chance']:.1e}" if rate else str(run.judged),
        ),
        expect("the alarm rang", run.seen.was(ALARM, "ALARM", since=run.attacked_at), run.seen.state(ALARM)),
        told("operations were told, and what to do", stage.hear(), ALARM, "ALARM", "Runbook"),
        expect("nothing that was sent is unresolved", not run.flow.unresolved, run.flow.unresolved or "nothing"),
    ]


def _once(alerts: Sequence[Mapping[str, Any]]) -> bool:
    """Whether no case was opened twice."""
    opened = Counter(alert["case"]["case_id"] for alert in alerts if alert["case"]["event"] == "opened")
    return all(count == 1 for count in opened.values())

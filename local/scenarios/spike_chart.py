"""The chart of the spike story."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.proofs import Proof
from local.scenarios.axes import seconds, stacked, upwards
from local.scenarios.figure import Figure
from local.scenarios.flow import Flow, decided_at
from local.scenarios.observer import Observer
from local.scenarios.panel import Panel, bands
from local.scenarios.stage import Stage

from html_report.svg import Axis  # isort: skip


_WINDOW = 5


EVENTS = {
    "opened": ("b", "opens a card's case"),
    "escalated": ("bad", "makes it worse"),
    "updated": ("soft", "one more, for machines"),
}


_KINDS = {"ALARM": "bad", "OK": "pale", "INSUFFICIENT_DATA": "soft"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was done, and what there was to see of it."""

    flow: Flow
    seen: Observer
    judged: Mapping[str, Any]
    ordinary: float
    attack: frozenset[str]
    attacked_at: float
    end: float
    cases: Sequence[Mapping[str, Any]]

    @property
    def alerts(self) -> list[Mapping[str, Any]]:
        """Return the alerts of the attack, each with its case."""
        return [alert for name, alert in self.flow.tally.alerts.items() if name in self.attack]

    @property
    def events(self) -> Counter[str]:
        """Count the attack's alerts by what they did to their case."""
        return Counter(alert["case"]["event"] for alert in self.alerts)


def chart(stage: Stage, run: Run, proofs: Sequence[Proof], about: str) -> Figure:
    """Draw what there was to see, and what happened when."""
    zero, end = stage.zero, run.end
    x, decisions = seconds(end), list(run.flow.tally.decisions.values())
    count = int(end) // _WINDOW + 1
    every, flagged = [0] * count, [0] * count
    for decision in decisions:
        place = int((decided_at(decision) - zero) // _WINDOW)
        if 0 <= place < count:
            every[place] += 1
            flagged[place] += decision["decision"] != "approve"
    shares = [(place * _WINDOW + _WINDOW / 2, flagged[place] / every[place]) for place in range(count) if every[place]]
    usual = run.judged["usual"] or run.ordinary
    top = max([value for _, value in shares] + [2 * usual]) * 1.1
    percent = Axis(label="", low=0, high=top, shown=lambda value: f"{value:.0%}")
    rate = Panel(title=f"Share of payments flagged, in each {_WINDOW} seconds", x=x, y=percent, height=130)
    rate.area([(0, 0), (end, 0)], [(0, 2 * usual), (end, 2 * usual)], "pale", "below twice the usual of this hour")
    rate.line(shares, "b", "flagged")
    events = {name: [0] * (int(end) + 1) for name in EVENTS}
    for alert in run.flow.tally.alerts.values():
        second = int(decided_at(alert["decision"]) - zero)
        if 0 <= second < len(events["opened"]):
            events[alert["case"]["event"]][second] += 1
    sent = stacked("Alerts in each second", x, events, EVENTS, height=110)
    alarm = bands("Alarm", x, [("AlertRateSpike", run.seen.spans(ALARM, zero + end, _KINDS, zero=zero))])
    alarm.key("pale", "OK").key("bad", "ALARM")
    by_card = Counter(Counter(alert["decision"]["card_id"] for alert in run.alerts).values())
    x_sizes = Axis(label="flagged payments of a card in the attack", low=0.5, high=max(by_card) + 0.5, shown=_size)
    sizes = Panel(title="Cards of the attack", x=x_sizes, y=upwards(max(by_card.values())), height=80, own_x=True)
    for size, cards in by_card.items():
        sizes.bar(size - 0.4, size + 0.4, 0, cards, "b")
    return Figure(
        title="Stolen cards are tested, and the alert rate leaves its usual band",
        about=about,
        x=x,
        panels=[rate, sent, alarm, sizes],
        marks=stage.marks,
        facts=[
            ("flagged on the calm day", f"{run.ordinary:.2%}"),
            ("flagged in the hour", f"{run.judged['rate'] or 0:.2%}, usual {usual:.2%}"),
            ("alerts of the attack", ", ".join(f"{run.events[name]} {name}" for name in EVENTS)),
            ("cards flagged in the attack", f"{sum(by_card.values())}"),
        ],
        proofs=proofs,
    )


def _size(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else ""


ALARM = "AlertRateSpikeAlarm"

"""The end of the demo: what happened, in numbers, on screen and in `.local/summary.json`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.live_view import counts, latency
from local.proofs import Account, Proof
from local.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One run of the demo.

    Attributes
    ----------
    account
        What became of every record sent, labels aside.
    evaluation
        The document in which the retraining machine judged its first model; empty if it could not be read.
    decided_after_ms, archived_after_ms
        From PutRecords to the moment the decision names, and to its archive line being seen, by percentile.
    stream_seconds
        From the first PutRecords to the last resolved record.
    step_seconds
        Of each step, by its title.
    """

    source: str
    account: Account
    labels_sent: int
    alerts: int
    alert_deliveries: int
    by_decision: Mapping[str, int]
    by_scored_by: Mapping[str, int]
    by_quarantine_reason: Mapping[str, int]
    evaluation: Mapping[str, Any]
    verdict: Verdict
    decided_after_ms: Mapping[str, float]
    archived_after_ms: Mapping[str, float]
    stream_seconds: float
    step_seconds: Mapping[str, float]
    proofs: Sequence[Proof]

    @property
    def proved(self) -> bool:
        """Whether every proof holds."""
        return all(proof.holds for proof in self.proofs)

    @property
    def throughput(self) -> float:
        """Decisions a second, from the first record to the last."""
        return round(self.account.decided / self.stream_seconds, 1) if self.stream_seconds else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return {
            "data": self.source,
            "sent": self.account.sent,
            "labels_sent": self.labels_sent,
            "decided": self.account.decided,
            "duplicates": self.account.duplicates,
            "quarantined": self.account.quarantined,
            "unresolved": self.account.unresolved,
            "alerts": self.alerts,
            "alert_deliveries": self.alert_deliveries,
            "by_decision": dict(self.by_decision),
            "by_scored_by": dict(self.by_scored_by),
            "by_quarantine_reason": dict(self.by_quarantine_reason),
            "model": {"evaluation": dict(self.evaluation), "live": self.verdict.as_json()},
            "throughput_per_second": self.throughput,
            "latency_ms": dict(self.archived_after_ms),
            "latency_to_decision_started_ms": dict(self.decided_after_ms),
            "seconds": {
                **self.step_seconds,
                "stream": round(self.stream_seconds, 3),
                "total": round(sum(self.step_seconds.values()), 3),
            },
            "proofs": [asdict(proof) for proof in self.proofs],
            "proved": self.proved,
        }

    def write(self, path: Path) -> None:
        """Write the summary as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), indent=2, allow_nan=False) + "\n", encoding="utf-8")


def show(summary: Summary, console: Console, path: Path) -> None:
    """Print the summary for people."""
    account, live = summary.account, summary.verdict.as_json()
    table = Table.grid(padding=(0, 3))
    for name, value in (
        ("data", summary.source),
        ("sent", f"{account.sent:,} records and {summary.labels_sent:,} labels"),
        ("decided", f"{account.decided:,}: {counts(dict(summary.by_decision))}"),
        ("scored by", counts(dict(summary.by_scored_by))),
        ("duplicates", f"{account.duplicates:,}, recognised and without effect"),
        ("quarantined", f"{account.quarantined:,}: {counts(dict(summary.by_quarantine_reason))}"),
        ("alerts", f"{summary.alerts:,} in {summary.alert_deliveries:,} deliveries"),
        ("throughput", f"{summary.throughput:,.0f} decisions a second"),
        ("latency", f"{latency(dict(summary.archived_after_ms))}, from sent to archived"),
        ("live model", _quality(live)),
        ("measured on", f"{live['rows']:,} transactions, {live['frauds']} frauds, {_days(live)}"),
        ("time", f"{sum(summary.step_seconds.values()):.0f} s in all"),
    ):
        table.add_row(f"[bold]{name}[/bold]", escape(value))
    console.print()
    console.print(table, soft_wrap=True)
    console.print()
    for proof in summary.proofs:
        mark = "[green]holds[/green]" if proof.holds else "[red]FAILS[/red]"
        console.print(
            f" {mark}  {escape(proof.claim)}  [dim]{escape(proof.found)}[/dim]", highlight=False, soft_wrap=True
        )
    console.print(f"\nAll of it is in {path}", highlight=False, soft_wrap=True)


def _quality(live: Mapping[str, Any]) -> str:
    if not live["frauds"]:
        return "not measured: there was no fraud among them"
    low, high = live["average_precision_95"]
    return (
        f"average precision {live['average_precision']} (95%: {low} to {high}), "
        f"CP@100 {live['card_precision_at_100']}, "
        f"recall {live['recall_at_alert_budget']} at an alert budget of {live['alert_budget']:.1%}"
    )


def _days(live: Mapping[str, Any]) -> str:
    return f"{live['first_day']} to {live['last_day']}"

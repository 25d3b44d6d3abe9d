"""What has been seen of the system's work so far: archived decisions, quarantined records, alerts in the queue."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.objects import archive_lines, json_lines

_NEWEST_ALERTS = 6


@dataclass(slots=True)
class Tally:
    """Counts that follow the stream. Every count is of distinct things, so that a retried batch changes nothing.

    Attributes
    ----------
    sent_at
        When each transaction was given to PutRecords, seconds since 1970, by id.
    decisions
        The archived decision of each transaction, by id.
    labels
        Distinct labels in the archive.
    quarantined
        The reason of each rejected record, by shard and sequence number.
    alerts
        Each alert as it was received, by alert id.
    deliveries
        Alert messages received; more than `alerts` if some came twice.
    decided_after_ms, archived_after_ms
        From PutRecords to the moment the decision names, and to when its archive line was seen (polling included).
    """

    sent_at: Mapping[str, float]
    decisions: dict[str, dict[str, Any]] = field(default_factory=dict)
    labels: set[tuple[str, str, str]] = field(default_factory=set)
    quarantined: dict[tuple[str, str], str] = field(default_factory=dict)
    alerts: dict[str, dict[str, Any]] = field(default_factory=dict)
    deliveries: int = 0
    newest_alerts: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_NEWEST_ALERTS))
    decided_after_ms: list[float] = field(default_factory=list)
    archived_after_ms: list[float] = field(default_factory=list)

    def add_archive(self, body: bytes, seen_at: float) -> None:
        """Count the lines of one archive object, seen at this time in seconds since 1970."""
        for line in archive_lines(body):
            if line["kind"] == "label":
                label = line["label"]
                self.labels.add((label["transaction_id"], label["label"], label["label_time"]))
                continue
            name = line["transaction"]["transaction_id"]
            if name in self.decisions:
                continue
            decision = line["decision"]
            self.decisions[name] = decision
            if name in self.sent_at:
                self.decided_after_ms.append((_seconds(decision["decided_at"]) - self.sent_at[name]) * 1000.0)
                self.archived_after_ms.append((seen_at - self.sent_at[name]) * 1000.0)

    def add_quarantine(self, body: bytes) -> None:
        """Count the lines of one quarantine object."""
        for line in json_lines(body):
            self.quarantined[line["shard_id"], line["sequence_number"]] = line["reason"]

    def add_alerts(self, alerts: Iterable[dict[str, Any]]) -> None:
        """Count alerts; the newest are kept to be shown."""
        for alert in alerts:
            self.deliveries += 1
            if alert["alert_id"] not in self.alerts:
                self.newest_alerts.append(alert)
            self.alerts[alert["alert_id"]] = alert

    def by(self, attribute: str) -> dict[str, int]:
        """Count decisions by one of their attributes, in alphabetical order."""
        return dict(sorted(Counter(decision[attribute] for decision in self.decisions.values()).items()))


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """Return p50, p95 and p99 by nearest rank; empty where there are no values.

    Examples
    --------
    >>> percentiles(range(1, 101))
    {'p50': 50, 'p95': 95, 'p99': 99}
    """
    ordered = sorted(values)
    return {f"p{p}": round(ordered[-(-p * len(ordered) // 100) - 1], 1) for p in (50, 95, 99)} if ordered else {}


def _seconds(rfc3339: str) -> float:
    return datetime.fromisoformat(rfc3339).timestamp()

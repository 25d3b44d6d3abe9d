"""What became of a batch: numbers to report, and the decisions that stand for who asked."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Self

from fraudstream.alerting import Sending
from fraudstream.contract import Decision
from fraudstream.records import Batch, Record
from fraudstream.settling import Settled

_COUNTS = (
    "decided",
    "duplicates",
    "quarantined",
    "labels",
    "fraud_labels",
    "labelled",
    "alerts",
    "cases_opened",
    "snoozed",
    "contended",
    "by_decision",
    "by_scored_by",
    "by_reason",
)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Counts of one batch; transactions = decided + duplicates, and with quarantined and labels: all records.

    Attributes
    ----------
    decided
        Transactions whose decision this batch made, or had made at an earlier try of the same records.
    duplicates
        Transactions sent again with the same payload.
    labels, fraud_labels
        Labels taken in, and those among them that say fraud.
    alerts, snoozed
        Flagged transactions that were sent to the topic, and those held back because somebody snoozed them.
    cases_opened
        Alerts that say a case was opened.
    contended
        Writes of histories that met another writer and were merged again.
    unprocessed
        Sequence number of the first record to be delivered again, if any.
    stopped_by
        Why it is to be delivered again.
    without_model
        Why overdue records were decided by rules alone.
    settled
        The transactions one by one, for a caller who waits for the decision of one.
    """

    decided: int = 0
    duplicates: int = 0
    quarantined: int = 0
    labels: int = 0
    fraud_labels: int = 0
    labelled: int = 0
    alerts: int = 0
    cases_opened: int = 0
    snoozed: int = 0
    contended: int = 0
    by_decision: Counter[str] = field(default_factory=Counter)
    by_scored_by: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[str] = field(default_factory=Counter)
    unprocessed: str | None = None
    stopped_by: str | None = None
    without_model: str | None = None
    settled: Settled = field(default_factory=Settled, repr=False)

    @property
    def standing(self) -> dict[str, Decision]:
        """The decision that stands for each sound transaction, by its id, whoever made it and when; not for conflicts.

        Put together only when asked for: the stream's batches never ask.
        """
        records = [*(standing.record for standing in self.settled.current), *self.settled.repeated]
        return {record.decision.transaction_id: record.decision for record in records}

    def stop(self, first: Record, why: str) -> None:
        """Leave a record and all after it to the next delivery."""
        self.unprocessed, self.stopped_by = first.sequence_number, why

    def add(self, portion: Self) -> None:
        """Count a further portion of the same batch."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(portion, name))
        self.settled.add(portion.settled)
        self.unprocessed, self.stopped_by = portion.unprocessed, portion.stopped_by
        self.without_model = portion.without_model or self.without_model

    @property
    def counts(self) -> dict[str, int]:
        """The numbers to report, by the names of their metrics."""
        return {
            "Decided": self.decided,
            "Duplicates": self.duplicates,
            "Quarantined": self.quarantined,
            "Labels": self.labels,
            "FraudLabels": self.fraud_labels,
            "Alerts": self.alerts,
            "CasesOpened": self.cases_opened,
            "Snoozed": self.snoozed,
            "ContendedWrites": self.contended,
            "Approved": self.by_decision["approve"],
            "Reviewed": self.by_decision["review"],
            "Blocked": self.by_decision["block"],
            "RulesOnlyDecisions": self.by_scored_by["rules"],
        }

    @classmethod
    def of(cls, batch: Batch, settled: Settled, *, labelled: int, sending: Sending, contended: int) -> Self:
        """Count a settled batch."""
        refused = [*batch.refused, *settled.conflicts]
        return cls(
            decided=len(settled.current),
            duplicates=len(settled.repeated),
            quarantined=len(refused),
            labels=len(batch.labels),
            fraud_labels=sum(label.label == "fraud" for label in batch.labels),
            labelled=labelled,
            alerts=len(sending.alerts),
            cases_opened=sending.opened,
            snoozed=sending.snoozed,
            contended=contended,
            by_decision=Counter(standing.record.decision.decision for standing in settled.current),
            by_scored_by=Counter(standing.record.decision.scored_by for standing in settled.current),
            by_reason=Counter(str(refusal.rejected.reason) for refusal in refused),
            settled=settled,
        )

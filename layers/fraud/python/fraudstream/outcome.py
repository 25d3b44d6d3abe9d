"""What became of a batch, in numbers."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Self

from fraudstream.records import Batch
from fraudstream.settling import Settled


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Counts of one batch; transactions = decided + duplicates, and with quarantined and labels: all records.

    Attributes
    ----------
    decided
        Transactions whose decision this batch made, or had made at an earlier try of the same records.
    duplicates
        Transactions sent again with the same payload.
    contended
        Writes of histories that met another writer and were merged again.
    unprocessed
        Sequence number of the first record to be delivered again, if any.
    """

    decided: int = 0
    duplicates: int = 0
    quarantined: int = 0
    labels: int = 0
    labelled: int = 0
    alerts: int = 0
    contended: int = 0
    by_decision: Counter[str] = field(default_factory=Counter)
    by_scored_by: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[str] = field(default_factory=Counter)
    unprocessed: str | None = None

    @classmethod
    def of(cls, batch: Batch, settled: Settled, *, labelled: int, alerts: int, contended: int) -> Self:
        """Count a settled batch."""
        refused = [*batch.refused, *settled.conflicts]
        return cls(
            decided=len(settled.current),
            duplicates=batch.repeats + settled.repeats,
            quarantined=len(refused),
            labels=len(batch.labels),
            labelled=labelled,
            alerts=alerts,
            contended=contended,
            by_decision=Counter(standing.record.decision.decision for standing in settled.current),
            by_scored_by=Counter(standing.record.decision.scored_by for standing in settled.current),
            by_reason=Counter(str(refusal.rejected.reason) for refusal in refused),
        )

"""From the demo's data to the records it sends: what, in which order, and how many of what kind."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from local import programs  # noqa: F401 makes the training programs importable
from local.demo_data import DemoData
from local.strays import conflict, garbage, with_unknown_field
from local.stream_plan import Kind, Record, interleave, scattered, with_repeats

from event_lines import to_json_lines, to_label_lines  # isort: skip
from moments import epoch_ms  # isort: skip

_REPEATS = 20
_REPEAT_DISTANCE = 1_500
_UNKNOWN_FIELD_EVERY = 500
_SOURCES = {"fraud": "chargeback", "legitimate": "analyst"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Everything that goes to the stream, in order."""

    records: Sequence[Record]

    def count(self, *kinds: Kind) -> int:
        """Return how many records are of these kinds."""
        by_kind = Counter(record.kind for record in self.records)
        return sum(by_kind[kind] for kind in kinds)


def shipment(data: DemoData, *, now: datetime) -> Shipment:
    """Lay out transactions and labels by the data's own clock, with repeats and garbage among them.

    Parameters
    ----------
    now
        The wall clock, aware: garbage needs an event time that is in the future.
    """
    transactions = [
        Record(kind=Kind.TRANSACTION, transaction_id=name, partition_key=card, data=line)
        for name, card, line in zip(
            data.streamed["transaction_id"], data.streamed["card_id"], to_json_lines(data.streamed), strict=True
        )
    ]
    transactions[::_UNKNOWN_FIELD_EVERY] = map(with_unknown_field, transactions[::_UNKNOWN_FIELD_EVERY])
    records = interleave(
        transactions,
        epoch_ms(data.streamed["event_time"]),
        _label_records(data),
        epoch_ms(data.labels["label_time"]),
    )
    records = with_repeats(records, count=min(_REPEATS, len(transactions) // 10), distance=_REPEAT_DISTANCE)
    strays = garbage(transactions[0].data, now=now)
    # A conflict is one only after the transaction it contradicts, so it goes last.
    return Shipment(records=[*scattered(records, strays), conflict(transactions[0])])


def _label_records(data: DemoData) -> list[Record]:
    labels = data.labels
    lines: list[bytes] = [b""] * len(labels)
    for label, source in _SOURCES.items():
        rows = (labels["label"] == label).to_numpy().nonzero()[0]
        for row, line in zip(rows, to_label_lines(labels.iloc[rows], source), strict=True):
            lines[row] = line
    return [
        Record(kind=Kind.LABEL, transaction_id="", partition_key=card, data=line)
        for card, line in zip(labels["card_id"], lines, strict=True)
    ]

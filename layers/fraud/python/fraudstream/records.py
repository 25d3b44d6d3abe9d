"""Records of the stream, and what a batch of them turns out to hold."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from fraudstream.contract import Bounds, Label, Rejected, RejectReason, Transaction, decode_record

CALLER = "api"
"""Stream and shard of the records that callers of the API send: nobody delivers those again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a stream's shard, as delivered."""

    data: bytes
    sequence_number: str
    shard_id: str
    stream: str
    arrived_at_ms: int

    @classmethod
    def of_kinesis(cls, entry: Mapping[str, Any]) -> Self:
        """Return one entry of the event that Lambda makes of a stream's batch."""
        kinesis = entry["kinesis"]
        return cls(
            data=b64decode(kinesis["data"]),
            sequence_number=kinesis["sequenceNumber"],
            shard_id=entry["eventID"].partition(":")[0],
            stream=entry["eventSourceARN"].rpartition("/")[2],
            arrived_at_ms=round(kinesis["approximateArrivalTimestamp"] * 1000),
        )

    @property
    def source(self) -> str:
        """Name the record, wherever it is delivered again: shard and sequence number."""
        return f"{self.shard_id}:{self.sequence_number}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A valid transaction and the record it came in."""

    record: Record
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that cannot be decided upon, and why."""

    record: Record
    rejected: Rejected


@dataclass(slots=True)
class Batch:
    """Decoded records: each is a transaction, a further copy of an id before it, a label, or a refusal.

    Attributes
    ----------
    transactions
        The first valid record of each transaction id: what is decided upon.
    copies
        Later records under such an id, repeats or conflicts: which, only the decision that stands can tell.
    """

    transactions: list[Accepted] = field(default_factory=list)
    copies: list[Accepted] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def decode_batch(records: Sequence[Record], *, bounds: Bounds) -> Batch:
    """Decode and validate records.

    Times are judged by when a record arrived, not by now: a retry must come to the same verdict.
    """
    batch = Batch()
    seen: set[str] = set()
    for record in records:
        decoded = decode_record(record.data, now_ms=record.arrived_at_ms, bounds=bounds)
        if isinstance(decoded, Rejected):
            batch.refused.append(Refused(record, decoded))
        elif isinstance(decoded, Label):
            batch.labels.append(decoded)
        elif decoded.transaction_id in seen:
            batch.copies.append(Accepted(record, decoded))
        else:
            seen.add(decoded.transaction_id)
            batch.transactions.append(Accepted(record, decoded))
    return batch


def id_conflict(record: Record) -> Refused:
    """Refuse a record whose transaction id already stands for another payload."""
    detail = "another payload was decided under this transaction_id; the first decision stands"
    return Refused(record, Rejected.of(RejectReason.ID_CONFLICT, detail, record.data))

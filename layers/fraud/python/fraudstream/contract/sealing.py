"""What is added to a decoded record that passed: its bytes on one line, its times as numbers, its unknown fields."""

from typing import Any, TypeVar

from msgspec.structs import force_setattr

from fraudstream.contract.label import Label
from fraudstream.contract.transaction import Transaction

RecordT = TypeVar("RecordT", Transaction, Label)

OURS = frozenset(("event_time_ms", "label_time_ms", "raw", "unknown"))
"""Attributes of records that no producer sends."""
LEAKS = frozenset(
    ("is_fraud", "isFraud", "fraud", "fraud_label", "label", "label_time", "tx_fraud", "TX_FRAUD", "TX_FRAUD_SCENARIO")
)
"""Names under which a transaction would carry its own answer."""

_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")


def known_fields(kind: type[Transaction] | type[Label]) -> frozenset[str]:
    """Return the names of a kind's fields in JSON."""
    return frozenset(kind.__struct_fields__) - OURS


def seal(
    record: RecordT, data: bytes, unknown: dict[str, Any] | None, event_time_ms: int, label_time_ms: int | None = None
) -> RecordT:
    """Complete a record just decoded and found valid; from then on it does not change.

    Line ends become spaces: valid JSON has them between tokens only, and the archive has one record a line.
    """
    force_setattr(record, "event_time_ms", event_time_ms)
    force_setattr(record, "raw", data.translate(_ONE_LINE).strip() if 10 in data or 13 in data else data)
    if unknown:
        force_setattr(record, "unknown", unknown)
    if label_time_ms is not None:
        force_setattr(record, "label_time_ms", label_time_ms)
    return record

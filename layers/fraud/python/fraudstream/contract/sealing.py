"""What is added to a decoded record that passed: its bytes on one line, its times as numbers, its unknown fields."""

from typing import Any, TypeVar

from msgspec.structs import force_setattr

from fraudstream.contract.label import Label
from fraudstream.contract.transaction import Transaction

RecordT = TypeVar("RecordT", bound=Transaction | Label)

OURS = frozenset(("event_time_ms", "label_time_ms", "raw", "meaning", "unknown"))
"""Attributes of records that no producer sends."""
LEAKS = frozenset(
    ("is_fraud", "isFraud", "fraud", "fraud_label", "label", "label_time", "tx_fraud", "TX_FRAUD", "TX_FRAUD_SCENARIO")
)
"""Names under which a transaction would carry its own answer."""

_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")


def known_fields(kind: type[Transaction] | type[Label]) -> frozenset[str]:
    """Return the names of a kind's fields in JSON."""
    return frozenset(kind.__struct_fields__) - OURS


def one_line(data: bytes) -> bytes:
    """Return JSON on one line. Valid JSON has line ends between tokens only, so spaces may stand for them."""
    return data.translate(_ONE_LINE).strip() if 10 in data or 13 in data else data


def seal(record: RecordT, **ours: Any) -> RecordT:
    """Complete a record just decoded and found valid with attributes of ours; from then on it does not change."""
    for name, value in ours.items():
        force_setattr(record, name, value)
    return record

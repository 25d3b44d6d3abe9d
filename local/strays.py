"""What the demo sends on purpose although no producer should: it must all end in quarantine, with a reason."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from local.stream_plan import Kind, Record

CARD_NUMBER = "4111111111111111"
"""The card number every payment company uses in its examples. It must appear in no place that the system writes."""

UNKNOWN_FIELD = b',"loyalty_tier":"gold"}'
"""What a producer ahead of the contract adds: no error, and kept in the archive."""


def garbage(sample: bytes, *, now: datetime) -> list[Record]:
    """Make one record of each kind that the contract refuses, from the bytes of a good transaction.

    Parameters
    ----------
    sample
        A transaction event as JSON.
    now
        The wall clock, aware: the time that event times may not be ahead of.
    """
    good = json.loads(sample)

    def variant(name: str, **changes: Any) -> Record:
        changed = good | {"transaction_id": f"demo-{name}"} | changes
        return _record(json.dumps({key: value for key, value in changed.items() if value is not None}).encode())

    future = (now.astimezone(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return [
        variant("future", event_time=future),
        variant("negative", amount_minor=-100),
        variant("card-number", card_id=CARD_NUMBER),
        variant("no-amount", amount_minor=None),
        variant("no-currency", currency="money"),
        _record(sample[: len(sample) // 2]),
        _record(b"\x00\xff not JSON"),
    ]


def conflict(record: Record) -> Record:
    """Make a record with a transaction's id and another amount: the first decision must stand."""
    changed = json.loads(record.data)
    changed["amount_minor"] += 1
    return Record(
        kind=Kind.GARBAGE,
        transaction_id="",
        partition_key=record.partition_key,
        data=json.dumps(changed).encode(),
    )


def with_unknown_field(record: Record) -> Record:
    """Return the record with a field the contract does not know."""
    return Record(
        kind=record.kind,
        transaction_id=record.transaction_id,
        partition_key=record.partition_key,
        data=record.data[:-1] + UNKNOWN_FIELD,
    )


def _record(data: bytes) -> Record:
    return Record(kind=Kind.GARBAGE, transaction_id="", partition_key="garbage", data=data)

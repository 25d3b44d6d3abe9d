"""Records and transactions for tests, one keyword away from whatever a test needs."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from fraudstream.records import Record

NOW_MS = 1_790_000_000_000
"""A moment in September 2026: the clock of unit tests."""


def iso(ms: int) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def transaction(number: int = 1, **fields: object) -> dict[str, object]:
    """A valid transaction as a producer would write it."""
    return {
        "schema_version": 1,
        "type": "transaction",
        "transaction_id": f"tx-{number}",
        "event_time": iso(NOW_MS - 60_000 + number),
        "card_id": "card_a",
        "terminal_id": "terminal_a",
        "amount_minor": 1250,
        "currency": "EUR",
        "entry_mode": "chip",
    } | fields


def label(number: int = 1, **fields: object) -> dict[str, object]:
    """A valid label of `transaction(number)`."""
    return {
        "schema_version": 1,
        "type": "label",
        "transaction_id": f"tx-{number}",
        "label": "fraud",
        "label_time": iso(NOW_MS - 1000),
        "source": "chargeback",
        "card_id": "card_a",
        "terminal_id": "terminal_a",
        "event_time": iso(NOW_MS - 60_000 + number),
    } | fields


def records(payloads: Iterable[object], first: int = 1, arrived_at_ms: int = NOW_MS - 500) -> list[Record]:
    """Stream records of payloads: dictionaries as JSON, bytes as they are."""
    return [
        Record(
            data=payload if isinstance(payload, bytes) else json.dumps(payload).encode(),
            sequence_number=f"4955{number:052d}",
            shard_id="shardId-000000000000",
            stream="transactions",
            arrived_at_ms=arrived_at_ms,
        )
        for number, payload in enumerate(payloads, first)
    ]

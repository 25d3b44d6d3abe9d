"""Transactions to post: many cards, few terminals, about one in fifty large enough to be flagged."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

_CARDS, _TERMINALS = 500, 60


def transactions(count: int, *, name: str, seed: int = 5) -> Iterator[bytes]:
    """Yield transactions that happen as they are yielded."""
    random = Random(seed)  # noqa: S311
    for number in range(count):
        large = random.random() < 0.02  # nosec B311 - no secret
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        yield json.dumps(
            {
                "schema_version": 1,
                "transaction_id": f"{name}-{number}",
                "event_time": now,
                "card_id": f"card_{random.randrange(_CARDS)}",  # nosec B311 - no secret
                "terminal_id": f"terminal_{random.randrange(_TERMINALS)}",  # nosec B311 - no secret
                "amount_minor": 2_000_000 if large else random.randrange(100, 20_000),  # nosec B311 - no secret
                "currency": "EUR",
                "entry_mode": "ecom",
            }
        ).encode()


def percentiles(milliseconds: list[float]) -> dict[str, float]:
    """Return median, 95th and 99th percentile, each the smallest value that so many are not above."""
    ordered = sorted(milliseconds)
    return {f"p{p}_ms": round(ordered[max(0, -(-len(ordered) * p // 100) - 1)], 1) for p in (50, 95, 99)}

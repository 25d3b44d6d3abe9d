"""What is known by now of transactions that were decided a while ago."""

from collections.abc import Sequence
from typing import Any

from fraudstream.adapters.calls import ROUNDS, Calls, chunks, store_errors
from fraudstream.errors import StoreUnavailableError
from moments import epoch_ms

_READS = 100


def known_frauds(dynamodb: Any, table: str, calls: Calls, ids: Sequence[str], as_of_ms: int) -> dict[str, bool]:
    """Return for each decided transaction whether it was known as fraud at a time; expired decisions are left out.

    Whoever is not reported by the label delay counts as legitimate, as in training.

    Raises
    ------
    StoreUnavailableError
        Where keys stay unread after `ROUNDS` rounds.
    """

    def read(some: Sequence[str]) -> list[dict[str, Any]]:
        keys = [{"transaction_id": {"S": name}} for name in some]
        items: list[dict[str, Any]] = []
        for round_number in range(ROUNDS):
            request = {"Keys": keys, "ProjectionExpression": "transaction_id, label, label_time"}
            with store_errors("BatchGetItem"):
                answer = dynamodb.batch_get_item(RequestItems={table: request})
            items += answer.get("Responses", {}).get(table, [])
            keys = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
            if not keys:
                return items
            calls.pause(round_number)
        raise StoreUnavailableError(f"{len(keys)} keys stayed unread {ROUNDS} times")

    found = [item for items in calls.map(read, chunks(list(ids), _READS)) for item in items]
    return {item["transaction_id"]["S"]: _is_fraud(item, as_of_ms) for item in found}


def _is_fraud(item: dict[str, Any], as_of_ms: int) -> bool:
    if item.get("label", {}).get("S") != "fraud":
        return False
    return epoch_ms(item["label_time"]["S"]) <= as_of_ms

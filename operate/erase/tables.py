"""A card's items in the tables."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from operate.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a table is read, so that scoring is not throttled.

    Attributes
    ----------
    units
        Read units a second.
    on_items
        Called with how many items were looked at.
    """

    units: float
    on_items: Callable[[int], object]
    sleep: Callable[[float], None] = time.sleep


def decisions_of(target: Target, card: str, pace: Pace) -> Iterator[str]:
    """Yield the transactions of a card's decisions. The table has no index by card, so all of it is read."""
    dynamodb = target.client("dynamodb")
    asked: dict[str, Any] = {
        "TableName": target.outputs["DecisionsTableName"],
        "FilterExpression": "card_id = :card",
        "ExpressionAttributeValues": {":card": {"S": card}},
        "ProjectionExpression": "transaction_id",
        "ConsistentRead": True,
        "ReturnConsumedCapacity": "TOTAL",
    }
    looked_at = 0
    while True:
        page = dynamodb.scan(**asked)
        looked_at += page["ScannedCount"]
        pace.on_items(looked_at)
        yield from (item["transaction_id"]["S"] for item in page["Items"])
        if "LastEvaluatedKey" not in page:
            return
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        pace.sleep(page.get("ConsumedCapacity", {}).get("CapacityUnits", 0) / pace.units)


def delete_decision(target: Target, transaction_id: str, card: str) -> None:
    """Delete a decision if it is the card's; one that is gone stays gone."""
    try:
        target.client("dynamodb").delete_item(
            TableName=target.outputs["DecisionsTableName"],
            Key={"transaction_id": {"S": transaction_id}},
            ConditionExpression="card_id = :card",
            ExpressionAttributeValues={":card": {"S": card}},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise


def keyed_items(target: Target, card: str) -> Mapping[str, tuple[str, dict[str, Any]]]:
    """Return table and key of what is kept under the card's own key, by what it is."""
    items = {"history": (target.outputs["HistoriesTableName"], {"entity": {"S": f"card#{card}"}})}
    if "CasesTableName" in target.outputs:
        items["case"] = (target.outputs["CasesTableName"], {"card_id": {"S": card}})
    return items


def exists(target: Target, table: str, key: dict[str, Any]) -> bool:
    """Tell whether there is an item."""
    found = target.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)
    return "Item" in found


def delete(target: Target, table: str, key: dict[str, Any]) -> None:
    """Delete an item; one that is gone stays gone."""
    target.client("dynamodb").delete_item(TableName=table, Key=key)

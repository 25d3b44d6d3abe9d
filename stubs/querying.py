"""Query, of one partition of an index of keys alone: what the review queue asks, and who looks for recent cases."""

import re
from decimal import Decimal
from typing import Any

from stubs.attributes import Item, size_of
from stubs.counts import Count, read_units
from stubs.tables import Tables
from stubs.wire import RefusalError

_EQUALS = re.compile(r"([#\w]+) = (:\w+)")


def query(tables: Tables, call: dict[str, Any], count: Count) -> dict[str, Any]:
    """Answer one page.

    Raises
    ------
    RefusalError
        For an index or a condition that is not there, or a start that is no key of the index.
    """
    name = call["TableName"]
    items = tables.of(name)
    names = tables.indexes[name].get(call.get("IndexName", ""))
    match = _EQUALS.fullmatch(call.get("KeyConditionExpression", ""))
    if names is None or match is None:
        raise RefusalError("ValidationException", "The table does not have the specified index, or no such condition")
    partition = call.get("ExpressionAttributeNames", {}).get(match[1], match[1])
    if partition != names[0]:
        raise RefusalError("ValidationException", f"Query condition missed key schema element: {names[0]}")
    kept = (*names, *tables.keys[name])
    wanted = call["ExpressionAttributeValues"][match[2]]
    entries = [
        {attribute: item[attribute] for attribute in kept}
        for item in items.values()
        if item.get(partition) == wanted and names[1] in item
    ]
    entries.sort(key=lambda entry: _place(entry, kept), reverse=not call.get("ScanIndexForward", True))
    if start := call.get("ExclusiveStartKey"):
        if set(start) != set(kept):
            raise RefusalError("ValidationException", "The provided starting key is invalid")
        forward = call.get("ScanIndexForward", True)
        entries = [e for e in entries if (_place(e, kept) > _place(start, kept)) == forward and e != start]
    page = entries[: call.get("Limit", len(entries))]
    count.read_units += read_units(sum(map(size_of, page)), consistent=False)
    answer: dict[str, Any] = {"Items": page, "Count": len(page), "ScannedCount": len(page)}
    if page and len(page) == call.get("Limit"):
        answer["LastEvaluatedKey"] = page[-1]
    return answer


def _place(entry: Item, names: tuple[str, ...]) -> tuple[Any, ...]:
    """Return what the entries of a partition are in the order of: the sort attribute, then the table's key."""
    return tuple(_value(entry[name]) for name in names[1:])


def _value(attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    return Decimal(value) if kind == "N" else value

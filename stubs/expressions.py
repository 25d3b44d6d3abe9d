"""The expressions of item-by-item DynamoDB calls, as far as the benchmark's peers write them.

Conditions: comparisons, `attribute_exists` and `attribute_not_exists`, joined by AND or by OR, not mixed. Updates:
`SET` of values, of sums and of `if_not_exists`, and `ADD` of numbers.
"""

import re
from decimal import Decimal
from typing import Any

from stubs.attributes import Item
from stubs.partiql import holds
from stubs.wire import RefusalError

_FUNCTION = re.compile(r"(attribute_exists|attribute_not_exists)\s*\(\s*([#\w]+)\s*\)")
_COMPARISON = re.compile(r"([#\w]+)\s*(<=|>=|=|<|>)\s*(:\w+)")
_CLAUSE = re.compile(r"\b(SET|ADD)\b", re.IGNORECASE)
_COMMA = re.compile(r",(?![^(]*\))")
_IF_NOT_EXISTS = re.compile(r"if_not_exists\s*\(\s*([#\w]+)\s*,\s*(:\w+)\s*\)")


def condition_holds(call: dict[str, Any], item: Item | None) -> bool:
    """Return whether a call's ConditionExpression, if any, holds for the standing item."""
    text = call.get("ConditionExpression")
    if not text:
        return True
    both = re.split(r"\s+AND\s+", text)
    if len(both) > 1:
        return all(_one_holds(part.strip(), call, item or {}) for part in both)
    return any(_one_holds(part.strip(), call, item or {}) for part in re.split(r"\s+OR\s+", text))


def updated(call: dict[str, Any], item: Item) -> Item:
    """Return the item that a call's UpdateExpression makes of a standing one."""
    parts = _CLAUSE.split(call["UpdateExpression"])
    result = dict(item)
    for verb, clauses in zip(parts[1::2], parts[2::2], strict=True):
        for clause in _COMMA.split(clauses):
            if verb.upper() == "SET":
                name, _, value = clause.partition("=")
                result[_name(name.strip(), call)] = _value(value.strip(), call, item)
            else:
                name, value = clause.split()
                attribute = _name(name, call)
                result[attribute] = _sum(item.get(attribute, {"N": "0"}), _value(value, call, item))
    return result


def _one_holds(text: str, call: dict[str, Any], item: Item) -> bool:
    if match := _FUNCTION.fullmatch(text):
        return (_name(match[2], call) in item) == (match[1] == "attribute_exists")
    if match := _COMPARISON.fullmatch(text):
        return holds(item.get(_name(match[1], call)), match[2], _value(match[3], call, item))
    raise RefusalError("ValidationException", f"the stub does not read the condition {text}")


def _name(text: str, call: dict[str, Any]) -> str:
    return call["ExpressionAttributeNames"][text] if text.startswith("#") else text


def _value(text: str, call: dict[str, Any], item: Item) -> dict[str, Any]:
    if match := _IF_NOT_EXISTS.fullmatch(text):
        return item.get(_name(match[1], call)) or call["ExpressionAttributeValues"][match[2]]
    if "+" in text:
        one, other = text.split("+")
        return _sum(_value(one.strip(), call, item), _value(other.strip(), call, item))
    if text.startswith(":"):
        return call["ExpressionAttributeValues"][text]
    return item[_name(text, call)]


def _sum(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {"N": str(Decimal(one["N"]) + Decimal(other["N"]))}

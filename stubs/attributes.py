"""DynamoDB attribute values as they travel in JSON: their size, order and equality."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

Item = dict[str, dict[str, Any]]


def size_of(item: Item) -> int:
    """Return an item's size in bytes as DynamoDB counts it: names and values, in UTF-8."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: dict[str, Any]) -> int:
    """Return the size of one attribute value; a truth value or a null takes a byte."""
    ((kind, content),) = value.items()
    size_of_kind = _SIZES.get(kind)
    return size_of_kind(content) if size_of_kind else 1


def comparable(value: dict[str, Any]) -> tuple[str, Any]:
    """Return what tells values apart and orders those of one type: numbers by value, text by its bytes."""
    ((kind, content),) = value.items()
    if kind == "N":
        return kind, Decimal(content)
    return kind, content.encode() if kind == "S" else content


def _number_size(text: str) -> int:
    digits = text.partition("e")[0].partition("E")[0].replace("-", "").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")


def _text_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _binary_size(base64: str) -> int:
    return len(base64) * 3 // 4 - base64[-2:].count("=")


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": _text_size,
    "N": _number_size,
    "B": _binary_size,
    "M": lambda content: 3 + sum(1 + _text_size(name) + value_size(inner) for name, inner in content.items()),
    "L": lambda content: 3 + sum(1 + value_size(inner) for inner in content),
    "SS": lambda content: sum(map(_text_size, content)),
    "NS": lambda content: sum(map(_number_size, content)),
    "BS": lambda content: sum(map(_binary_size, content)),
}

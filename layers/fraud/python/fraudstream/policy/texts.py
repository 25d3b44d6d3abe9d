"""Conditions on texts, as functions on columns: asked once a distinct text, then spread over the rows."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fraudstream.policy import syntax
from fraudstream.policy.columns import Coded, Columns
from fraudstream.policy.syntax import Node

Now: TypeAlias = "int | NDArray[np.int64]"
"""Epoch milliseconds, of all rows or of each."""
Truths: TypeAlias = Callable[[Columns, Now], Any]
"""Gives an array of bool, or one bool."""
Untils: TypeAlias = Mapping[str, int]
"""Values of a list with the moment from which they are not in it, in epoch milliseconds."""
NEVER = -(2**63)
FOR_GOOD = 2**63 - 1
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": str.__contains__,
}


def tested(function: str, field: Node, text: Node, *, wanted: bool) -> Truths:
    """Compile `starts_with(field, "text")` and its like."""
    test, value = _TESTS[function], _written(text)
    return _where(_name(field), lambda given: test(given, value), wanted=wanted)


def among(field: Node, items: tuple[Node, ...], *, wanted: bool) -> Truths:
    """Compile `field in ["a", "b"]`."""
    texts = {_written(item) for item in items}
    return _where(_name(field), texts.__contains__, wanted=wanted)


def compared(left: Node, right: Node, *, equal: bool) -> Truths:
    """Compile `field == "text"` and `field == other_field`, or where they are known to differ."""
    if isinstance(left, syntax.Text):
        left, right = right, left
    name = _name(left)
    if isinstance(right, syntax.Text):
        value = right.value
        return lambda columns, _: columns.text(name).equals(value, equal=equal)
    other = _name(right)
    return lambda columns, _: columns.text(name).equals_column(columns.text(other), equal=equal)


def in_list(field: Node, untils: Untils, *, wanted: bool) -> Truths:
    """Compile `field in name_of_a_list`."""
    name = _name(field)
    if wanted and not untils:
        return lambda _, __: False  # an empty list costs nothing

    def within(columns: Columns, now: Now) -> Any:
        column = columns.text(name)
        listed = active(column, untils, now)
        return listed if wanted else ~listed & (column.codes >= 0)

    return within


def active(column: Coded, untils: Untils, now: Now) -> NDArray[np.bool_]:
    """Return where a text is in a list at a moment, each row at its own if `now` is an array."""
    return np.asarray(column.numbers(lambda text: untils.get(text, NEVER), NEVER) > now)


def _where(name: str, holds: Callable[[str], bool], *, wanted: bool) -> Truths:
    if wanted:
        return lambda columns, _: columns.text(name).where(holds)
    return lambda columns, _: columns.text(name).where(lambda text: not holds(text))


def _name(node: Node) -> str:
    if not isinstance(node, syntax.Name):
        raise TypeError("the check of types lets only a field stand here")
    return node.name


def _written(node: Node) -> str:
    if not isinstance(node, syntax.Text):
        raise TypeError("the check of types lets only a text stand here")
    return node.value

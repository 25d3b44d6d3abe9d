"""Conditions to functions on columns. Nothing is ever handed to Python's own `eval`.

Logic has three values: a comparison with something missing is unknown, and a rule fires only where it is true. That is
kept without a third array: each condition is compiled for the side that is asked, where it is true or where it is
false; `not` asks the other side, and what is unknown is on neither.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fraudstream.policy import syntax, texts
from fraudstream.policy.columns import Columns
from fraudstream.policy.names import KNOWN, Kind
from fraudstream.policy.numbers import beside, numbers, side
from fraudstream.policy.syntax import Node
from fraudstream.policy.texts import Now, Truths, Untils

_COMPARE: Mapping[str, Any] = {
    "==": np.equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def compile_condition(  # noqa: PLR0911 (one case for each part there is)
    node: Node, lists: Mapping[str, Untils], *, wanted: bool = True
) -> Truths:
    """Return a function that says where a checked condition is true; or, if not `wanted`, where it is false."""
    match node:
        case syntax.Truth(value=value):
            return lambda _, __: value is wanted
        case syntax.Not(of=of):
            return compile_condition(of, lists, wanted=not wanted)
        case syntax.Every(parts=parts):
            return _joined([compile_condition(part, lists, wanted=wanted) for part in parts], every=wanted)
        case syntax.Some(parts=parts):
            return _joined([compile_condition(part, lists, wanted=wanted) for part in parts], every=not wanted)
        case syntax.Compare(first=first, rest=rest):
            lefts = [first, *(right for _, right in rest[:-1])]
            pairs = [
                _compared(left, sign if wanted else _OPPOSITE[sign], right)
                for left, (sign, right) in zip(lefts, rest, strict=True)
            ]
            return _joined(pairs, every=wanted)
        case syntax.Among(of=of, among=syntax.Name(name=name)):
            return texts.in_list(of, lists[name], wanted=wanted)
        case syntax.Among(of=of, among=tuple(items)):
            return texts.among(of, items, wanted=wanted) if _is_text(of) else _among(of, items, wanted=wanted)
        case syntax.Missing(of=syntax.Name(name=name)):
            return _missing(name, wanted=wanted)
        case syntax.Call(function=function, arguments=(field, text)):
            return texts.tested(function, field, text, wanted=wanted)
    raise TypeError(f"{type(node).__name__} is no condition")


def _joined(parts: list[Truths], *, every: bool) -> Truths:
    if len(parts) == 1:
        return parts[0]
    join: Any = np.logical_and if every else np.logical_or

    def joined(columns: Columns, now: Now) -> Any:
        result = parts[0](columns, now)
        for part in parts[1:]:
            result = join(result, part(columns, now))
        return result

    return joined


def _compared(left: Node, sign: str, right: Node) -> Truths:
    if _is_text(left) and _is_text(right):
        return texts.compared(left, right, equal=sign == "==")
    if sign == "!=":  # NaN is unequal to everything, but what is missing is neither equal nor unequal
        return _joined([_compared(left, "<", right), _compared(left, ">", right)], every=False)
    compare, one, other = _COMPARE[sign], side(left, right), side(right, left)
    return lambda columns, _: compare(one(columns), other(columns))


def _among(of: Node, items: tuple[Node, ...], *, wanted: bool) -> Truths:
    number = numbers(of)
    values = np.array([beside(item, of) for item in items], np.float64)
    if wanted:
        return lambda columns, _: np.isin(number(columns), values)

    def outside(columns: Columns, _: Now) -> Any:
        given = number(columns)
        return ~np.isin(given, values) & ~np.isnan(given)

    return outside


def _missing(name: str, *, wanted: bool) -> Truths:
    if KNOWN[name] is Kind.TEXT:
        return lambda columns, _: (columns.text(name).codes < 0) == wanted
    return lambda columns, _: np.isnan(columns.number(name)) == wanted


def _is_text(node: Node) -> bool:
    return isinstance(node, syntax.Text) or (isinstance(node, syntax.Name) and KNOWN[node.name] is Kind.TEXT)

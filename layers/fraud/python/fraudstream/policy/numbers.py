"""Parts of expressions that are numbers or moments, as functions on columns."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from fraudstream.contract import to_epoch_ms
from fraudstream.policy import syntax
from fraudstream.policy.columns import Columns
from fraudstream.policy.names import FEATURES
from fraudstream.policy.syntax import Node

Numbers: TypeAlias = Callable[[Columns], Any]
"""Gives an array of float64, NaN where missing, or one float."""
_OPERATE: Mapping[str, Any] = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "%": np.mod}


def side(node: Node, other: Node) -> Numbers:
    """Compile a side of a comparison with another part."""
    number = beside(node, other)
    return numbers(node) if number is None else lambda _: number


def beside(node: Node, other: Node) -> float | None:
    """Return the value of a fixed part; beside a feature it is rounded as features are, to 32 bits."""
    if isinstance(node, syntax.Text):  # a moment: the check has read it
        return float(to_epoch_ms(node.value) or 0)
    number = fixed(node)
    if number is None or not (isinstance(other, syntax.Name) and other.name in FEATURES):
        return number
    with np.errstate(over="ignore"):
        return float(np.float32(number))


def fixed(node: Node) -> float | None:
    """Return the value of a part in which no name stands, such as `-2` or `7 / 10`; None where one does."""
    match node:
        case syntax.Number(value=value):
            return value
        case syntax.Negative(of=of):
            inner = fixed(of)
            return None if inner is None else -inner
        case syntax.Arithmetic(first=first, rest=rest):
            parts = [fixed(part) for part in (first, *(part for _, part in rest))]
            known = [part for part in parts if part is not None]
            return _chained(known, [sign for sign, _ in rest]) if len(known) == len(parts) else None
    return None


def numbers(node: Node) -> Numbers:
    """Compile a part that is a number or a moment."""
    match node:
        case syntax.Number(value=value):
            return lambda _: value
        case syntax.Name(name=name):
            return lambda columns: columns.number(name)
        case syntax.Negative(of=of):
            inner = numbers(of)
            return lambda columns: np.negative(inner(columns))
        case syntax.Arithmetic(first=first, rest=rest):
            parts = [numbers(part) for part in (first, *(part for _, part in rest))]
            signs = [sign for sign, _ in rest]
            return lambda columns: _chained([part(columns) for part in parts], signs)
        case syntax.Call(function=function, arguments=arguments):
            return _call(function, [numbers(argument) for argument in arguments])
    raise TypeError(f"{type(node).__name__} is no number")


def _call(function: str, arguments: list[Numbers]) -> Numbers:
    first, rest = arguments[0], arguments[1:]
    if function == "abs":
        return lambda columns: np.abs(first(columns))
    if function == "if_missing":
        return lambda columns: np.where(np.isnan(value := first(columns)), rest[0](columns), value)
    choose: Any = {"min": np.minimum, "max": np.maximum}[function]  # both pass NaN on

    def chosen(columns: Columns) -> Any:
        result = first(columns)
        for part in rest:
            result = choose(result, part(columns))
        return result

    return chosen


def _chained(values: list[Any], signs: list[Any]) -> Any:
    """Return numbers joined from left to right; what comes out infinite, or divided by 0, is missing."""
    result = values[0]
    with np.errstate(all="ignore"):
        for sign, value in zip(signs, values[1:], strict=True):
            result = _OPERATE[sign](result, value)
    return np.where(np.isfinite(result), result, np.nan) if np.ndim(result) else _finite(float(result))


def _finite(value: float) -> float:
    return value if np.isfinite(value) else float("nan")

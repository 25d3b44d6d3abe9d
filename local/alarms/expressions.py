"""Metric math, as far as the template uses it: arithmetic over metrics, and FILL with a number."""

import ast
import operator
from collections.abc import Callable, Mapping

Slots = Mapping[str, float | None]
Series = Callable[[Slots], float | None]

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class UnsupportedAlarmError(ValueError):
    """The alarm asks for something that is not evaluated here; its state is left alone."""


def compile_expression(text: str) -> Series:
    """Return a function from one period's values, by query id, to the expression's value, None where data is missing.

    Examples
    --------
    >>> compile_expression("100 * FILL(bad, 0) / all")({"bad": None, "all": 50.0})
    0.0

    Raises
    ------
    UnsupportedAlarmError
        For anything else than numbers, ids, + - * /, parentheses and FILL(id, number).
    """
    try:
        return _compile(ast.parse(text, mode="eval").body, text)
    except SyntaxError:
        raise UnsupportedAlarmError(f"not an expression: {text}") from None


def _compile(node: ast.expr, text: str) -> Series:
    match node:
        case ast.Constant(value=int() | float() as number):
            return lambda _: float(number)
        case ast.Name(id=name):
            return lambda slots: slots.get(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _binary(operator.sub, lambda _: 0.0, _compile(operand, text))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _binary(_OPERATORS[type(sign)], _compile(left, text), _compile(right, text))
        case ast.Call(func=ast.Name(id="FILL"), args=[series, ast.Constant(value=int() | float() as number)]):
            return _filled(_compile(series, text), float(number))
    raise UnsupportedAlarmError(f"not implemented here: {ast.unparse(node)} in {text}")


def _binary(function: Callable[[float, float], float], left: Series, right: Series) -> Series:
    def value(slots: Slots) -> float | None:
        one, other = left(slots), right(slots)
        if one is None or other is None:
            return None
        try:
            return function(one, other)
        except ZeroDivisionError:
            return None  # CloudWatch gives no data point then

    return value


def _filled(series: Series, number: float) -> Series:
    def value(slots: Slots) -> float | None:
        found = series(slots)
        return number if found is None else found

    return value

"""The few functions of the language."""

from collections.abc import Mapping
from dataclasses import dataclass

from fraudstream.policy.names import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What a function takes and gives; `literal` says that its last argument is a text as written."""

    takes: Kind
    gives: Kind
    least: int
    most: int
    literal: bool = False
    usage: str


FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(takes=Kind.NUMBER, gives=Kind.NUMBER, least=1, most=1, usage="abs(x)"),
    "min": Function(takes=Kind.NUMBER, gives=Kind.NUMBER, least=2, most=8, usage="min(x, y, ...)"),
    "max": Function(takes=Kind.NUMBER, gives=Kind.NUMBER, least=2, most=8, usage="max(x, y, ...)"),
    "if_missing": Function(takes=Kind.NUMBER, gives=Kind.NUMBER, least=2, most=2, usage="if_missing(x, 0)"),
    "starts_with": Function(
        takes=Kind.TEXT, gives=Kind.TRUTH, least=2, most=2, literal=True, usage='starts_with(field, "text")'
    ),
    "ends_with": Function(
        takes=Kind.TEXT, gives=Kind.TRUTH, least=2, most=2, literal=True, usage='ends_with(field, "text")'
    ),
    "contains": Function(
        takes=Kind.TEXT, gives=Kind.TRUTH, least=2, most=2, literal=True, usage='contains(field, "text")'
    ),
}

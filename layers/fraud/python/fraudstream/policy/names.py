"""The names that expressions may use, with their types: a transaction's fields, the features, the score."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Literal, get_args, get_origin, get_type_hints

from fraudstream.contract import Transaction
from fraudstream.features import FEATURE_NAMES


class Kind(StrEnum):
    """Type of an expression, as error texts call it."""

    NUMBER = "a number"
    TEXT = "a text"
    MOMENT = "a moment"
    TRUTH = "true or false"


SCORE = "score"
FEATURES = frozenset(FEATURE_NAMES)
DERIVED: Mapping[str, tuple[Kind, str]] = {
    SCORE: (Kind.NUMBER, "the model's probability of fraud; missing where rules alone decide"),
    "terminal": (Kind.TEXT, "terminal_id, or merchant# and merchant_id where there is none"),
    "weekday": (Kind.NUMBER, "day of the event time in UTC, 0 Monday to 6 Sunday"),
}
_NOT_FOR_RULES = {"schema_version", "type", "attributes", "event_time_ms", "raw", "meaning", "unknown"}


def _fields() -> tuple[dict[str, Kind], dict[str, frozenset[str]]]:
    """Return the types of the contract's fields, and the only values of those that have few."""
    kinds: dict[str, Kind] = {}
    closed: dict[str, frozenset[str]] = {}
    for name, hint in get_type_hints(Transaction).items():
        if name in _NOT_FOR_RULES:
            continue
        inner = [part for part in (get_args(hint) if get_origin(hint) is not Literal else ()) if part is not type(None)]
        types = [hint, *inner, *(deeper for part in inner for deeper in get_args(part))]
        literal = next((part for part in types if get_origin(part) is Literal), None)
        if literal is not None:
            closed[name] = frozenset(get_args(literal))
        kinds[name] = Kind.NUMBER if int in types or float in types else Kind.TEXT
    return kinds | {"event_time": Kind.MOMENT}, closed


_kinds, CLOSED = _fields()
KNOWN: Mapping[str, Kind] = (
    _kinds | dict.fromkeys(FEATURE_NAMES, Kind.NUMBER) | {name: kind for name, (kind, _) in DERIVED.items()}
)
TEXT_NAMES: tuple[str, ...] = tuple(name for name, kind in KNOWN.items() if kind is Kind.TEXT)


def suggestion(word: str, among: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest name, or nothing."""
    near = get_close_matches(word[:64], list(among), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""

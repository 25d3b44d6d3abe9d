"""Event filtering: an honest subset of the patterns, the rest refused.

A record passes if any filter matches; a filter matches if every field in it does; a field matches if any of its
alternatives does. Alternatives here: a literal, `exists`, `prefix`, `anything-but` with literals, `numeric`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import UnsupportedMappingError

_MISSING = object()
_FIELDS = frozenset({"data", "partitionKey", "sequenceNumber", "approximateArrivalTimestamp", "kinesisSchemaVersion"})
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": lambda value, bound: value == bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """The mapping's patterns, checked when parsed. Without any, every record passes."""

    patterns: tuple[Mapping[str, Any], ...] = ()

    def passes(self, *, data: bytes, metadata: Mapping[str, Any]) -> bool:
        """Whether the record goes to the function.

        Data that is not JSON cannot match a pattern on `data`: Lambda drops such a record.
        """
        if not self.patterns:
            return True
        event = dict(metadata)
        try:
            event["data"] = json.loads(data)
        except ValueError:
            event["data"] = _MISSING
        return any(
            not ("data" in pattern and event["data"] is _MISSING) and _matches_object(pattern, event)
            for pattern in self.patterns
        )


def parse_filters(criteria: Mapping[str, Any] | None) -> Filters:
    """Read FilterCriteria.

    Raises
    ------
    UnsupportedMappingError
        For anything that is not understood: a filter that is ignored would let records through unnoticed.
    """
    patterns = []
    for entry in (criteria or {}).get("Filters") or ():
        try:
            pattern = json.loads(entry.get("Pattern") or "{}")
        except ValueError:
            raise UnsupportedMappingError(f"a filter pattern is not JSON: {entry.get('Pattern')!r}") from None
        if not isinstance(pattern, dict):
            raise UnsupportedMappingError(f"a filter pattern must be an object: {pattern!r}")
        if unknown := set(pattern) - _FIELDS:
            raise UnsupportedMappingError(f"a filter names fields that a Kinesis record has not: {sorted(unknown)}")
        _check_object(pattern)
        patterns.append(pattern)
    return Filters(tuple(patterns))


def _check_object(pattern: Mapping[str, Any]) -> None:
    for name, wanted in pattern.items():
        if name == "$or":
            raise UnsupportedMappingError("filter operator $or is not implemented here")
        if isinstance(wanted, dict):
            _check_object(wanted)
        elif isinstance(wanted, list) and wanted:
            for alternative in wanted:
                _check_alternative(name, alternative)
        else:
            raise UnsupportedMappingError(f"filter field {name} needs a list of alternatives, not {wanted!r}")


def _check_alternative(name: str, alternative: Any) -> None:
    if not isinstance(alternative, dict):
        if isinstance(alternative, list):
            raise UnsupportedMappingError(f"filter field {name} nests a list")
        return
    operator, operand = next(iter(alternative.items())) if len(alternative) == 1 else (None, None)
    known = (
        (operator == "exists" and isinstance(operand, bool))
        or (operator == "prefix" and isinstance(operand, str))
        or (operator == "anything-but" and all(not isinstance(item, (dict, list)) for item in _listed(operand)))
        or (operator == "numeric" and _is_numeric_operand(operand))
    )
    if not known:
        raise UnsupportedMappingError(f"filter field {name} uses an operator not implemented here: {alternative!r}")


def _is_numeric_operand(operand: Any) -> bool:
    return (
        isinstance(operand, list)
        and len(operand) in (2, 4)
        and all(sign in _COMPARISONS for sign in operand[::2])
        and all(_is_number(bound) for bound in operand[1::2])
    )


def _matches_object(pattern: Mapping[str, Any], event: Any) -> bool:
    fields = event if isinstance(event, dict) else {}
    for name, wanted in pattern.items():
        value = fields.get(name, _MISSING)
        if isinstance(wanted, dict):
            if not _matches_object(wanted, value):
                return False
        elif not any(_matches(alternative, value) for alternative in wanted):
            return False
    return True


def _matches(alternative: Any, value: Any) -> bool:
    if isinstance(alternative, dict) and "exists" in alternative:
        return (value is not _MISSING) is bool(alternative["exists"])
    if value is _MISSING:
        return False
    # A list in the record matches through any of its items.
    return any(_matches_value(alternative, item) for item in _listed(value))


def _matches_value(alternative: Any, value: Any) -> bool:
    if not isinstance(alternative, dict):
        return _same(alternative, value)
    operator, operand = next(iter(alternative.items()))
    if operator == "prefix":
        return isinstance(value, str) and value.startswith(operand)
    if operator == "anything-but":
        return not any(_same(banned, value) for banned in _listed(operand))
    return _is_number(value) and all(
        _COMPARISONS[sign](value, bound) for sign, bound in zip(operand[::2], operand[1::2], strict=True)
    )


def _same(wanted: Any, value: Any) -> bool:
    # In Python True == 1; in JSON they differ.
    return isinstance(wanted, bool) == isinstance(value, bool) and bool(wanted == value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

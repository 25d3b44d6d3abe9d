"""Strict JSON: what `json` lets pass and the contract does not is refused with its reason."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from fraudstream.contract.rejects import RejectReason

MAX_DEPTH = 8
"""Levels of objects and arrays in a record, the record itself being the first."""


class RefusalError(Exception):
    """A record is refused; raised and caught within the contract, where it becomes a `Rejected`."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def parse_object(data: bytes) -> dict[str, Any]:
    """Return a record's JSON object.

    Raises
    ------
    RefusalError
        Not UTF-8, not JSON, not an object, a key twice in one object, numbers that are none, or levels too deep.
    """
    try:
        payload = _decoder.decode(data.decode())
    except UnicodeDecodeError as error:
        raise RefusalError(RejectReason.NOT_UTF8, f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise RefusalError(RejectReason.NOT_JSON, f"no JSON from character {error.pos}") from None
    except RecursionError:
        raise RefusalError(RejectReason.TOO_DEEP, f"more than {MAX_DEPTH} levels") from None
    except ValueError:
        # Of the library's own errors only this is left: an integer too long to be converted.
        raise RefusalError(RejectReason.NUMBER_INVALID, "an integer with thousands of digits") from None
    if not isinstance(payload, dict):
        raise RefusalError(RejectReason.NOT_AN_OBJECT, "a record is one JSON object")
    return payload


def scalars(payload: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every key and every string or number of an object, at any level, with the top-level field it is in.

    Raises
    ------
    RefusalError
        If the levels are too deep.
    """
    stack: list[tuple[str, Any, int]] = [(field, value, 2) for field, value in payload.items()]
    yield from ((field, field) for field in payload)
    while stack:
        field, value, depth = stack.pop()
        if not isinstance(value, dict | list):
            yield field, value
            continue
        if depth > MAX_DEPTH:
            raise RefusalError(RejectReason.TOO_DEEP, f"more than {MAX_DEPTH} levels")
        if isinstance(value, dict):
            yield from ((field, key) for key in value)
            value = value.values()
        stack.extend((field, inner, depth + 1) for inner in value)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RefusalError(RejectReason.DUPLICATE_KEY, "an object has one key twice")
    return found


def _refuse_constant(_: str) -> NoReturn:
    raise RefusalError(RejectReason.NUMBER_INVALID, "NaN and Infinity are not JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)

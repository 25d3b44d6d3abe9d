"""Small request bodies: strict JSON into a type of ours, with the contract's reasons where that fails."""

import re
from typing import TypeVar

import msgspec
from msgspec import Struct

from fraudstream.contract import Rejected, RejectReason
from fraudstream.contract.fields import UNSAFE
from fraudstream.contract.pan import holds_card_number, is_card_number
from fraudstream.contract.parsing import RefusalError, parse_object, scalars

LARGEST_BYTES = 16_384
Body = TypeVar("Body", bound=Struct)
_REASONS = {
    "transaction_id": RejectReason.TRANSACTION_ID_INVALID,
    "card_id": RejectReason.CARD_ID_INVALID,
}
_place = re.compile(r" - at `\$\.(\w+)").search
_missing = re.compile(r"missing required field `(\w+)`").search
unsafe = re.compile(f"[{UNSAFE}\ud800-\udfff]").search


def read(kind: type[Body], data: bytes) -> Body | Rejected:
    """Return a body as its type; a card number in any field, and a field that the type does not have, are refused."""
    if len(data) > LARGEST_BYTES:
        return Rejected.too_large(data, LARGEST_BYTES)
    try:
        sent = parse_object(data)
        _check(sent, frozenset(kind.__struct_encode_fields__))
        return msgspec.convert(sent, kind)
    except RefusalError as refusal:
        return Rejected.of(refusal.reason, refusal.detail, data)
    except msgspec.ValidationError as error:
        return refusal_of(str(error), data)


def _check(sent: dict[str, object], known: frozenset[str]) -> None:
    for field, value in scalars(sent):
        name = field if field in known else "an unknown field"
        text = value if isinstance(value, str) else ""
        if field == "card_id" and is_card_number(text):
            raise RefusalError(RejectReason.CARD_NUMBER_IN_CARD_ID, "card_id: 12 to 19 digits with a right check digit")
        if holds_card_number(_written(value)):
            raise RefusalError(RejectReason.CARD_NUMBER_IN_PAYLOAD, f"{name}: holds a card number")
        if unsafe(text):
            raise RefusalError(RejectReason.CHARACTER_FORBIDDEN, f"{name}: control, direction or half characters")
    if not known.issuperset(sent):
        raise RefusalError(RejectReason.FIELD_INVALID, f"unknown field; there are {', '.join(sorted(known))}")


def _written(value: object) -> str:
    """Return the text in which a card number would show."""
    if isinstance(value, float):
        return str(abs(int(value))) if value.is_integer() else ""
    return "" if value is None or isinstance(value, bool) else str(value)


def refusal_of(problem: str, data: bytes) -> Rejected:
    """Return a refusal in words that name types and limits, never the value."""
    if missing := _missing(problem):
        return Rejected.of(RejectReason.FIELD_MISSING, f"{missing.group(1)}: required", data)
    place = _place(problem)
    field = place.group(1) if place else "a field"
    expected = "not one of the values allowed" if "enum value" in problem else problem.partition(" - at ")[0]
    return Rejected.of(_REASONS.get(field, RejectReason.FIELD_INVALID), f"{field}: {expected}", data)

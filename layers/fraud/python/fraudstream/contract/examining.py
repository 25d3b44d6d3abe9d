"""The whole contract, check by check, each with its reason. `decode` comes here whenever its short way is in doubt."""

import math
import re
from typing import Any

import msgspec

from fraudstream.contract.bounds import Bounds
from fraudstream.contract.fields import BIN, MCC, MERCHANT_PREFIX, NOT_IN_CARD_ID, UNSAFE, UNSEEN
from fraudstream.contract.instants import EARLIEST_MS, to_epoch_ms
from fraudstream.contract.label import Label
from fraudstream.contract.meaning import meaning_of
from fraudstream.contract.pan import holds_card_number, is_card_number
from fraudstream.contract.parsing import RefusalError, parse_object, scalars
from fraudstream.contract.rejects import Rejected, RejectReason
from fraudstream.contract.sealing import LEAKS, known_fields, one_line, seal
from fraudstream.contract.transaction import Transaction

_KINDS: dict[str, type[Transaction] | type[Label]] = {"transaction": Transaction, "label": Label}
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in _KINDS.items()}
_KNOWN = {name: known_fields(kind) for name, kind in _KINDS.items()}
_TEXTS = (_KNOWN["transaction"] | _KNOWN["label"]) - {"attributes"}

_REASONS = {
    "schema_version": RejectReason.SCHEMA_VERSION_UNSUPPORTED,
    "transaction_id": RejectReason.TRANSACTION_ID_INVALID,
    "card_id": RejectReason.CARD_ID_INVALID,
    "terminal_id": RejectReason.TERMINAL_INVALID,
    "merchant_id": RejectReason.TERMINAL_INVALID,
    "amount_minor": RejectReason.AMOUNT_INVALID,
    "currency": RejectReason.CURRENCY_UNKNOWN,
    "event_time": RejectReason.EVENT_TIME_INVALID,
    "label": RejectReason.LABEL_INVALID,
    "label_time": RejectReason.LABEL_TIME_INVALID,
}
_IDENTIFIERS = ("transaction_id", "card_id", "terminal_id", "merchant_id")

_missing = re.compile(r"missing required field `(\w+)`").search
_place = re.compile(r" - at `\$\.(\w+)").search
_unsafe = re.compile(f"[{UNSAFE}]").search
_unseen = re.compile(f"[{UNSEEN}]").search
_nowhere = re.compile("[\x00\x7f\ud800-\udfff]").search
_not_in_token = re.compile(NOT_IN_CARD_ID).search
_digits = {"mcc": re.compile(MCC).match, "card_bin": re.compile(BIN).match}


def examine(data: bytes, *, now_ms: int, bounds: Bounds) -> Transaction | Label | Rejected:
    """Return what a record is, with every check made. Never raises, whatever the bytes."""
    try:
        payload = parse_object(data)
        _check_contents(payload)
        kind = _kind(payload)
        record = _typed(kind, data)
        _check_forms(record)
        unknown = {name: value for name, value in payload.items() if name not in _KNOWN[kind]}
        event_time_ms = _event_time(record, now_ms, bounds)
        ours: dict[str, Any] = {"meaning": meaning_of(record), "raw": one_line(data), "event_time_ms": event_time_ms}
        if isinstance(record, Label):
            ours["label_time_ms"] = _label_time(record, event_time_ms, now_ms, bounds)
        return seal(record, **ours, unknown=unknown or None)
    except RefusalError as refusal:
        return Rejected.of(refusal.reason, refusal.detail, data)


def _check_contents(payload: dict[str, Any]) -> None:
    """Refuse card numbers and characters that no field may have, in every key and value at every level."""
    card_id = payload.get("card_id")
    if isinstance(card_id, str | int) and (is_card_number(str(card_id)) or holds_card_number(str(card_id))):
        raise RefusalError(RejectReason.CARD_NUMBER_IN_CARD_ID, "card_id: 12 to 19 digits with a right check digit")
    for field, value in scalars(payload):
        if isinstance(value, str):
            _check_text(field, value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise RefusalError(RejectReason.NUMBER_INVALID, f"{_named(field)}: a number too large")
        if field != "amount_minor" and holds_card_number(_written(value)):
            raise RefusalError(RejectReason.CARD_NUMBER_IN_PAYLOAD, f"{_named(field)}: holds a card number")


def _check_text(field: str, text: str) -> None:
    if _nowhere(text) or (field in _TEXTS and _unsafe(text)) or (field in _IDENTIFIERS and _unseen(text)):
        detail = f"{_named(field)}: control, direction, invisible or half characters"
        raise RefusalError(RejectReason.CHARACTER_FORBIDDEN, detail)


def _written(value: Any) -> str:
    """Return the text in which a card number would show; an integer may come as a float, 4.111111111111111E15."""
    if isinstance(value, float):
        return str(abs(int(value))) if value.is_integer() else ""
    return "" if value is None or isinstance(value, bool) else str(value)


def _named(field: str) -> str:
    """Name a field in a detail. An unknown field's name came from outside, so it is not repeated."""
    return field if field in _KNOWN["transaction"] | _KNOWN["label"] else "an unknown field"


def _kind(payload: dict[str, Any]) -> str:
    kind = payload.get("type", "transaction")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise RefusalError(RejectReason.TYPE_UNKNOWN, "type: transaction or label")
    attributes = payload.get("attributes")
    inner = attributes if isinstance(attributes, dict) else {}
    if kind == "transaction" and not (LEAKS.isdisjoint(payload) and LEAKS.isdisjoint(inner)):
        detail = "a transaction does not carry its own label; send a record of type label"
        raise RefusalError(RejectReason.LABEL_ON_TRANSACTION, detail)
    return kind


def _typed(kind: str, data: bytes) -> Transaction | Label:
    try:
        record = _DECODERS[kind].decode(data)
        return record if record.type else seal(record, type="transaction")
    except msgspec.ValidationError as error:
        problem = str(error)
    except msgspec.DecodeError:
        raise RefusalError(RejectReason.NOT_JSON, "not JSON") from None
    if missing := _missing(problem):
        raise RefusalError(RejectReason.FIELD_MISSING, f"{missing.group(1)}: required")
    place = _place(problem)
    field = place.group(1) if place else "a field"
    # The library's words name types and limits, except here, where they quote the value.
    expected = "not one of the values allowed" if "enum value" in problem else problem.partition(" - at ")[0]
    raise RefusalError(_REASONS.get(field, RejectReason.FIELD_INVALID), f"{field}: {expected}")


def _check_forms(record: Transaction | Label) -> None:
    """Refuse what the types alone do not tell."""
    for field in ("transaction_id", "terminal_id", "merchant_id"):
        value = getattr(record, field)
        if value is not None and value.isspace():
            raise RefusalError(_REASONS[field], f"{field}: blank")
    if _not_in_token(record.card_id):
        raise RefusalError(RejectReason.CARD_ID_INVALID, "card_id: letters, digits and . _ : @ / + = ~ | - only")
    if record.terminal_id is None and record.merchant_id is None:
        raise RefusalError(RejectReason.TERMINAL_MISSING, "terminal_id or merchant_id: one of them is required")
    if record.terminal_id is not None and record.terminal_id.startswith(MERCHANT_PREFIX):
        raise RefusalError(RejectReason.TERMINAL_INVALID, f"terminal_id: must not begin with {MERCHANT_PREFIX}")
    if isinstance(record, Transaction):
        for field, matches in _digits.items():
            value = getattr(record, field)
            if value is not None and not matches(value):
                raise RefusalError(RejectReason.FIELD_INVALID, f"{field}: digits only")


def _event_time(record: Transaction | Label, now_ms: int, bounds: Bounds) -> int:
    moment = to_epoch_ms(record.event_time)
    if moment is None:
        raise RefusalError(RejectReason.EVENT_TIME_INVALID, "event_time: RFC 3339, UTC, at most three decimals")
    if moment > now_ms + bounds.max_future_ms:
        detail = f"event_time: {moment - now_ms} ms ahead of our clock, {bounds.max_future_ms} allowed"
        raise RefusalError(RejectReason.EVENT_TIME_IN_FUTURE, detail)
    if moment < EARLIEST_MS:
        raise RefusalError(RejectReason.EVENT_TIME_TOO_OLD, "event_time: before 2000")
    if isinstance(record, Transaction) and bounds.max_event_age_ms is not None:
        age = now_ms - moment
        if age > bounds.max_event_age_ms:
            detail = f"event_time: {age} ms ago, {bounds.max_event_age_ms} allowed"
            raise RefusalError(RejectReason.EVENT_TIME_TOO_OLD, detail)
    return moment


def _label_time(label: Label, event_time_ms: int, now_ms: int, bounds: Bounds) -> int:
    moment = to_epoch_ms(label.label_time)
    if moment is None:
        raise RefusalError(RejectReason.LABEL_TIME_INVALID, "label_time: RFC 3339, UTC, at most three decimals")
    if moment > now_ms + bounds.max_future_ms:
        detail = f"label_time: {moment - now_ms} ms ahead of our clock, {bounds.max_future_ms} allowed"
        raise RefusalError(RejectReason.LABEL_TIME_IN_FUTURE, detail)
    if moment < event_time_ms:
        raise RefusalError(RejectReason.LABEL_BEFORE_EVENT, "label_time: before event_time")
    return moment

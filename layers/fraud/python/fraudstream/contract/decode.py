"""Bytes of a stream record to a transaction, a label or a refusal.

Two ways lead to the same answer. The short way decodes straight into the type and looks for anything that could be
wrong, in a few passes over the bytes; it accepts or doubts, and never refuses. What it doubts, `examining` takes apart.
"""

import re
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import force_setattr

from fraudstream.contract.bounds import Bounds
from fraudstream.contract.examining import examine
from fraudstream.contract.fields import MERCHANT_PREFIX
from fraudstream.contract.instants import EARLIEST_MS, to_epoch_ms
from fraudstream.contract.label import Label
from fraudstream.contract.meaning import encode_meaning, fields_in
from fraudstream.contract.pan import holds_card_number
from fraudstream.contract.parsing import MAX_DEPTH
from fraudstream.contract.rejects import Rejected
from fraudstream.contract.sealing import LEAKS, known_fields, one_line
from fraudstream.contract.transaction import Transaction
from fraudstream.undecodable import UNDECODABLE

_COLON, _BACKSLASH, _DELETE, _LINE_FEED, _RETURN = b":\\\x7f\n\r"
_IMPOSSIBLE = 1 << 40

_as_transaction = msgspec.json.Decoder(Transaction).decode
_as_label = msgspec.json.Decoder(Label).decode
_as_anything = msgspec.json.Decoder(dict[str, Any]).decode
_KNOWN = {kind: known_fields(kind) for kind in (Transaction, Label)}
# Fields of which the type has been checked, so that there are no keys within.
_CLOSED = {kind: known - {"attributes"} for kind, known in _KNOWN.items()}

# Twelve characters or more without a letter could be a card number: in doubt.
_is_surely_token = re.compile(r"(?![0-9._:@/+=~|-]{12,}\Z)[A-Za-z0-9._:@/+=~|-]+").fullmatch
# Letters of European languages, written as they are or as escapes.
_odd_escape = re.compile(rb"\\(?!u00[b-fB-F][0-9a-fA-F]|u01[0-9a-fA-F]{2}|u02[0-4][0-9a-fA-F])").search
_beyond_latin = re.compile("[^\x00-\x7e\xa1-\xac\xae-\u024f]").search
_DIGITS_AS_ZEROS = bytes.maketrans(b"123456789_/:", b"000000000...")
_THIRTEEN_DIGITS = b"0" * 13
_TWO_GROUPS = b"0000.0000"
_may_be_groups = re.compile(rb"[0-9]{4}([._/:])[0-9]{4,6}\1[0-9]{4}").search
_long_numbers = re.compile(rb"[0-9][0-9 -]{11,}[0-9]").findall


def decode_record(data: bytes, *, now_ms: int, bounds: Bounds) -> Transaction | Label | Rejected:
    """Return what a record is. Bad data is a value: this never raises, whatever the bytes.

    Parameters
    ----------
    data
        The record's JSON, as the producer sent it.
    now_ms
        The clock, in milliseconds since 1970.

    Returns
    -------
    Transaction | Label | Rejected
        Valid and without card numbers; or the reason why not, with the bytes masked.
    """
    if len(data) > bounds.max_record_bytes:
        return Rejected.too_large(data, bounds.max_record_bytes)
    return _short_way(data, now_ms, bounds) or examine(data, now_ms=now_ms, bounds=bounds)


def _short_way(data: bytes, now_ms: int, bounds: Bounds) -> Transaction | Label | None:
    """Return a record that is valid beyond doubt, or None."""
    try:
        record = _as_transaction(data)
        without_type = record.type is UNSET
        if without_type:
            force_setattr(record, "type", "transaction")
        meaning = encode_meaning(record)
    except UNDECODABLE:
        return _short_way_to_label(data, now_ms, bounds)
    event_time = record.event_time
    event_time_ms = to_epoch_ms(event_time)
    if (
        event_time_ms is None
        or not EARLIEST_MS <= event_time_ms <= now_ms + bounds.max_future_ms
        or (bounds.max_event_age_ms is not None and event_time_ms < now_ms - bounds.max_event_age_ms)
        or not _is_harmless(data, record)
        or not (record.mcc is None or record.mcc.isdecimal())
        or not (record.card_bin is None or record.card_bin.isdecimal())
    ):
        return None
    # Each key has a colon, so there are at least as many colons as fields were found, and those within the time. If
    # there are no more, then no key is unknown or there twice.
    if data.count(_COLON) != fields_in(meaning) - without_type + event_time.count(":"):
        unknown = _unknown_fields(data, Transaction)
        if unknown is None or not LEAKS.isdisjoint(unknown) or not LEAKS.isdisjoint(record.attributes or ()):
            return None
        force_setattr(record, "unknown", unknown or None)
    force_setattr(record, "event_time_ms", event_time_ms)
    force_setattr(record, "raw", one_line(data) if _LINE_FEED in data or _RETURN in data else data)
    force_setattr(record, "meaning", meaning)
    return record


def _short_way_to_label(data: bytes, now_ms: int, bounds: Bounds) -> Label | None:
    try:
        record = _as_label(data)
    except UNDECODABLE:
        return None
    event_time_ms, label_time_ms = to_epoch_ms(record.event_time), to_epoch_ms(record.label_time)
    if (
        event_time_ms is None
        or label_time_ms is None
        or not EARLIEST_MS <= event_time_ms <= label_time_ms <= now_ms + bounds.max_future_ms
        or not _is_harmless(data, record)
    ):
        return None
    meaning = encode_meaning(record)
    if data.count(_COLON) != fields_in(meaning) + record.event_time.count(":") + record.label_time.count(":"):
        unknown = _unknown_fields(data, Label)
        if unknown is None:
            return None
        force_setattr(record, "unknown", unknown or None)
    force_setattr(record, "event_time_ms", event_time_ms)
    force_setattr(record, "label_time_ms", label_time_ms)
    force_setattr(record, "raw", one_line(data) if _LINE_FEED in data or _RETURN in data else data)
    force_setattr(record, "meaning", meaning)
    return record


def _is_harmless(data: bytes, record: Transaction | Label) -> bool:
    """Return whether text and identifiers are surely as they should be, and there is surely no card number.

    JSON has no raw control characters, and escapes are for letters only: so every character is what it looks like.
    """
    if _DELETE in data or (_BACKSLASH in data and _odd_escape(data)) or not (data.isascii() or _is_latin(data)):
        return False
    # A pass in C that leaves few records to the pattern, which takes ten times as long.
    shape = data.translate(_DIGITS_AS_ZEROS, b" -")
    if (_THIRTEEN_DIGITS in shape and holds_card_number(b",".join(_long_numbers(data)).decode())) or (
        _TWO_GROUPS in shape and _may_be_groups(data)
    ):
        return False
    terminal, merchant = record.terminal_id, record.merchant_id
    if terminal is None:
        if merchant is None:
            return False
    elif terminal.isspace() or terminal.startswith(MERCHANT_PREFIX):
        return False
    if merchant is not None and merchant.isspace():
        return False
    return not record.transaction_id.isspace() and _is_surely_token(record.card_id) is not None


def _is_latin(data: bytes) -> bool:
    """Return whether the bytes are UTF-8 and have no direction or hidden characters."""
    try:
        return _beyond_latin(data.decode()) is None
    except UnicodeDecodeError:
        return False


def _unknown_fields(data: bytes, kind: type[Transaction] | type[Label]) -> dict[str, Any] | None:
    """Return the fields the contract does not know; None if a key could be there twice, or something be hidden in them.

    Without white space before colons every key ends in `":`. If the bytes have no more of these than the parsed object
    has keys, none was lost to a repetition.
    """
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH or b" :" in data or 9 in data or 10 in data or 13 in data:
        return None
    try:
        payload = _as_anything(data)
    except UNDECODABLE:
        return None
    open_ended = {name: payload[name] for name in payload.keys() - _CLOSED[kind]}
    if data.count(b'":') != len(payload) + sum(map(_keys, open_ended.values())):
        return None
    return {name: value for name, value in open_ended.items() if name not in _KNOWN[kind]}


def _keys(value: Any) -> int:
    """Return how many keys the objects in a value have, at all levels.

    A number which could be a card's in scientific notation counts as more keys than fit into a record.
    """
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    if isinstance(value, list):
        return sum(map(_keys, value))
    return _IMPOSSIBLE if isinstance(value, float) and abs(value) >= 1e11 else 0

"""Cursors of the review queue: where a page ended, as text that means nothing to whoever passes it back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from fraudstream.contract import fields as of
from fraudstream.contract import to_epoch_ms
from fraudstream.errors import CursorError
from fraudstream.ports import QueueOrder
from fraudstream.undecodable import UNDECODABLE

_LONGEST = 512
_Digits = Annotated[str, Meta(pattern=r"\A[01](\.[0-9]{1,6})?\Z")]


class _ByRisk(Struct, frozen=True, forbid_unknown_fields=True, tag="risk", tag_field="order"):
    card_id: of.CardId
    risk: _Digits


class _ByAge(Struct, frozen=True, forbid_unknown_fields=True, tag="age", tag_field="order"):
    card_id: of.CardId
    opened_at: str


_decode = msgspec.json.Decoder(_ByRisk | _ByAge).decode
Key = dict[str, dict[str, str]]


def write_cursor(last: Key, order: QueueOrder) -> str:
    """Return the key that a page ended with as a cursor."""
    card_id = last["card_id"]["S"]
    end = _ByRisk(card_id, last["risk"]["N"]) if order == "risk" else _ByAge(card_id, last["opened_at"]["S"])
    return urlsafe_b64encode(msgspec.json.encode(end)).decode().rstrip("=")


def read_cursor(cursor: str, order: QueueOrder) -> Key:
    """Return the key that a cursor stands for.

    Raises
    ------
    CursorError
        It is none, or of the other order.
    """
    refusal = CursorError("cursor: none that this order of the queue gave out; begin again without one")
    if len(cursor) > _LONGEST or not cursor.isascii():
        raise refusal
    try:
        end = _decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (*UNDECODABLE, ValueError):
        raise refusal from None
    key = {"card_id": {"S": end.card_id}, "queue": {"S": "open"}}
    if isinstance(end, _ByRisk) and order == "risk":
        return key | {"risk": {"N": end.risk}}
    if isinstance(end, _ByAge) and order == "age" and to_epoch_ms(end.opened_at) is not None:
        return key | {"opened_at": {"S": end.opened_at}}
    raise refusal

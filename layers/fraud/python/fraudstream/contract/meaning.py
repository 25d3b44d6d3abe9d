"""What a payload says, apart from how it is written."""

from hashlib import blake2b
from typing import Any

import msgspec

from fraudstream.contract.fields import MERCHANT_PREFIX

encode_meaning = msgspec.msgpack.Encoder(order="deterministic").encode
"""Encode a record's known fields that have a value, each once, in the contract's order: MessagePack, a map."""
_encode_unknown = msgspec.json.Encoder(order="deterministic").encode


def terminal_key(terminal_id: str | None, merchant_id: str | None) -> str:
    """Return the key under which a terminal's history is kept.

    Merchants take a prefix that no terminal id may begin with, so a merchant and a terminal of the same name have two
    histories.

    Examples
    --------
    >>> terminal_key("42", "m-1"), terminal_key(None, "42")
    ('42', 'merchant#42')
    """
    return terminal_id if terminal_id is not None else f"{MERCHANT_PREFIX}{merchant_id}"


def meaning_of(record: msgspec.Struct) -> bytes:
    """Return the encoded meaning of a record just decoded, before anything of ours is added to it."""
    try:
        return encode_meaning(record)
    except OverflowError:
        # MessagePack has no integers beyond 64 bits; `attributes` may.
        return _encode_unknown(record)


def fields_in(meaning: bytes) -> int:
    """Return how many fields a MessagePack map of 0 to 65535 has: it says so in its first bytes."""
    return meaning[0] & 15 if meaning[0] < 0xDE else meaning[1] << 8 | meaning[2]


def payload_hash(meaning: bytes, unknown: dict[str, Any] | None) -> str:
    """Return the BLAKE2b-128 of what a payload says, as 32 hex digits.

    Equal for payloads that differ in key order, white space, escapes, an optional field left out or null, or in how
    they write a coordinate. A field that joins the contract later does not change the hash of payloads without it.
    """
    return blake2b(meaning + _encode_unknown(unknown) if unknown else meaning, digest_size=16).hexdigest()

"""What a payload says, apart from how it is written."""

from hashlib import blake2b
from typing import Any

import msgspec
from msgspec.structs import astuple

from fraudstream.contract.fields import MERCHANT_PREFIX

_encode = msgspec.json.Encoder(order="deterministic").encode


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


def payload_hash(record: msgspec.Struct) -> str:
    """Return the BLAKE2b-128 of a record's meaning, as 32 hex digits.

    Equal for payloads that differ in key order, white space, escapes, an optional field left out or null, or in how
    they write the same moment or coordinate. It is taken over the sorted fields that are there, so that a field which
    becomes known in a later version does not change the hash of records sent before.
    """
    meaning: dict[str, Any] = {
        name: value
        for name, value in zip(record.__struct_fields__, astuple(record), strict=True)
        if value is not None
    }
    del meaning["raw"]
    for name in ("event_time", "label_time"):
        if name in meaning:
            meaning[name] = meaning.pop(f"{name}_ms")
    meaning |= meaning.pop("unknown", {})
    return blake2b(_encode(meaning), digest_size=16).hexdigest()

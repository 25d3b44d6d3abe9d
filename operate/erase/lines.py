"""The bytes of an object without what is about one card."""

import json
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import msgspec
import zstandard

_LEVEL = 3
GIVEN_UP = ("aws/lambda/", "redriving/", "redriven/")


class _About(msgspec.Struct):
    card_id: str | None = None


class _Line(msgspec.Struct):
    transaction: _About | None = None
    decision: _About | None = None
    label: _About | None = None


_line = msgspec.json.Decoder(_Line)
_anything = msgspec.json.Decoder()


class NotUnderstoodError(Exception):
    """An object mentions the card and has no form that is known here: nobody can tell what to take out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """What is left of an object.

    Attributes
    ----------
    body
        The new bytes; empty where nothing is left.
    taken
        Lines or records that were about the card.
    mentions
        Lines of other cards that mention this one's token in a field of their own; they stay.
    """

    body: bytes
    taken: int
    mentions: int = 0


def of_archive(body: bytes, card: str) -> Without:
    """Return an archive object (JSON lines under zstd) without the card's transactions and labels."""
    text = zstandard.ZstdDecompressor().decompressobj().decompress(body)
    if not _may_mention(text, card):
        return Without(body=body, taken=0)
    kept, taken, mentions = [], 0, 0
    for line in text.splitlines():
        if _is_about(line, card):
            taken += 1
        else:
            kept.append(line)
            mentions += card.encode() in line
    if not taken:
        return Without(body=body, taken=0, mentions=mentions)
    left = zstandard.ZstdCompressor(level=_LEVEL).compress(b"\n".join(kept) + b"\n") if kept else b""
    return Without(body=left, taken=taken, mentions=mentions)


def of_quarantine(key: str, body: bytes, card: str) -> Without:
    """Return an object of the quarantine bucket without the card's records: refused lines, or a batch given up.

    A record that mentions the token anywhere is taken out: it was refused, and nobody decided whose it is.

    Raises
    ------
    NotUnderstoodError
        The object mentions the token and has neither form.
    """
    try:
        if key.startswith(GIVEN_UP) and body.lstrip()[:1] == b"{" and b'"data_base64"' not in body:
            return _given_up(body, card)
        lines = [line for line in body.split(b"\n") if line.strip()]
        kept = [line for line in lines if not _held_mentions(json.loads(line), card)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if _may_mention(body, card):
            raise NotUnderstoodError(type(error).__name__) from error
        return Without(body=body, taken=0)
    if len(kept) == len(lines):
        return Without(body=body, taken=0)
    return Without(body=b"".join(line + b"\n" for line in kept), taken=len(lines) - len(kept))


def mentions(data: bytes, card: str) -> bool:
    """Tell whether bytes mention a token, also where JSON writes its characters as escapes."""
    if card.encode() in data:
        return True
    if b"\\" not in data:
        return False
    try:
        return card in json.dumps(_anything.decode(data), ensure_ascii=False)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return card.encode() in data.replace(b"\\/", b"/")


def _given_up(body: bytes, card: str) -> Without:
    document = json.loads(body)
    if "payload" not in document:
        return Without(body=body, taken=0)
    as_text = isinstance(document["payload"], str)
    event = json.loads(document["payload"]) if as_text else document["payload"]
    kept = [entry for entry in event["Records"] if not _entry_mentions(entry, card)]
    taken = len(event["Records"]) - len(kept)
    if not taken:
        return Without(body=body, taken=0)
    if not kept:
        return Without(body=b"", taken=taken)
    event["Records"] = kept
    document["payload"] = json.dumps(event) if as_text else event
    return Without(body=json.dumps(document).encode(), taken=taken)


def _entry_mentions(entry: dict[str, Any], card: str) -> bool:
    kinesis = entry["kinesis"]
    return kinesis.get("partitionKey") == card or mentions(b64decode(kinesis["data"]), card)


def _held_mentions(line: dict[str, Any], card: str) -> bool:
    return mentions(b64decode(line["data_base64"]), card)


def _is_about(line: bytes, card: str) -> bool:
    about = _line.decode(line)
    return any(part is not None and part.card_id == card for part in (about.transaction, about.decision, about.label))


def _may_mention(text: bytes, card: str) -> bool:
    return card.encode() in text or b"\\" in text

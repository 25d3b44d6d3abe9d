"""Card numbers planted wherever somebody could put one, each with its place, so that a leak names it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import msgspec
from fraudstream.contract import Label, Transaction

from tests.samples import label, transaction

_KEPT_BESIDE = {"event_time_ms", "raw", "meaning", "unknown"}  # made while decoding, no field of the contract


class Canaries:
    """Hands out Luhn-valid Visa numbers, and remembers what each was planted in."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.planted: dict[str, str] = {}

    def plant(self, place: str) -> str:
        """Return a number that was never handed out before."""
        digits = f"4{next(self._numbers) * 7_919:014d}"
        total = sum(sum(divmod(int(digit) * (2 if index % 2 == 0 else 1), 10)) for index, digit in enumerate(digits))
        number = f"{digits}{-total % 10}"
        self.planted[number] = place
        return number


def grouped(number: str, mark: str = " ") -> str:
    """Return a number as it is printed on a card."""
    return mark.join(number[start : start + 4] for start in range(0, 16, 4))


def records(canaries: Canaries) -> Iterator[bytes]:
    """Yield records of the stream: a number in each field of transaction and label, in every shape, and in garbage."""
    for number, (name, make) in enumerate((n, m) for n in _fields(Transaction) for m in _SHAPES if (n, m) != _AMOUNT):
        fields = {
            "transaction_id": f"canary-{number}",
            "event_time": now(),
            name: make(canaries, f"transaction.{name}"),
        }
        yield json.dumps(transaction(number) | fields).encode()
    for number, name in enumerate(_fields(Label)):
        fields = {"transaction_id": f"canary-{number}", "label_time": now(), name: canaries.plant(f"label.{name}")}
        yield json.dumps(label(number) | fields).encode()
    nested = {"receipt": {"lines": [{"text": f"card {grouped(canaries.plant('attributes, nested'), '-')}"}]}}
    yield json.dumps(transaction(1, transaction_id="canary-nested", event_time=now(), attributes=nested)).encode()
    key = {canaries.plant("attributes, a key"): 1}
    yield json.dumps(transaction(1, transaction_id="canary-key", event_time=now(), attributes=key)).encode()
    unknown = {f"x{canaries.plant('an unknown field name')}": canaries.plant("an unknown field")}
    yield json.dumps(transaction(1, transaction_id="canary-unknown", event_time=now()) | unknown).encode()
    yield json.dumps(transaction(1, transaction_id=canaries.plant("a transaction's id, twice"))).encode()
    yield f'{{"card_id": "{canaries.plant("JSON that ends early")}"'.encode()
    yield f"PAN={canaries.plant('no JSON at all')};AMOUNT=12".encode()
    yield b"\xff\xfe\x00" + canaries.plant("bytes that are no text").encode() + b"\x80"
    yield json.dumps([canaries.plant("a list")]).encode()
    yield json.dumps({"type": canaries.plant("an unknown type")}).encode()
    yield json.dumps(canaries.plant("UTF-16")).encode("utf-16")


def requests(canaries: Canaries) -> Iterator[tuple[str, str, Any, dict[str, str]]]:
    """Yield requests to the API: method, path, body and headers, a number in every part of them."""
    plain: dict[str, str] = {}
    for name in _fields(Transaction):
        sent = transaction(1, transaction_id="canary-api", event_time=now()) | {name: canaries.plant(f"API {name}")}
        yield "POST", "/transactions", sent, plain
    for name in _fields(Label):
        sent = label(1, label_time=now()) | {name: canaries.plant(f"API label {name}")}
        yield "POST", "/labels", sent, plain
    yield "POST", "/transactions", f'{{"card_id": "{canaries.plant("API, broken JSON")}"'.encode(), plain
    yield "POST", "/labels", canaries.plant("API, no JSON").encode(), plain
    for path in ("/decisions/{}", "/cards/{}", "/nowhere/{}", "/queue?order={}", "/queue?cursor={}", "/queue?limit={}"):
        yield "GET", path.format(canaries.plant(f"API path {path}")), None, plain
    yield "POST", f"/cards/{canaries.plant('API path of a snooze')}/snooze", {"until": now()}, plain
    yield "POST", "/cards/card_a/snooze", {"until": canaries.plant("API snooze until")}, plain
    for name in ("transaction_id", "card_id", "disposition", "note"):
        finding = {"transaction_id": "canary-none", "disposition": "fraud"} | {
            name: canaries.plant(f"API finding {name}")
        }
        yield "POST", "/dispositions", finding, plain
    note = f"the holder read out {grouped(canaries.plant('API note, grouped'))} to me"
    yield "POST", "/dispositions", {"transaction_id": "canary-none", "disposition": "fraud", "note": note}, plain
    for name in ("X-Request-Id", "User-Agent", "Idempotency-Key", "X-Amzn-Trace-Id"):
        yield "GET", "/rules", None, {name: canaries.plant(f"API header {name}")}


def chargebacks(canaries: Canaries) -> bytes:
    """Return a chargeback file with a number in every column, a heading, and in lines that are none."""
    head = ("Transaction ID", "Dispute date", "Reason code", f"Card {canaries.plant('CSV heading')}")
    good = ["canary-none", "2026-11-20", "10.4", "x"]
    lines = [";".join(head)]
    for column, name in enumerate(head[:3]):
        lines.append(";".join([*good[:column], canaries.plant(f"CSV {name}"), *good[column + 1 :]]))
    lines.append(";".join([*good[:3], grouped(canaries.plant("CSV extra column"))]))
    lines.append(canaries.plant("CSV, a line of one column"))
    lines.append('"' + canaries.plant("CSV, a quote that does not end"))
    return "\r\n".join(lines).encode()


def now() -> str:
    """Return the time as the contract writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(struct: type[msgspec.Struct]) -> list[str]:
    return [field.name for field in msgspec.structs.fields(struct) if field.name not in _KEPT_BESIDE]


def _text(canaries: Canaries, place: str) -> object:
    return canaries.plant(f"{place}, text")


def _spaced(canaries: Canaries, place: str) -> object:
    return f"paid {grouped(canaries.plant(f'{place}, grouped'))}"


def _number(canaries: Canaries, place: str) -> object:
    return int(canaries.plant(f"{place}, a number"))


_SHAPES = (_text, _spaced, _number)
# The one place that is not searched: an amount is a number, and any number may pass for a card's.
_AMOUNT = ("amount_minor", _number)

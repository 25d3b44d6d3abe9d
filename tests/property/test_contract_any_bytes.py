"""The decoder over whatever bytes there are."""

import json
import random
from typing import Any

import msgspec
import pytest
from fraudstream.contract import Bounds, Label, Rejected, Transaction, decode_record, mask_card_numbers
from fraudstream.contract.examining import examine
from fraudstream.contract.pan import holds_card_number, passes_luhn
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.reliability.proof import proves, tried
from tests.samples import NOW_MS, iso, label, transaction

BOUNDS = Bounds(max_event_age_ms=90 * 86_400_000, max_record_bytes=4_096)

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.integers(10**11, 10**20), st.just(2**70)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
FIELDS = st.sampled_from(
    sorted({*Transaction.__struct_fields__, *Label.__struct_fields__, "is_fraud", "x", "é", "a:b"})
)
OTHERS = st.dictionaries(FIELDS | st.text(max_size=4), VALUES, max_size=4)
TIMES = st.integers(NOW_MS - 10**10, NOW_MS + 400_000).map(iso)
USUAL = st.fixed_dictionaries(
    {},
    optional={
        "event_time": TIMES,
        "label_time": TIMES,
        "card_id": st.from_regex(r"[a-z0-9:_-]{1,20}", fullmatch=True),
        "terminal_id": st.sampled_from(["t", "a:b", "merchant#1", " ", "é", "7086772895012345"]) | st.none(),
        "merchant_id": st.text(min_size=1, max_size=5),
        "merchant_city": st.sampled_from(["Orléans", "Łódź", "Αθήνα", "東京", "Pa\u202eris", "½²"]),
        "mcc": st.sampled_from(["5411", "54²1", "٥٤١١", "541"]),
        "merchant_lat": st.floats(-90, 90),
        "merchant_lon": st.integers(-180, 180),
        "amount_minor": st.integers(0, 2**63 - 1),
        "attributes": st.dictionaries(st.text(max_size=4), VALUES, max_size=3),
    },
)
PAYLOADS = st.builds(
    lambda base, usual, others, dropped: {k: v for k, v in (base | usual | others).items() if k not in dropped},
    st.sampled_from([transaction(), label()]),
    USUAL,
    st.just({}) | OTHERS,
    st.sets(st.sampled_from(["type", "event_time", "terminal_id", "amount_minor"]), max_size=1),
)


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """A payload as some producer may write it: spaced or not, escaped or not, keys in any order, perhaps one twice."""
    items = draw(PAYLOADS.map(lambda payload: list(payload.items())).flatmap(st.permutations))
    if draw(st.booleans()):
        items += [draw(st.sampled_from(items))]
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :"), (",\n", ":\t")]))
    ascii_only = draw(st.booleans())
    text = [json.dumps({k: v}, separators=separators, ensure_ascii=ascii_only)[1:-1] for k, v in items]
    return ("{" + separators[0].join(text) + "}").encode("utf-8", "surrogatepass")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A payload with a few bytes changed, lost, added or repeated."""
    data = bytearray(draw(written()))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        kind = draw(st.sampled_from(["change", "lose", "add", "repeat"]))
        if kind == "add":
            data[at:at] = draw(
                st.binary(min_size=1, max_size=3) | st.sampled_from([b'"', b"{", b"[", b":", b",", b"\\"])
            )
        elif kind == "lose":
            del data[at : at + draw(st.integers(1, 20))]
        elif kind == "change":
            data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        else:
            data[at:at] = data[at : at + draw(st.integers(1, 40))]
    return bytes(data)


def decode(data: bytes) -> Transaction | Label | Rejected:
    return decode_record(data, now_ms=NOW_MS, bounds=BOUNDS)


@proves(faults=[22])
@given(st.binary(max_size=200) | st.text().map(str.encode) | VALUES.map(lambda v: json.dumps(v).encode()) | damaged())
@example(b"[" * 4_000)
@example(b'{"a":' * 800)
@example(b'{"a":' + b"9" * 4_000 + b"}")
@settings(max_examples=400, deadline=None)
def test_no_bytes_make_the_decoder_raise(data: bytes) -> None:
    """Bad data is a value, whatever it is."""
    tried()
    decoded = decode(data)
    if isinstance(decoded, Rejected):
        assert decoded.detail


@given(written() | damaged())
@settings(max_examples=600, deadline=None)
def test_the_short_way_and_the_long_way_agree(data: bytes) -> None:
    """Speed changes no answer: what is accepted at a glance is what a close look accepts, to the last field."""
    quick, thorough = decode(data), examine(data, now_ms=NOW_MS, bounds=BOUNDS)
    if len(data) <= BOUNDS.max_record_bytes:
        assert quick == thorough
        assert type(quick) is type(thorough)


@given(written())
@settings(max_examples=300, deadline=None)
def test_what_is_accepted_can_be_archived(data: bytes) -> None:
    """Its raw bytes are one line of strict JSON, say what was sent, and hold no card number."""
    decoded = decode(data)
    if isinstance(decoded, Rejected):
        return
    assert not {10, 13} & set(decoded.raw)
    sent = json.loads(data, parse_constant=pytest.fail)
    assert json.loads(decoded.raw) == msgspec.json.decode(decoded.raw) == sent
    for name, value in sent.items():
        assert value == getattr(decoded, name, None) or value == (decoded.unknown or {})[name]
        assert name == "amount_minor" or not holds_card_number(json.dumps({name: value}, ensure_ascii=False))


@given(PAYLOADS, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_hash_depends_on_nothing_but_the_meaning(payload: dict[str, Any], chance: random.Random) -> None:
    """Any order of keys, with or without white space and escapes."""
    first = decode(json.dumps(payload).encode())
    items = list(payload.items())
    chance.shuffle(items)
    second = decode(json.dumps(dict(items), indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if not isinstance(first, Rejected):
        assert not isinstance(second, Rejected)
        assert first.payload_hash == second.payload_hash
        changed = decode(json.dumps(payload | {"source": "customer", "device_id": "another"}).encode())
        assert not isinstance(changed, Rejected)
        assert payload.get("source") == "customer" or changed.payload_hash != first.payload_hash


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    """A number as a scheme issues it."""
    prefix, length = draw(st.sampled_from([("4", 16), ("51", 16), ("2720", 16), ("37", 15), ("6011", 16), ("62", 19)]))
    body = prefix + draw(st.text("0123456789", min_size=length - len(prefix) - 1, max_size=length - len(prefix) - 1))
    return next(body + digit for digit in "0123456789" if passes_luhn(body + digit))


@st.composite
def in_writing(draw: st.DrawFn, number: str) -> str:
    """A card number as somebody writes it."""
    groups = draw(st.sampled_from([len(number), 4, 5, 6]))
    parts = [number[at : at + groups] for at in range(0, len(number), groups)]
    around = st.sampled_from(["", "card ", "(", "=", "PAN:", "/", "z", "\u202f"])
    return draw(around) + draw(st.sampled_from([" ", "-", "\u00a0", "\u2013", "  "])).join(parts) + draw(around)


@proves(invariants=[11])
@given(st.data(), card_numbers(), st.sampled_from(["device_id", "transaction_id", "merchant_city", "x", "card_id"]))
@settings(max_examples=300, deadline=None)
def test_no_card_number_passes_wherever_it_is(data: st.DataObject, number: str, field: str) -> None:
    """In any field, at any depth, as a key, as a number, in any writing: refused, and nothing of it is kept."""
    tried()
    text = data.draw(in_writing(number))
    value = data.draw(st.sampled_from([text, int(number), [text], {"a": {"b": [1, text]}}, {text: 1}]))
    payload = data.draw(st.sampled_from([transaction(), label()])) | {field: value}
    encoded = json.dumps(payload, ensure_ascii=data.draw(st.booleans())).encode()
    rejected = decode(encoded)
    assert isinstance(rejected, Rejected)
    assert rejected.reason in {"card_number_in_card_id", "card_number_in_payload"}
    digits = "".join(filter(str.isdigit, rejected.data.decode() + rejected.detail))
    assert number not in digits
    assert number[:-4] not in digits


@proves(invariants=[11])
@given(st.binary(max_size=60), card_numbers(), st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_card_number_is_left_in_garbage(before: bytes, number: str, after: bytes) -> None:
    """Bytes of no format at all are masked as well."""
    tried()
    for encoding in ("ascii", "utf-16-le"):
        masked = mask_card_numbers(before + number.encode(encoding) + after)
        assert number.encode(encoding)[:-8] not in masked
        assert number.encode() not in masked

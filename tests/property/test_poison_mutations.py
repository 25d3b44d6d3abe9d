"""Whatever is done to a valid record: it is a transaction, a label or a reject, and means what it says."""

import json
import re
from collections.abc import Callable
from typing import Any
from unicodedata import normalize

import msgspec
import pytest
from fraudstream.archiving import archive_lines
from fraudstream.contract import Label, Rejected, Transaction, decode_record, mask_card_numbers
from fraudstream.contract.examining import examine
from fraudstream.contract.pan import holds_card_number
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.mutants import BOUNDS, CARD_NUMBER, Pairs, deep, mutants, torn, tree, write, written
from tests.reliability.proof import proves, tried
from tests.samples import NOW_MS


def decode(data: bytes) -> Transaction | Label | Rejected:
    return decode_record(data, now_ms=NOW_MS, bounds=BOUNDS)


@proves(faults=[6, 21, 22], invariants=[2])
@given(written() | torn())
@settings(max_examples=1_000, deadline=None)
def test_a_mutant_is_a_transaction_a_label_or_a_reject_and_nothing_is_raised(data):
    """Whatever it is, it is so both ways of looking at it, and again the second time."""
    decoded = decode(data)
    assert type(decoded) in {Transaction, Label, Rejected}
    assert decode(data) == decoded
    if len(data) <= BOUNDS.max_record_bytes:
        assert examine(data, now_ms=NOW_MS, bounds=BOUNDS) == decoded
    if isinstance(decoded, Rejected):
        assert decoded.detail
        assert not holds_card_number(decoded.detail)
    tried()


def rewritten(draw: Callable[..., Any], payload: dict[str, Any]) -> bytes:
    """The same payload as another producer writes it: keys in another order, other escapes and spaces."""
    items = draw(st.permutations(list(payload.items())))
    return draw(st.composite(lambda d: write(d, tree(dict(items))))())


@proves(faults=[3, 21, 22], invariants=[1])
@given(st.data())
@settings(max_examples=600, deadline=None)
def test_what_is_accepted_means_the_same_however_it_is_written_again(data):
    """Equal fields and an equal payload hash: its raw bytes again, in another order, with other escapes and spaces."""
    decoded = decode(data.draw(written()))
    if isinstance(decoded, Rejected):
        return
    payload = json.loads(decoded.raw, parse_constant=pytest.fail)
    for again in (decode(decoded.raw), decode(rewritten(data.draw, payload))):
        assert type(again) is type(decoded)
        assert again.payload_hash == decoded.payload_hash
        assert again.meaning == decoded.meaning
        assert again.event_time_ms == decoded.event_time_ms
        assert (again.unknown or {}) == (decoded.unknown or {})
    tried()


@proves(faults=[21, 22], invariants=[11])
@given(written())
@settings(max_examples=500, deadline=None)
def test_what_is_accepted_is_a_line_of_the_archive(data):
    """One line of strict JSON that two readers agree on, with every field that was sent, and no card number."""
    decoded = decode(data)
    if isinstance(decoded, Rejected):
        return
    assert not {10, 13} & set(decoded.raw)
    payload = json.loads(decoded.raw, parse_constant=pytest.fail)
    assert payload == msgspec.json.decode(decoded.raw) == json.loads(data.decode())
    if isinstance(decoded, Label):
        assert archive_lines([], [decoded]) == [b'{"kind":"label","label":%s}' % decoded.raw]
    without_amount = json.dumps({k: v for k, v in payload.items() if k != "amount_minor"}, ensure_ascii=False)
    assert CARD_NUMBER not in without_amount
    assert CARD_NUMBER not in re.sub("[ -]", "", normalize("NFKC", without_amount))
    tried()


@proves(faults=[6, 22], invariants=[2, 11])
@given(st.data(), st.sampled_from([CARD_NUMBER, "4111 1111 1111 1111", "4111-1111-1111-1111", int(CARD_NUMBER)]))
@settings(max_examples=400, deadline=None)
def test_no_card_number_survives_in_what_is_kept_of_a_mutant(data, number):
    """Anywhere, at any depth, as key, text or number, in any spelling, the JSON broken or not: refused and masked."""
    record = data.draw(mutants())
    spot = data.draw(st.sampled_from(["value", "key", "inner", "text"]))
    planted = {
        "value": ("note", number),
        "key": (str(number), 1),
        "inner": ("attributes", deep(data.draw(st.integers(1, 6)), number)),
        "text": ("merchant_city", f"card {number} please"),
    }[spot]
    # The library takes the last of two equal keys: the planted one must not be hidden by another.
    items = [pair for pair in record.items if pair[0] != planted[0]]
    items.insert(data.draw(st.integers(0, len(items))), planted)
    encoded = data.draw(st.composite(lambda d: write(d, Pairs(tuple(items))))())
    cut = data.draw(st.sampled_from([b"", b"}", b",", b"\xff"]))
    rejected = decode(encoded + cut)
    assert isinstance(rejected, Rejected)
    for kept in (rejected.data, mask_card_numbers(encoded), rejected.detail.encode()):
        text = normalize(
            "NFKC", re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), kept.decode("utf-8", "replace"))
        )
        assert CARD_NUMBER[:12] not in re.sub("[ -]", "", text)
    tried()

"""The decoder and the JSON Schemas say the same of any payload, as far as a schema can say it."""

import json
from typing import Any

from fraudstream.contract import Bounds, Rejected, decode_record
from fraudstream.contract.schemas import schemas
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.reliability.proof import proves, tried
from tests.samples import NOW_MS, iso, label, transaction

VALIDATORS = {name: Draft202012Validator(schemas()[name]) for name in ("transaction", "label")}

LONG_AGO = "2001-01-01T00:00:00Z"

# Without digits, so that no card number comes about, which is beyond a schema; without half characters, which are no
# text to it.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Nd")), max_size=140)
SHORT = st.text(st.characters(exclude_categories=("Cs", "Nd")), max_size=6)
PLAIN = st.text("abc .-é", max_size=5)
ODD = st.one_of(st.none(), st.booleans(), st.just([]), st.just({}), st.integers(-5, 5), SHORT)
MOMENTS = st.integers(NOW_MS - 10**11, NOW_MS - 10**9).map(iso)
WRITTEN_OTHERWISE = st.sampled_from(
    ["2026-09-01T00:00:00Z", "2026-09-01T00:00:00.1+00:00", "2026-09-01T00:00:00.1234Z", "2026-09-01 00:00:00Z",
     "2026-09-01T00:00:00+02:00", "2026-09-01T24:00:00Z", "2026-09-01T00:00:00Z\n", "2026-09-01T00:00Z", "1790000"]
)  # fmt: skip

FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "schema_version": st.sampled_from([1, 2, "1"]),
    "transaction_id": TEXT,
    "card_id": SHORT | st.from_regex(r"[A-Za-z._:@/+=~|-]{1,70}", fullmatch=True),
    "terminal_id": TEXT | st.sampled_from(["merchant#a", "merchant", " ", "a\n"]),
    "merchant_id": TEXT,
    "event_time": MOMENTS | WRITTEN_OTHERWISE,
    "amount_minor": st.integers(-(2**64), 2**64),
    "currency": st.sampled_from(["EUR", "JPY", "eur", "XXX", "EU", "EURO"]),
    "transaction_type": st.sampled_from(["purchase", "verify", "gift"]),
    "entry_mode": st.sampled_from(["chip", "ecom", "CHIP"]),
    "mcc": st.sampled_from(["5411", "0000", "541", "54111", "5411\n", "54a1"]),
    "card_bin": st.sampled_from(["411111", "41111111", "4111111", "41111", "411111111", "41111x"]),
    "merchant_country": st.sampled_from(["FR", "XK", "fr", "FRA", "F", "F\n"]),
    "card_country": st.sampled_from(["US", "", "U1"]),
    "merchant_lat": st.floats(-91, 91) | st.integers(-91, 91),
    "card_lon": st.floats(-181, 181),
    "merchant_city": TEXT,
    "merchant_category": TEXT,
    "device_id": TEXT,
    "auth_response": SHORT,
    "ip": st.sampled_from(["10.0.0.1", "2001:db8::1", "localhost", "", "1.1.1.1\n"]),
    "email_hash": st.sampled_from(["a" * 15, "a" * 16, "a" * 128, "a" * 129, "a@example.com.example"]),
    "attributes": st.dictionaries(PLAIN | st.sampled_from(["is_fraud", "label"]), PLAIN | st.none(), max_size=3),
    "is_fraud": st.booleans(),
    "unknown": PLAIN | st.lists(PLAIN, max_size=2),
}
LABEL_FIELDS = {
    name: FIELDS[name]
    for name in ("schema_version", "transaction_id", "card_id", "terminal_id", "merchant_id", "unknown")
} | {
    "label": st.sampled_from(["fraud", "legitimate", "genuine", "is_fraud"]),
    "label_time": st.integers(NOW_MS - 10**8, NOW_MS).map(iso) | WRITTEN_OTHERWISE,
    "source": st.sampled_from(["chargeback", "analyst", "customer", "rumour"]),
    "event_time": st.sampled_from([LONG_AGO, "2001-01-01"]),
}


@st.composite
def payloads(draw: st.DrawFn, base: dict[str, object], fields: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    """A valid payload with a few fields replaced, odd, or gone."""
    payload: dict[str, Any] = dict(base)
    for name in draw(st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True)):
        # Characters that no text may have are refused in fields the contract does not know too, of which a schema says
        # nothing.
        odd = fields[name] if name == "unknown" else ODD
        payload[name] = draw(st.one_of(fields[name], fields[name], odd))
    for name in draw(st.lists(st.sampled_from(sorted(base)), max_size=1)):
        if name != "type":
            payload.pop(name, None)
    return payload


def agree(payload: dict[str, Any]) -> None:
    data = json.dumps(payload).encode()
    decoded = decode_record(data, now_ms=NOW_MS, bounds=Bounds())
    errors = [error.message for error in VALIDATORS[payload["type"]].iter_errors(json.loads(data))]
    assert isinstance(decoded, Rejected) == bool(errors), (decoded, errors)


@proves(faults=[21])
@given(payloads(transaction(), FIELDS))
@settings(max_examples=400, deadline=None)
def test_decoder_and_schema_agree_on_transactions(payload: dict[str, Any]) -> None:
    """What one takes the other takes."""
    tried()
    agree(payload)


@proves(faults=[21])
@given(payloads(label(event_time=LONG_AGO), LABEL_FIELDS))
@settings(max_examples=200, deadline=None)
def test_decoder_and_schema_agree_on_labels(payload: dict[str, Any]) -> None:
    """What one takes the other takes."""
    tried()
    agree(payload)

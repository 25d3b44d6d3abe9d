"""Every reason for which a record is refused."""

import json

import pytest
from fraudstream.contract import Bounds, Rejected, RejectReason, decode_record

from tests.samples import NOW_MS, iso, label, transaction

DAY_MS = 86_400_000
BOUNDS = Bounds(max_event_age_ms=30 * DAY_MS, max_record_bytes=50_000)
GOOD = json.dumps(transaction()).encode()


def without(payload: dict[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in payload.items() if name not in names}


def nested(levels: int) -> bytes:
    return GOOD[:-1] + b',"deep":' + b"[" * levels + b"]" * levels + b"}"


CASES: list[tuple[RejectReason, object]] = [
    (RejectReason.TOO_LARGE, transaction(note="x" * 50_000)),
    (RejectReason.NOT_UTF8, b"\xff\xfe{}"),
    (RejectReason.NOT_UTF8, GOOD.replace(b"card_a", b"card_\xed\xa0\x80")),
    (RejectReason.NOT_UTF8, GOOD[:-1] + b',"unknown":"\xff"}'),
    (RejectReason.NOT_JSON, b""),
    (RejectReason.NOT_JSON, b"   "),
    (RejectReason.NOT_JSON, GOOD[:-1]),
    (RejectReason.NOT_JSON, GOOD + b"{}"),
    (RejectReason.NOT_JSON, b"\xef\xbb\xbf" + GOOD),
    (RejectReason.NOT_JSON, GOOD.replace(b"card_a", b"card\n_a")),
    (RejectReason.NOT_JSON, GOOD[:-1] + b',"unknown":01}'),
    (RejectReason.NOT_AN_OBJECT, b"[]"),
    (RejectReason.NOT_AN_OBJECT, b"null"),
    (RejectReason.NOT_AN_OBJECT, b'"text"'),
    (RejectReason.DUPLICATE_KEY, GOOD[:-1] + b',"amount_minor":1}'),
    (RejectReason.DUPLICATE_KEY, GOOD[:-1] + b',"unknown":1,"unknown":1}'),
    (RejectReason.DUPLICATE_KEY, GOOD[:-1] + b',"amount\\u005fminor":1}'),
    (RejectReason.DUPLICATE_KEY, GOOD[:-1] + b',"amount_minor" :1}'),
    (RejectReason.DUPLICATE_KEY, GOOD[:-1] + b',"amount_minor"\t:1}'),
    (RejectReason.DUPLICATE_KEY, GOOD[:-1] + b',"amount_minor"\n:1}'),
    (RejectReason.DUPLICATE_KEY, json.dumps(label(attributes={"a": 1})).encode()[:-1] + b',"card_id":"card_b"}'),
    (RejectReason.DUPLICATE_KEY, GOOD[:-1] + b',"attributes":{"a":{"b":1,"b":2}}}'),
    (RejectReason.DUPLICATE_KEY, GOOD.replace(b'"type": "transaction", ', b"")[:-1] + b',"card_id":"card_b"}'),
    (RejectReason.DUPLICATE_KEY, GOOD[:-1] + b',"mcc":null,"mcc":null}'),
    (RejectReason.TOO_DEEP, nested(8)),
    (RejectReason.TOO_DEEP, nested(20_000)),
    (RejectReason.NUMBER_INVALID, GOOD.replace(b"1250", b"NaN")),
    (RejectReason.NUMBER_INVALID, GOOD[:-1] + b',"unknown":-Infinity}'),
    (RejectReason.NUMBER_INVALID, GOOD[:-1] + b',"unknown":1e999}'),
    (RejectReason.NUMBER_INVALID, GOOD[:-1] + b',"unknown":' + b"9" * 5_000 + b"}"),
    (RejectReason.CHARACTER_FORBIDDEN, transaction(transaction_id="tx\x00")),
    (RejectReason.CHARACTER_FORBIDDEN, transaction(transaction_id="tx\u202e1")),
    (RejectReason.CHARACTER_FORBIDDEN, transaction(terminal_id="t\u200b")),
    (RejectReason.CHARACTER_FORBIDDEN, transaction(merchant_city="Paris\u2066")),
    (RejectReason.CHARACTER_FORBIDDEN, transaction(merchant_city="Pa\nris")),
    (RejectReason.CHARACTER_FORBIDDEN, transaction(merchant_city="Paris\x7f")),
    (RejectReason.CHARACTER_FORBIDDEN, GOOD[:-1] + b',"merchant_city":"Paris\x7f"}'),
    (RejectReason.CHARACTER_FORBIDDEN, transaction(unknown=["\x00"])),
    (RejectReason.CHARACTER_FORBIDDEN, transaction(unknown={"\x00": 1})),
    (RejectReason.CHARACTER_FORBIDDEN, transaction(unknown="\ud800")),
    (RejectReason.CHARACTER_FORBIDDEN, transaction(card_id="card\udfff")),
    (RejectReason.CARD_NUMBER_IN_CARD_ID, transaction(card_id="4111111111111111")),
    (RejectReason.CARD_NUMBER_IN_CARD_ID, transaction(card_id=4111111111111111)),
    (RejectReason.CARD_NUMBER_IN_CARD_ID, transaction(card_id="9999 9999 9999 9995")),
    (RejectReason.CARD_NUMBER_IN_CARD_ID, transaction(card_id="9999999999999995")),
    (RejectReason.CARD_NUMBER_IN_CARD_ID, transaction(card_id="9999-9999-9991")),
    (RejectReason.CARD_NUMBER_IN_CARD_ID, label(card_id="tok-4111-1111-1111-1111")),
    (RejectReason.CARD_NUMBER_IN_PAYLOAD, transaction(device_id="4111 1111 1111 1111")),
    (RejectReason.CARD_NUMBER_IN_PAYLOAD, transaction(transaction_id="4111111111111111")),
    (RejectReason.CARD_NUMBER_IN_PAYLOAD, transaction(attributes={"a": [{"4111111111111111": 1}]})),
    (RejectReason.CARD_NUMBER_IN_PAYLOAD, transaction(unknown=378282246310005)),
    (RejectReason.CARD_NUMBER_IN_PAYLOAD, GOOD[:-1] + b',"unknown":4.111111111111111E15}'),
    (RejectReason.CARD_NUMBER_IN_PAYLOAD, label(unknown="4111111111111111")),
    (RejectReason.TYPE_UNKNOWN, transaction(type="refund")),
    (RejectReason.TYPE_UNKNOWN, transaction(type=None)),
    (RejectReason.TYPE_UNKNOWN, transaction(type=["label"])),
    (RejectReason.SCHEMA_VERSION_UNSUPPORTED, transaction(schema_version=2)),
    (RejectReason.SCHEMA_VERSION_UNSUPPORTED, transaction(schema_version=True)),
    (RejectReason.SCHEMA_VERSION_UNSUPPORTED, transaction(schema_version="1")),
    (RejectReason.FIELD_MISSING, b"{}"),
    (RejectReason.FIELD_MISSING, without(transaction(), "transaction_id")),
    (RejectReason.FIELD_MISSING, without(transaction(), "amount_minor")),
    (RejectReason.FIELD_MISSING, without(label(), "event_time")),
    (RejectReason.FIELD_MISSING, without(label(), "source")),
    (RejectReason.FIELD_INVALID, transaction(mcc="541")),
    (RejectReason.FIELD_INVALID, transaction(mcc="54I1")),
    (RejectReason.FIELD_INVALID, transaction(mcc="54²1")),
    (RejectReason.FIELD_INVALID, transaction(mcc="٥٤١١")),
    (RejectReason.FIELD_INVALID, transaction(mcc=5411)),
    (RejectReason.FIELD_INVALID, transaction(card_bin="41111")),
    (RejectReason.FIELD_INVALID, transaction(merchant_lat=90.001)),
    (RejectReason.FIELD_INVALID, transaction(card_lon=-181)),
    (RejectReason.FIELD_INVALID, transaction(card_lon="2.3")),
    (RejectReason.FIELD_INVALID, transaction(entry_mode="telepathy")),
    (RejectReason.FIELD_INVALID, transaction(transaction_type="gift")),
    (RejectReason.FIELD_INVALID, transaction(merchant_country="fr")),
    (RejectReason.FIELD_INVALID, transaction(card_country="FRA")),
    (RejectReason.FIELD_INVALID, transaction(merchant_city="")),
    (RejectReason.FIELD_INVALID, transaction(merchant_city="x" * 129)),
    (RejectReason.FIELD_INVALID, transaction(ip="localhost")),
    (RejectReason.FIELD_INVALID, transaction(email_hash="someone@example.com")),
    (RejectReason.FIELD_INVALID, transaction(attributes=[1])),
    (RejectReason.FIELD_INVALID, label(source="rumour")),
    (RejectReason.TRANSACTION_ID_INVALID, transaction(transaction_id="")),
    (RejectReason.TRANSACTION_ID_INVALID, transaction(transaction_id="x" * 65)),
    (RejectReason.TRANSACTION_ID_INVALID, transaction(transaction_id="  ")),
    (RejectReason.TRANSACTION_ID_INVALID, transaction(transaction_id=17)),
    (RejectReason.CARD_ID_INVALID, transaction(card_id="")),
    (RejectReason.CARD_ID_INVALID, transaction(card_id="card a")),
    (RejectReason.CARD_ID_INVALID, transaction(card_id="cardé")),
    (RejectReason.CARD_ID_INVALID, transaction(card_id="x" * 65)),
    (RejectReason.TERMINAL_MISSING, without(transaction(), "terminal_id")),
    (RejectReason.TERMINAL_MISSING, transaction(terminal_id=None)),
    (RejectReason.TERMINAL_MISSING, without(label(), "terminal_id")),
    (RejectReason.TERMINAL_INVALID, transaction(terminal_id="")),
    (RejectReason.TERMINAL_INVALID, transaction(terminal_id=" ")),
    (RejectReason.TERMINAL_INVALID, transaction(terminal_id="merchant#1")),
    (RejectReason.TERMINAL_INVALID, transaction(merchant_id=" ")),
    (RejectReason.AMOUNT_INVALID, transaction(amount_minor=-1)),
    (RejectReason.AMOUNT_INVALID, transaction(amount_minor=2**63)),
    (RejectReason.AMOUNT_INVALID, transaction(amount_minor=12.0)),
    (RejectReason.AMOUNT_INVALID, transaction(amount_minor=True)),
    (RejectReason.AMOUNT_INVALID, transaction(amount_minor="1250")),
    (RejectReason.AMOUNT_INVALID, transaction(amount_minor=None)),
    (RejectReason.CURRENCY_UNKNOWN, transaction(currency="eur")),
    (RejectReason.CURRENCY_UNKNOWN, transaction(currency="XXX")),
    (RejectReason.CURRENCY_UNKNOWN, transaction(currency=978)),
    (RejectReason.EVENT_TIME_INVALID, transaction(event_time=NOW_MS)),
    (RejectReason.EVENT_TIME_INVALID, transaction(event_time=str(NOW_MS))),
    (RejectReason.EVENT_TIME_INVALID, transaction(event_time="2026-02-30T10:00:00Z")),
    (RejectReason.EVENT_TIME_INVALID, transaction(event_time="2026-09-21T13:33:20.1234Z")),
    (RejectReason.EVENT_TIME_INVALID, transaction(event_time="2026-09-21T15:33:20+02:00")),
    (RejectReason.EVENT_TIME_IN_FUTURE, transaction(event_time=iso(NOW_MS + 300_001))),
    (RejectReason.EVENT_TIME_TOO_OLD, transaction(event_time=iso(NOW_MS - 30 * DAY_MS - 1))),
    (RejectReason.EVENT_TIME_TOO_OLD, label(event_time="1999-12-31T23:59:59.999Z")),
    (RejectReason.LABEL_ON_TRANSACTION, transaction(is_fraud=False)),
    (RejectReason.LABEL_ON_TRANSACTION, transaction(label=None)),
    (RejectReason.LABEL_ON_TRANSACTION, transaction(fraud=0)),
    (RejectReason.LABEL_ON_TRANSACTION, transaction(attributes={"is_fraud": 1})),
    (RejectReason.LABEL_INVALID, label(label="maybe")),
    (RejectReason.LABEL_INVALID, label(label=1)),
    (RejectReason.LABEL_TIME_INVALID, label(label_time="yesterday")),
    (RejectReason.LABEL_TIME_IN_FUTURE, label(label_time=iso(NOW_MS + 300_001))),
    (RejectReason.LABEL_BEFORE_EVENT, label(label_time=iso(NOW_MS - 60_000))),
]


def refused(payload: object) -> Rejected:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    decoded = decode_record(data, now_ms=NOW_MS, bounds=BOUNDS)
    assert isinstance(decoded, Rejected), decoded
    return decoded


@pytest.mark.parametrize(("reason", "payload"), CASES, ids=[f"{r}-{n}" for n, (r, _) in enumerate(CASES)])
def test_a_bad_record_is_refused_for_its_reason(reason: RejectReason, payload: object) -> None:
    """Each mistake has its own reason, a detail for people, and never raises."""
    rejected = refused(payload)
    assert rejected.reason is reason, rejected
    assert rejected.detail


def test_every_reason_is_met() -> None:
    """There is no reason without a case; a conflict of ids is found by the pipeline, which knows earlier decisions."""
    assert {reason for reason, _ in CASES} == set(RejectReason) - {RejectReason.ID_CONFLICT}


@pytest.mark.parametrize(
    "payload",
    [transaction(entry_mode="s3cret-value"), transaction(currency="s3cret-value"), transaction(ip="s3cret-value")],
)
def test_a_detail_never_quotes_a_value(payload: dict[str, object]) -> None:
    """It names the field and what was expected; the value could be anything."""
    rejected = refused(payload)
    assert "s3cret" not in rejected.detail
    assert any(field in rejected.detail for field in ("entry_mode", "currency", "ip"))


def test_a_detail_never_quotes_the_name_of_an_unknown_field() -> None:
    """A card number can be a key as well."""
    rejected = refused(transaction() | {"4111111111111111": 1})
    assert rejected.detail == "an unknown field: holds a card number"


def test_the_bytes_of_a_harmless_reject_are_kept_as_they_came() -> None:
    """Quarantine has what is needed to find the producer's mistake, and to send the record again."""
    data = json.dumps(transaction(amount_minor=-5), indent=1).encode()
    assert refused(data).data == data
    assert refused(b"\x00\xff not JSON").data == b"\x00\xff not JSON"


def test_of_a_record_too_large_the_beginning_is_kept_with_a_digest_of_all() -> None:
    """16 KiB tell where it came from; the digest tells whether it is the one somebody asks about."""
    data = json.dumps(transaction(note="x y " * 20_000)).encode()
    rejected = refused(data)
    assert data.startswith(rejected.data)
    assert 16_000 < len(rejected.data) <= 16_384
    assert f"{len(data)} bytes" in rejected.detail
    assert refused(data + b" ").detail.rpartition(" ")[2] != rejected.detail.rpartition(" ")[2]


@pytest.mark.parametrize("cut", range(24))
def test_a_card_number_cut_in_two_by_the_limit_is_not_kept(cut: int) -> None:
    """Its first digits would not be known for a card number any more."""
    before = b"x" * (16_384 - cut)
    rejected = refused(before + b"4111 1111-11111111" + b"x" * 50_000)
    assert b"411" not in rejected.data


def test_the_time_bounds_are_exact() -> None:
    """Five minutes ahead is taken and a millisecond more is not; the same for the age."""
    for payload in (
        transaction(event_time=iso(NOW_MS + 300_000)),
        transaction(event_time=iso(NOW_MS - 30 * DAY_MS)),
        label(label_time=iso(NOW_MS + 300_000)),
        label(label_time=label()["event_time"]),
    ):
        decoded = decode_record(json.dumps(payload).encode(), now_ms=NOW_MS, bounds=BOUNDS)
        assert not isinstance(decoded, Rejected), decoded


def test_without_an_age_bound_anything_since_2000_is_taken() -> None:
    """Replays of old history are possible where the operator allows them."""
    oldest = json.dumps(transaction(event_time="2000-01-01T00:00:00Z")).encode()
    assert not isinstance(decode_record(oldest, now_ms=NOW_MS, bounds=Bounds()), Rejected)
    older = json.dumps(transaction(event_time="1999-12-31T23:59:59.999Z")).encode()
    rejected = decode_record(older, now_ms=NOW_MS, bounds=Bounds())
    assert isinstance(rejected, Rejected)
    assert rejected.reason is RejectReason.EVENT_TIME_TOO_OLD

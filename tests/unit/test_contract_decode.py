"""What the contract accepts, and what it makes of it."""

import json

import msgspec
import pytest
from fraudstream.contract import EXPONENT, Bounds, Label, Rejected, Transaction, decode_record

from tests.samples import NOW_MS, iso, label, transaction

EVERYTHING = {
    "merchant_id": "merchant_1",
    "customer_id": "customer_1",
    "transaction_type": "purchase",
    "mcc": "5411",
    "merchant_category": "Groceries & more",
    "entry_mode": "contactless",
    "merchant_country": "FR",
    "merchant_city": "Saint-Étienne",
    "merchant_lat": 45.4397,
    "merchant_lon": 4.3872,
    "card_lat": -33,
    "card_lon": 180,
    "card_country": "XK",
    "card_bin": "41111111",
    "card_brand": "visa",
    "device_id": "3f2a",
    "ip": "2001:db8::1",
    "email_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "auth_response": "00",
    "cvc_check": "pass",
    "avs_check": "partial",
    "three_ds": "authenticated",
    "attributes": {"lane": 4, "basket": [{"sku": "a"}], "note": "line\nline"},
}


def decode(payload: object, **bounds: int) -> Transaction | Label | Rejected:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decode_record(data, now_ms=NOW_MS, bounds=Bounds(**bounds))


def accepted(payload: object) -> Transaction:
    decoded = decode(payload)
    assert isinstance(decoded, Transaction), decoded
    return decoded


def test_a_transaction_has_the_fields_it_was_sent_with() -> None:
    """Every field of the contract arrives under its name, and what was not sent is None."""
    sent = transaction() | EVERYTHING
    got = accepted(sent)
    assert {name: getattr(got, name) for name in sent} == sent
    assert accepted(transaction()).merchant_city is None


def test_the_type_may_be_left_out() -> None:
    """A record without a type is a transaction, and means the same as one that says so."""
    without = transaction()
    del without["type"]
    assert accepted(without).type == "transaction"
    assert accepted(without).payload_hash == accepted(transaction()).payload_hash


def test_null_is_the_same_as_left_out_for_an_optional_field() -> None:
    """Producers that write null for what they do not know are understood."""
    got = accepted(transaction(mcc=None, attributes=None))
    assert got.mcc is None
    assert got.payload_hash == accepted(transaction()).payload_hash


def test_a_label_has_its_times_and_its_terminal() -> None:
    """A label knows when it became known, and finds the event it is about."""
    got = decode(label())
    assert isinstance(got, Label)
    assert (got.transaction_id, got.card_id, got.terminal) == ("tx-1", "card_a", "terminal_a")
    assert (got.is_fraud, got.label, got.source) == (True, "fraud", "chargeback")
    assert (got.event_time_ms, got.label_time_ms) == (NOW_MS - 59_999, NOW_MS - 1_000)


def test_labels_come_late() -> None:
    """The age bound is for transactions: the label of an old one is taken."""
    month = 30 * 86_400_000
    assert isinstance(decode(label(event_time=iso(NOW_MS - month)), max_event_age_ms=60_000), Label)


def test_a_terminal_and_a_merchant_of_one_name_are_two() -> None:
    """The key of a merchant has a prefix that no terminal id may have."""
    with_merchant = transaction(merchant_id="42")
    del with_merchant["terminal_id"]
    assert accepted(transaction(terminal_id="42", merchant_id="m")).terminal == "42"
    assert accepted(with_merchant).terminal == "merchant#42"
    assert isinstance(decode(transaction(terminal_id="merchant#42")), Rejected)


def test_unknown_fields_are_kept_and_are_part_of_the_payload() -> None:
    """What a producer ahead of the contract adds is in `unknown`, in the raw bytes, and in the hash."""
    got = accepted(transaction(loyalty={"tier": "gold", "points": 10**30}, event_time_ms=5, raw="x"))
    assert got.unknown == {"loyalty": {"tier": "gold", "points": 10**30}, "event_time_ms": 5, "raw": "x"}
    assert got.event_time_ms == NOW_MS - 59_999
    assert json.loads(got.raw)["loyalty"]["tier"] == "gold"
    assert got.payload_hash != accepted(transaction()).payload_hash
    assert accepted(transaction()).unknown is None


@pytest.mark.parametrize("data", [b"\n", b"\r\n  ", b"\t"], ids=["line feed", "Windows line end", "tab"])
def test_raw_is_one_line_of_json_that_says_the_same(data: bytes) -> None:
    """White space between tokens becomes harmless; the archive embeds the bytes as they are."""
    pretty = json.dumps(transaction(attributes={"note": "a\nb"}), indent=2).encode().replace(b"\n", data)
    got = accepted(pretty)
    assert b"\n" not in got.raw
    assert b"\r" not in got.raw
    assert json.loads(got.raw) == json.loads(pretty)


def test_a_line_end_inside_a_string_is_not_made_valid() -> None:
    """White space is put in order only after the bytes were found to be JSON."""
    assert isinstance(decode(json.dumps(transaction()).encode().replace(b"card_a", b"card\na")), Rejected)


def test_the_hash_is_of_the_meaning() -> None:
    """Key order, white space and escapes do not matter; any value does."""
    one = transaction(merchant_city="Orléans", merchant_lat=48, attributes={"a": 1, "b": 2})
    other = dict(reversed(one.items())) | {"merchant_lat": 48.0, "attributes": {"b": 2, "a": 1}}
    written = [
        json.dumps(one).encode(),
        json.dumps(one, ensure_ascii=False, indent=3).encode(),
        json.dumps(other, separators=(",", ":")).encode(),
    ]
    hashes = {accepted(data).payload_hash for data in written}
    assert len(hashes) == 1
    assert all(len(text) == 32 for text in hashes)
    for changed in ({"amount_minor": 1251}, {"attributes": {"a": 1, "b": 3}}, {"device_id": "d"}, {"x": None}):
        assert accepted(one | changed).payload_hash not in hashes


def test_the_hash_does_not_change_from_release_to_release() -> None:
    """Decisions made by an older version are recognised by a newer one: this value is stored in tables."""
    assert accepted(transaction()).payload_hash == "6d9e67141d28ed8937fef8c87d2c347a"


@pytest.mark.parametrize("amount", [0, 1, 2**63 - 1])
def test_any_amount_of_64_bits_is_taken(amount: int) -> None:
    """Zero is a verification; the largest is what the sums are computed in."""
    assert accepted(transaction(amount_minor=amount)).amount_minor == amount


def test_an_amount_may_look_like_a_card_number() -> None:
    """It is the one number of which length and check digit mean nothing."""
    assert accepted(transaction(amount_minor=4111111111111111)).amount_minor == 4111111111111111


def test_currencies_have_the_decimals_of_the_standard() -> None:
    """ISO 4217: none for yen, two for euro, three for the dinars, four for two funds."""
    by_decimals = {digits: {code for code, n in EXPONENT.items() if n == digits} for digits in range(5)}
    assert {"JPY", "KRW", "CLP", "ISK", "VND", "XOF"} <= by_decimals[0]
    assert by_decimals[1] == set()
    assert {"EUR", "USD", "GBP", "CNY", "MGA", "MRU"} <= by_decimals[2]
    assert by_decimals[3] == {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
    assert by_decimals[4] == {"CLF", "UYW"}
    assert not {"XXX", "XTS", "XAU"} & EXPONENT.keys()
    assert all(len(code) == 3 and code.isupper() for code in EXPONENT)


@pytest.mark.parametrize("currency", ["JPY", "KWD", "BGN", "XCG"])
def test_every_listed_currency_is_taken(currency: str) -> None:
    """Also one with no decimals, with three, just withdrawn, just introduced."""
    assert accepted(transaction(currency=currency)).currency == currency


def test_the_largest_record_is_taken_and_one_byte_more_is_not() -> None:
    """The limit is exact."""
    data = json.dumps(transaction()).encode()
    assert isinstance(decode(data, max_record_bytes=len(data)), Transaction)
    assert isinstance(decode(data, max_record_bytes=len(data) - 1), Rejected)


def test_nothing_of_ours_can_be_sent() -> None:
    """A producer that guesses the names under which we keep our own attributes is refused."""
    assert isinstance(decode(transaction() | {"\x7fraw": "eA=="}), Rejected)
    assert isinstance(decode(transaction() | {"\x7fevent_time_ms": 1}), Rejected)


def test_records_say_nothing_of_the_payment_in_logs() -> None:
    """Their representation is the transaction's id alone."""
    assert repr(accepted(transaction())) == "Transaction('tx-1')"
    assert repr(decode(label())) == "Label('tx-1')"
    assert "card_a" not in repr(decode(transaction(amount_minor=-1)))


def test_records_do_not_change() -> None:
    """A decoded record is a value."""
    with pytest.raises(AttributeError):
        accepted(transaction()).card_id = "card_b"  # type: ignore[misc]


def test_raw_can_be_embedded_in_an_archive_line() -> None:
    """A line of the archive is made by pasting, and parses."""
    got = accepted(json.dumps(transaction(note="a\nb"), indent=1).encode())
    line = b'{"kind":"transaction","transaction":%s}' % got.raw
    assert line.count(b"\n") == 0
    assert msgspec.json.decode(line)["transaction"]["note"] == "a\nb"

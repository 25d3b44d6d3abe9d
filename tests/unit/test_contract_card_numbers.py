"""Card numbers: found where they are, not where they are not, and masked in what is kept."""

import hashlib
import json
import time
import uuid

import pytest
from fraudstream.contract import Bounds, Rejected, RejectReason, decode_record, mask_card_numbers
from fraudstream.contract.examining import examine
from fraudstream.contract.pan import holds_card_number, is_card_number, passes_luhn

from tests.samples import NOW_MS, transaction

# Of every scheme a number that is published for tests, or made up with a right check digit.
CARD_NUMBERS = {
    "Visa": "4111111111111111",
    "Visa, 13 digits": "4222222222222",
    "Visa, 19 digits": "4000000000000000006",
    "Mastercard": "5555555555554444",
    "Mastercard, 2 series": "2223003122003222",
    "American Express": "378282246310005",
    "Diners Club": "30569309025904",
    "Discover": "6011111111111117",
    "JCB": "3530111333300000",
    "UnionPay": "6200000000000005",
    "Maestro": "6759649826438453",
    "Mir": "2200770212727079",
    "RuPay": "8200000000000001",
    "Troy": "9792030000000000",
}
FULLWIDTH, ARABIC = (
    "4111111111111111".translate({ord(str(digit)): zero + digit for digit in range(10)}) for zero in (0xFF10, 0x0660)
)
HARMLESS = {
    "a wrong check digit": "4111111111111112",
    "no scheme begins so": "1234567890123452",
    "a moment in milliseconds": "1790000000000",
    "a moment in nanoseconds": "1790000000000000000",
    "a retrieval reference number of 12 digits, check digit right": "675900000000",
    "the serial number of a telephone, check digit right": "356938035643809",
    "the number of a SIM, check digit right": "8944500102198304826",
    "an acquirer's reference of 23 digits": "74123456789012345678901",
    "a sequence number of Kinesis": "49590338271490256608559692538361571095921575989136588898",
    "a telephone number with its plus": "+4915112345678",
    "decimals": "0.4111111111111111",
    "a date and a time": "2026-11-23 13-14-36 123",
    "an IPv4 address": "192.168.100.200",
    "an IPv6 address with the groups of a card": "2001:db8:0:abcd:4111:1111:1111:1111",
    "an IPv6 address, shortened, with the groups of a card": "2001:db8::4111:1111:1111:1111",
    "an IPv6 network with the groups of a card": "4111:1111:1111:1111::/64",
    "decimals of two numbers": "4111.1111,1111.1111",
    "other groups than a card's, with dots": "41.11.11.11.11.11.11.11",
    "a wrong check digit, with dots": "4111.1111.1111.1112",
    "a moment, with dots": "2026.11.23.13.14.36.123",
}


@pytest.mark.parametrize("number", CARD_NUMBERS.values(), ids=CARD_NUMBERS)
@pytest.mark.parametrize(
    "written",
    ["{}", "card {} paid", "pan={};", "B{}^DOE/JANE^", "x{}", "17 {} 99", "PAN:{}=2612101", "-{}"],
)
def test_a_card_number_is_found_anywhere_in_a_text(number: str, written: str) -> None:
    """Alone, in a sentence, as on a magnetic stripe, after a letter, between other numbers."""
    assert holds_card_number(written.format(number))


@pytest.mark.parametrize(
    "written",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "3782 822463 10005",
        "4111 - 1111 - 1111 - 1111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        FULLWIDTH,
        ARABIC,
        "4111\u00a01111\u00a01111\u00a01111",
        "4111\u20111111\u20111111\u20111111",
        "41111111\u200b11111111",
        "4111.1111.1111.1111",
        "4111_1111_1111_1111",
        "4111/1111/1111/1111",
        "4111:1111:1111:1111",
        "card:4111:1111:1111:1111",
        "at 17/4111.1111.1111.1111.",
        "1234.4111.1111.1111.1111",
        "3782.822463.10005",
        "3056_930902_5904",
        FULLWIDTH[:4] + "." + FULLWIDTH[4:8] + "." + FULLWIDTH[8:12] + "." + FULLWIDTH[12:],
    ],
)
def test_a_card_number_is_found_however_it_is_written(written: str) -> None:
    """With spaces and dashes of any kind, in digits of any script, with invisible characters between."""
    assert holds_card_number(written)


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_other_numbers_are_left_in_peace(text: str) -> None:
    """What producers rightly send must not be refused."""
    assert not holds_card_number(text)


def test_identifiers_in_hex_are_left_in_peace() -> None:
    """A UUID or a digest has long runs of digits now and then; no card number is written in the middle of one."""
    assert not holds_card_number("deadbeef-4111-4111-8111-111111111111")
    assert not holds_card_number("41111111-1111-4111-8111-411111111111")
    assert not holds_card_number("ab4111111111111111cdef00aa99887766554433")
    many = [str(uuid.UUID(bytes=hashlib.md5(b"%d" % n).digest())) for n in range(20_000)]  # noqa: S324
    assert not any(map(holds_card_number, many))


def test_a_token_must_not_pass_for_a_card_number_of_any_issuer() -> None:
    """In `card_id` the length and the check digit are enough, whatever marks stand between."""
    assert is_card_number("9999999999999995")
    assert is_card_number("000000000000")
    assert is_card_number("9999-9999-9999-9995")
    for mark in " -._:@/+=~|":
        assert is_card_number(mark.join("9999999999999995"))
        assert is_card_number(f"{mark}99999999{mark * 4}99999995{mark}")
    assert not is_card_number("9999999999999996")
    assert not is_card_number("tok_9999999999999995")
    assert not is_card_number("00000000000")
    assert not is_card_number("0" * 20)


def test_the_check_digit_catches_one_wrong_digit() -> None:
    """So says the standard of it."""
    number = "5555555555554444"
    assert passes_luhn(number)
    changed = [number[:at] + digit + number[at + 1 :] for at in range(16) for digit in "0123456789"]
    assert sum(map(passes_luhn, changed)) == 16


@pytest.mark.parametrize(
    "data",
    [
        b"4111111111111111",
        b'{"card_id":"4111111111111111"}',
        b'{"card_id":"4111 1111 1111 1111"}',
        b'{"card_id":4111111111111111}',
        b'{"card_id":4.111111111111111E15}',
        b'{"card_id":4111111111111111.0}',
        rb'{"card_id":"4111\u0031111\u003111111111"}',
        rb'{"card_id":"4111\u00a01111\u00a01111\u00a01111"}',
        FULLWIDTH.encode(),
        '{"card_id":"4111111111111111"}'.encode("utf-16"),
        '{"card_id":"4111111111111111"}'.encode("utf-16-be"),
        b"\xff4111111111111111\xfe",
        b"0100164111111111111111000000000000012300",
        b"164111111111111111",
        b"411111111111111126121010000012345678901234567890123",
        b"4111.1111.1111.1111",
        b"4111_1111_1111_1111",
        b"4111:1111:1111:1111",
        "4111:1111:1111:1111".encode("utf-16"),
        rb'"4111\/1111\/1111\/1111"',
        rb'"4111\u003a1111\u003A1111\u002e1111"',
        b'"4|1|1|1|1|1|1|1|1|1|1|1|1|1|1|1"',
        b'"4111====1111~~~~1111@@@@1111"',
        b"9999999999999995",
    ],
)
def test_what_is_kept_has_no_card_number(data: bytes) -> None:
    """Escaped, in other scripts and encodings, glued to other numbers, in no format at all."""
    masked = mask_card_numbers(data)
    assert b"*" in masked
    digits = bytes(byte for byte in masked if chr(byte).isdigit())
    assert b"4111111" not in digits
    assert b"9999999" not in digits
    assert not holds_card_number(masked.decode("utf-8", "replace"))


def test_the_last_four_digits_are_kept() -> None:
    """They are allowed, and tell a producer which card it was about."""
    assert mask_card_numbers(b"a 4111 1111-1111 1111 b") == b"a **** ****-**** 1111 b"


@pytest.mark.parametrize("data", [b"", b'{"event_time":1790000000000}', b"12345678901", b"\xff\x00", "é".encode()])
def test_bytes_without_a_card_number_are_kept_as_they_are(data: bytes) -> None:
    """Nothing is normalised, decoded or lost on the way."""
    assert mask_card_numbers(data) == data


def test_masking_takes_no_time_worth_attacking() -> None:
    """A record of nothing but digits and separators is masked whole, without trying every piece of it."""
    assert set(mask_card_numbers(b"4 " * 100_000)[:-8]) == set(b"* ")
    assert mask_card_numbers(b"4" * 200_000) == b"*" * 199_996 + b"4444"


@pytest.mark.parametrize("pattern", ["4 ", "4111 1111 1111 1112 ", "1 3 1 5 7 2 9 9 1 3 x", "4-4  "])
def test_no_record_takes_long_to_search(pattern: str) -> None:
    """One made of pieces that may each begin a card number takes time in proportion to its size, and it is limited."""
    data = json.dumps(transaction(note=pattern * (250_000 // len(pattern)))).encode()
    began = time.process_time()
    decode_record(data, now_ms=NOW_MS, bounds=Bounds())
    mask_card_numbers(data)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "fields",
    [
        {"card_id": "4111111111111111"},
        {"card_id": "4111-1111-1111-1111"},
        *({"card_id": f"{mark}4111{mark}{mark}1111{mark}11111{mark}111"} for mark in "-._:@/+=~|"),
        {"device_id": "4111111111111111"},
        *({"device_id": mark.join(["4111", "1111", "1111", "1111"])} for mark in "._/:"),
        {"merchant_city": "4111.1111.1111.1111 Köln"},
        {"transaction_id": "4111111111111111"},
        {"attributes": {"x": {"y": ["4111111111111111"]}}},
        {"4111111111111111": "x"},
        {"unknown": 4111111111111111},
        {"unknown": -4111111111111111},
        {"unknown": 4111111111111111.0},
        {"merchant_city": FULLWIDTH},
        {"merchant_id": "4111111111111111", "amount_minor": -1},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_record_with_a_card_number_is_refused_and_the_number_is_nowhere(fields: dict[str, object]) -> None:
    """Neither in the detail nor in the bytes nor in the representation."""
    for data in (
        json.dumps(transaction(**fields)).encode(),
        json.dumps(transaction(**fields), ensure_ascii=False).encode(),
    ):
        rejected = decode_record(data, now_ms=NOW_MS, bounds=Bounds())
        assert isinstance(rejected, Rejected)
        assert rejected.reason in {RejectReason.CARD_NUMBER_IN_CARD_ID, RejectReason.CARD_NUMBER_IN_PAYLOAD}
        everything = rejected.data.decode() + rejected.detail + repr(rejected)
        assert "4111" not in everything.replace("-", "").replace(" ", "")
        assert not holds_card_number(everything)


@pytest.mark.parametrize("field", ["card_id", "device_id", "transaction_id", "note", "ip"])
@pytest.mark.parametrize(
    "text",
    [
        *(mark.join(["4111", "1111", "1111", "111" + last]) for mark in "._:/@|" for last in "12"),
        "9999.9999.9999.9995",
        "...999999999999999.5",
        "x9999.9999.9999.9995",
        "2600:1700:1234:5678::",
        "2001:db8:0:abcd:4111:1111:1111:1111",
        "1234.4111.1111.1111.1111",
    ],
)
def test_marks_are_judged_alike_at_a_glance_and_closely(field: str, text: str) -> None:
    """The quick look over the bytes misses nothing that the close look refuses."""
    data = json.dumps(transaction(**{field: text})).encode()
    assert decode_record(data, now_ms=NOW_MS, bounds=Bounds()) == examine(data, now_ms=NOW_MS, bounds=Bounds())

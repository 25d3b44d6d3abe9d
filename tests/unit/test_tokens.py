"""Tokens for card numbers: what they are, and what the command does with a file."""

import base64
import hashlib
import re
import stat
import sys

import boto3
import pytest
from botocore.stub import Stubber
from fraudstream.contract.fields import NOT_IN_CARD_ID
from fraudstream.contract.pan import holds_card_number, is_card_number
from fraudstream.tokens import CONTEXT, KeyUnusableError, NotACardNumberError, Tokens, keyed
from hypothesis import given
from hypothesis import strategies as st

from operate.tokens.command import DONE, FAILED, LEFT_OUT, main
from operate.tokens.keys import from_kms

KEY = bytes(range(32))
TOKENS = Tokens(mac=keyed(KEY), key_id="k1")
# printf 'fraudstream card token v1\0%s' $number | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f -binary
# | head -c 20 | base32 | tr A-Z a-z
VECTORS = {
    "4111111111111111": "tok_k1_6p7zlfjqc3eq5nkgfkzuwsageqtozuua",
    "378282246310005": "tok_k1_umouev7qlbkjevlva36t555yifs3plfu",
    "5500000000000004": "tok_k1_ze3l7btjv4s2gedual44fs37a4ooqrzq",
}
PAN = next(iter(VECTORS))
FULL_WIDTH = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}


def hmac_by_hand(key: bytes, message: bytes) -> bytes:
    """RFC 2104, written out: two hashes, two pads."""
    block = key.ljust(64, b"\x00")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + message).digest()
    return hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()


@pytest.mark.parametrize(("number", "token"), VECTORS.items())
def test_tokens_are_those_that_openssl_computes(number, token):
    """HMAC-SHA256 of the context and the digits, its first 160 bits in base32; and by the RFC's own words too."""
    assert TOKENS.of(number) == token
    mac = hmac_by_hand(KEY, b"fraudstream card token v1\x00" + number.encode())
    expected = "tok_k1_" + base64.b32encode(mac[:20]).decode().lower()
    assert token == expected


def test_one_card_has_one_token_however_it_is_written():
    """Groups and digits of other scripts are the same number; another key or another key's name is another token."""
    assert {
        TOKENS.of(text) for text in (PAN, "4111 1111 1111 1111", "4111-1111-1111-1111", PAN.translate(FULL_WIDTH))
    } == {VECTORS[PAN]}
    assert Tokens(mac=keyed(KEY[::-1]), key_id="k1").of(PAN) != VECTORS[PAN]
    assert Tokens(mac=keyed(KEY), key_id="k2").of(PAN) == VECTORS[PAN].replace("k1", "k2")


@given(st.integers(10**11, 10**18 - 1), st.binary(min_size=32, max_size=32))
def test_a_token_is_a_card_id_and_never_a_card_number(stem, key):
    """Whatever the number and the key, the contract takes the token and no search finds a number in it."""
    number = next(f"{stem}{check}" for check in range(10) if is_card_number(f"{stem}{check}"))
    token = Tokens(mac=keyed(key), key_id="k1").of(number)
    assert len(token) == 39
    assert not holds_card_number(token)
    assert not is_card_number(token)
    assert re.search(NOT_IN_CARD_ID, token) is None
    assert number not in token


@pytest.mark.parametrize("text", ["", "4111", "4111111111111112", "card", "4111.1111.1111.1111", "4" * 30])
def test_what_is_no_card_number_is_refused_without_being_quoted(text):
    """A mistyped number, too, is nobody's business."""
    with pytest.raises(NotACardNumberError) as raised:
        TOKENS.of(text)
    assert not text or text not in str(raised.value)


def test_a_key_has_256_bits_and_a_short_name():
    """Anything else is refused."""
    with pytest.raises(KeyUnusableError, match="32 bytes, this has 5"):
        keyed(b"short")
    for name in ("", "K1", "1", "a" * 9, "k_1"):
        with pytest.raises(KeyUnusableError):
            Tokens(mac=keyed(KEY), key_id=name)


@pytest.fixture
def files(tmp_path):
    """A key and a file of payments."""
    key = tmp_path / "key"
    key.write_bytes(base64.b64encode(KEY) + b"\n")
    key.chmod(0o600)
    source = tmp_path / "in.csv"
    source.write_text(
        f'id,pan,city\n1,{PAN},"Zürich, West"\n2,4111 1111 1111 1111,Bern\n3,378282246310005,"two\nlines"\n'
    )
    return tmp_path


def run(files, *more: str) -> int:
    given = ["--in", str(files / "in.csv"), "--column", "pan", "--out", str(files / "out.csv")]
    return main([*given, "--key-file", str(files / "key"), *more])


def test_a_column_is_replaced_and_the_rest_left_as_it_is(files, capsys):
    """The same card has the same token in every line; nothing of the key is said."""
    assert run(files) == DONE
    one, two = VECTORS[PAN], VECTORS["378282246310005"]
    assert (
        files / "out.csv"
    ).read_text() == f'id,pan,city\n1,{one},"Zürich, West"\n2,{one},Bern\n3,{two},"two\nlines"\n'
    said = "".join(capsys.readouterr())
    assert "3 lines written" in said
    assert base64.b64encode(KEY).decode() not in said


def test_lines_that_would_carry_a_number_on_are_left_out(files, capsys):
    """A number that is none, in another column too, or a line of another width: said by its line, never quoted."""
    with (files / "in.csv").open("a") as file:
        file.write(f"4,4111111111111112,a\n5,{PAN},{PAN}\n6,{PAN}\n7,{PAN},b\n")
    assert run(files) == LEFT_OUT
    written, said = (files / "out.csv").read_text(), "".join(capsys.readouterr())
    assert written.splitlines()[-1] == f"7,{VECTORS[PAN]},b"
    assert "4111" not in written + said
    assert [line.split(":")[0] for line in said.splitlines() if "  line" in line] == [
        "  line 6",
        "  line 7",
        "  line 8",
    ]


def test_nothing_is_written_over_or_left_half(files, capsys):
    """Neither the target nor a key that is in use; a file that breaks off leaves nothing."""
    (files / "out.csv").write_text("mine")
    assert run(files) == FAILED
    assert (files / "out.csv").read_text() == "mine"
    (files / "out.csv").unlink()
    (files / "in.csv").write_text(f'id,pan\n1,{PAN}\n2,"{PAN}\n')
    assert run(files) == FAILED
    assert sorted(path.name for path in files.iterdir()) == ["in.csv", "key"]
    assert PAN not in "".join(capsys.readouterr())
    assert main(["--new-key", str(files / "key")]) == FAILED
    assert (files / "key").read_bytes() == base64.b64encode(KEY) + b"\n"


def test_a_fresh_key_is_its_owners_alone(files):
    """It works at once, and two are never the same."""
    for name in ("a", "b"):
        assert main(["--new-key", str(files / name)]) == DONE
        assert stat.S_IMODE((files / name).stat().st_mode) == 0o600
    assert (files / "a").read_bytes() != (files / "b").read_bytes()
    (files / "key").write_bytes((files / "a").read_bytes())
    assert run(files) == DONE


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of files are others there")
def test_a_key_that_others_may_read_is_no_secret(files, capsys):
    """It is refused, with what to do."""
    (files / "key").chmod(0o640)
    assert run(files) == FAILED
    assert "chmod 600" in capsys.readouterr().err


def test_a_column_that_is_not_there_is_said_so(files, capsys):
    """Without the header, which may be a line of data."""
    (files / "in.csv").write_text(f"1,{PAN}\n")
    assert run(files) == FAILED
    assert "0 columns of that name" in capsys.readouterr().err


def test_kms_makes_the_same_tokens_and_keeps_the_key():
    """GenerateMac by an HMAC_256 key is asked for the very bytes that a key at hand would hash."""
    kms = boto3.client("kms", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    message = CONTEXT + PAN.encode()
    with Stubber(kms) as stub:
        expected = {"KeyId": "alias/tokens", "MacAlgorithm": "HMAC_SHA_256", "Message": message}
        stub.add_response("generate_mac", {"Mac": hmac_by_hand(KEY, message), "KeyId": "k"}, expected)
        assert Tokens(mac=from_kms(kms, "alias/tokens"), key_id="k1").of(PAN) == VECTORS[PAN]
        stub.assert_no_pending_responses()

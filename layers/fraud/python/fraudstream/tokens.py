"""Tokens for card numbers: a keyed hash, for producers that hold the numbers and need a `card_id` that is none.

A card number of 16 digits has few that nobody knows: the first eight name the issuer, the last is a check digit. Ten
million are left for each issuer, so whoever has plain hashes of numbers tries them all in seconds. With a key of 256
bits that nobody else has there is nothing to try.
"""

import base64
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from fraudstream.contract.pan import is_card_number, plain_digits

PREFIX = "tok_"
KEY_BYTES = 32
CONTEXT = b"fraudstream card token v1\x00"
"""Begins what is hashed, so that the same key used for anything else never makes the same bytes."""
TOKEN_BYTES = 20
"""Of the MAC's 32: 160 bits are 32 characters in base32, and no two cards meet by chance."""
_MARKS = str.maketrans("", "", " -")
_is_key_id = re.compile(r"[a-z][a-z0-9]{0,7}").fullmatch

Mac = Callable[[bytes], bytes]
"""HMAC-SHA256 with a key that only it knows."""


class NotACardNumberError(ValueError):
    """A text is no card number; the message does not quote it."""


class KeyUnusableError(ValueError):
    """A key or its name is not as it has to be; the message does not quote the key."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Tokens:
    """Makes tokens with one key.

    Attributes
    ----------
    key_id
        Names the key in each token, so that tokens of two keys are told apart while one replaces the other.
    """

    mac: Mac
    key_id: str

    def __post_init__(self) -> None:
        if _is_key_id(self.key_id) is None:
            raise KeyUnusableError("the key's name: a letter, then at most seven letters and digits, lower case")

    def of(self, number: str) -> str:
        """Return the token of a card number: the same for the same number and key, however it is grouped.

        `tok_<key id>_<32 characters a-z, 2-7>`. Its letters make it unlike any card number.

        Raises
        ------
        NotACardNumberError
            Not 12 to 19 digits with a right check digit, spaces and dashes aside.
        """
        digits = plain_digits(number).translate(_MARKS)
        if not (digits.isascii() and digits.isdecimal() and is_card_number(digits)):
            raise NotACardNumberError("not 12 to 19 digits with a right check digit")
        mac = self.mac(CONTEXT + digits.encode())
        return f"{PREFIX}{self.key_id}_{base64.b32encode(mac[:TOKEN_BYTES]).decode().lower()}"


def keyed(key: bytes) -> Mac:
    """Return HMAC-SHA256 with a key at hand.

    Raises
    ------
    KeyUnusableError
        If it has not exactly 32 bytes.
    """
    if len(key) != KEY_BYTES:
        raise KeyUnusableError(f"a key has {KEY_BYTES} bytes, this has {len(key)}")
    return lambda message: hmac.digest(key, message, "sha256")

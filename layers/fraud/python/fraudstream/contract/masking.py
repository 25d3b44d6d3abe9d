"""Card numbers taken out of bytes that are kept although they were refused."""

import re

from fraudstream.contract.pan import begins_as_issued, checked, group_bounds, is_card_number, plain_digits

# Wider than what is refused: a separator more, numbers glued to others, escapes, UTF-16 read as bytes. What is masked
# for nothing costs a look at the producer's log; what is missed is a card number in a bucket.
# Colons part the digits of a clock, too, so they count only after three digits.
_RUN = re.compile(r"[0-9](?:(?:[ \-./_\x00]{0,3}|(?<=[0-9]{3}):|(?<=[0-9]\x00[0-9]\x00[0-9])\x00:\x00)[0-9]){11,}")
# A text without letters, as a card_id may be: any mark may stand between its digits.
_NO_LETTERS = re.compile(r"(?<=\")[0-9 \-._:@/+=~|\x00]{12,}(?=\")")
_SCIENTIFIC = re.compile(r"[0-9]\.[0-9]{6,}(?=[eE]\+?1[0-9])")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|/)")
_DIGIT = re.compile(r"[0-9]")
_GROUP = re.compile(r"[0-9](?:\x00?[0-9])*")
_TOO_LONG_TO_SEARCH = 40


def mask_card_numbers(data: bytes) -> bytes:
    """Return the bytes with every run of digits that may hold a card number replaced by `*`, but its last four.

    A run is 12 or more digits with little or nothing between them. It is masked if whole groups of it make 12 to 19
    digits with a right check digit, if any scheme's card number stands anywhere in it, or if it is longer than 40.
    Bytes without such a run come back as they are; otherwise digits in other scripts or escapes become ASCII.

    Examples
    --------
    >>> mask_card_numbers(b'{"card_id": "4111 1111 1111 1111"}')
    b'{"card_id": "**** **** **** 1111"}'
    """
    text = plain_digits(_ESCAPE.sub(_unescaped, data.decode("utf-8", "surrogateescape")))
    masked = _RUN.sub(_masked, _NO_LETTERS.sub(_masked_whole, text))
    masked = _SCIENTIFIC.sub(lambda number: _DIGIT.sub("*", number.group()), masked)
    return data if masked == text else masked.encode("utf-8", "surrogateescape")


def _unescaped(escape: re.Match[str]) -> str:
    """Return a digit or what may part digits that was written as an escape; leave every other escape alone."""
    character = plain_digits(chr(int(escape.group(1), 16))) if escape.group(1) else "/"
    return character if character in "0123456789 -._:@/+=~|" else escape.group()


def _masked_whole(written: re.Match[str]) -> str:
    text = written.group()
    if not is_card_number(text.replace("\x00", "")):
        return text
    return _DIGIT.sub("*", text, count=len(_DIGIT.findall(text)) - 4)


def _masked(run: re.Match[str]) -> str:
    text = run.group()
    groups = ["".join(_DIGIT.findall(group)) for group in _GROUP.findall(text)]
    digits = "".join(groups)
    if len(digits) <= _TOO_LONG_TO_SEARCH and not _may_hold(digits, group_bounds(groups)):
        return text
    return _DIGIT.sub("*", text, count=len(digits) - 4)


def _may_hold(digits: str, bounds: set[int]) -> bool:
    return any(
        (start in bounds and end in bounds) or begins_as_issued(digits, start, end) for start, end in checked(digits)
    )

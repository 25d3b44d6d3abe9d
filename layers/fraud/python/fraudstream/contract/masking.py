"""Card numbers taken out of bytes that are kept although they were refused."""

import re

from fraudstream.contract.pan import begins_as_issued, checked, group_bounds, plain_digits

# Wider than what is refused: a separator more, numbers glued to others, escapes, UTF-16 read as bytes. What is masked
# for nothing costs a look at the producer's log; what is missed is a card number in a bucket.
_RUN = re.compile(r"[0-9](?:[ \-./_\x00]{0,3}[0-9]){11,}")
_SCIENTIFIC = re.compile(r"[0-9]\.[0-9]{6,}(?=[eE]\+?1[0-9])")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
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
    masked = _SCIENTIFIC.sub(lambda number: _DIGIT.sub("*", number.group()), _RUN.sub(_masked, text))
    return data if masked == text else masked.encode("utf-8", "surrogateescape")


def _unescaped(escape: re.Match[str]) -> str:
    """Return a digit, space or dash that was written as an escape; leave every other escape alone."""
    character = plain_digits(chr(int(escape.group(1), 16)))
    return character if character in "0123456789 -" else escape.group()


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

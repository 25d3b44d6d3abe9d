"""What is a card number (PAN): by check digit and length, and for free text by issuer as well."""

import re
from collections.abc import Iterator
from itertools import accumulate
from unicodedata import category, decimal

_SHORTEST, _LONGEST = 13, 19
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_RUN = re.compile(r"[0-9](?:[ \-]{0,3}[0-9]){11,}")
_GROUP = re.compile(r"[0-9]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# What a card_id may have besides letters and digits, and a space.
_WITHOUT_MARKS = str.maketrans("", "", " -._:@/+=~|")
# Dots and the like part the digits of decimals, dates and addresses, so with them only the groups on a card count, one
# mark between all of them. An IPv6 address may hold such groups next to others of its own.
_GROUPS = r"[0-9]{4}(?P<mark>%s)(?:[0-9]{4}(?P=mark)[0-9]{4}(?P=mark)[0-9]{4}|[0-9]{6}(?P=mark)[0-9]{4,5})(?![0-9])"
_DOTTED = re.compile(r"(?<![0-9])(?=(?P<number>%s))" % (_GROUPS % "[._/]"))
_COLONED = re.compile(
    r"(?<![0-9])(?<!::)(?<!:[0-9a-fA-F]:)(?<!:[0-9a-fA-F]{2}:)(?<!:[0-9a-fA-F]{3}:)(?<!:[0-9a-fA-F]{4}:)"
    r"(?=(?P<number>%s(?!:[0-9a-fA-F:])))" % (_GROUPS % ":")
)

# What looks like a card number by accident, often enough to matter. A UUID or a digest in hex has long runs of digits
# once in some thousand; the decimals of a coordinate, and a telephone number with its +, are no card numbers.
_NO_CARD_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])(?=[0-9]*[a-fA-F])[0-9a-fA-F]{24,}(?![0-9A-Za-z])"
    r"|(?<=[0-9])\.[0-9]+"
    r"|\+[0-9]{8,15}(?![0-9])"
)

# First digits of the card schemes with the lengths they issue, from the schemes' public lists. 12 digits are left out:
# retrieval reference numbers have 12, and cards that short have not been issued for decades.
_SCHEMES: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("Visa", "4", (13, 16, 19)),
    ("Mastercard", "5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", (16,)),
    ("American Express", "3[47]", (15,)),
    ("Diners Club", "30[0-5]|3095|3[689]", (14, 15, 16, 17, 18, 19)),
    ("Discover", "6011|64[4-9]|65", (16, 17, 18, 19)),
    ("JCB", "352[89]|35[3-8]", (16, 17, 18, 19)),
    ("UnionPay", "62|81", (16, 17, 18, 19)),
    ("Maestro", "5018|5020|5038|5893|6304|6759|676[1-3]", (13, 14, 15, 16, 17, 18, 19)),
    ("Maestro, other ranges", "50|5[6-8]|6", (16, 18, 19)),
    ("Mir", "220[0-4]", (16, 17, 18, 19)),
    ("RuPay", "508|60|65|8[12]", (16,)),
    ("Troy", "9792", (16,)),
    ("Humo, Uzcard", "9860|8600", (16,)),
)
_ISSUED = {
    length: re.compile("|".join(prefixes for _, prefixes, lengths in _SCHEMES if length in lengths))
    for length in range(_SHORTEST, _LONGEST + 1)
}


def passes_luhn(digits: str) -> bool:
    """Return whether the last digit is the check digit of those before it (ISO/IEC 7812-1, annex B).

    Examples
    --------
    >>> passes_luhn("4111111111111111"), passes_luhn("4111111111111112")
    (True, False)
    """
    return (sum(map(int, digits[::-2])) + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])) % 10 == 0


def is_issued(digits: str) -> bool:
    """Return whether a card scheme issues numbers of this length and beginning, and the check digit is right."""
    return begins_as_issued(digits, 0, len(digits)) and passes_luhn(digits)


def is_card_number(text: str) -> bool:
    """Return whether the whole text is 12 to 19 digits with a right check digit, marks between them aside.

    Any issuer: this is the question about a `card_id`, where a false alarm costs a producer another token, and a miss
    costs a leaked card number.
    """
    digits = plain_digits(text).translate(_WITHOUT_MARKS)
    return 12 <= len(digits) <= _LONGEST and digits.isdecimal() and passes_luhn(digits)


def holds_card_number(text: str) -> bool:
    """Return whether a card number of a known scheme stands anywhere in the text.

    It may be written with spaces or dashes between groups, and in digits of any script; in the groups of a card
    (4-4-4-4, 4-6-5, 4-6-4) also with one of `. _ / :` between them. It must begin and end where a group of digits does:
    within a longer number anything can be found.
    """
    if len(text) < _SHORTEST:
        return False
    text = plain_digits(text)
    # In two steps, as the first finds nothing in nearly every text and the second is slow.
    return (_holds(text) and _holds(_NO_CARD_NUMBER.sub("_", text))) or _holds_marked(text)


def _holds_marked(text: str) -> bool:
    return any(
        is_issued("".join(_GROUP.findall(found["number"])))
        for pattern in (_DOTTED, _COLONED)
        for found in pattern.finditer(text)
    )


def _holds(text: str) -> bool:
    return any(_holds_in(_GROUP.findall(run.group())) for run in _RUN.finditer(text))


def _holds_in(groups: list[str]) -> bool:
    if len(groups) == 1:
        return is_issued(groups[0])
    digits, bounds = "".join(groups), group_bounds(groups)
    return any(
        start in bounds and end in bounds and begins_as_issued(digits, start, end) for start, end in checked(digits)
    )


def group_bounds(groups: list[str]) -> set[int]:
    """Return where groups begin and end in the digits of all of them."""
    return set(accumulate(map(len, groups), initial=0))


def begins_as_issued(digits: str, start: int, end: int) -> bool:
    """Return whether a card scheme issues numbers of this length that begin like this piece."""
    prefixes = _ISSUED.get(end - start)
    return prefixes is not None and prefixes.match(digits, start) is not None


def checked(digits: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every piece of 12 to 19 digits with a right check digit, in time linear in the digits."""
    # Running sums with every second digit doubled, from either parity: a piece is checked by one subtraction.
    values = list(map(int, digits))
    sums = [
        list(accumulate((d if at % 2 == plain else _DOUBLED[d] for at, d in enumerate(values)), initial=0))
        for plain in (1, 0)
    ]
    for end in range(12, len(digits) + 1):
        of_parity = sums[end % 2]
        for start in range(max(0, end - _LONGEST), end - 11):
            if (of_parity[end] - of_parity[start]) % 10 == 0:
                yield start, end


def plain_digits(text: str) -> str:
    """Return the text with digits, spaces and dashes of any script as ASCII, and without characters no one sees."""
    return text if text.isascii() else _NOT_ASCII.sub(_plain, text)


def _plain(match: re.Match[str]) -> str:
    character = match.group()
    digit = decimal(character, None)
    if digit is not None:
        return str(digit)
    return {"Zs": " ", "Pd": "-", "Cf": ""}.get(category(character), character)

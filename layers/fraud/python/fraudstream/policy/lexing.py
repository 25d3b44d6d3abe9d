"""Expressions cut into words."""

import math
import re
from dataclasses import dataclass
from enum import Enum, auto

from fraudstream.policy.mistakes import MistakeError

KEYWORDS = frozenset({"and", "or", "not", "in", "is", "missing", "true", "false"})
_OTHERWISE = {
    "&&": "write `and`",
    "||": "write `or`",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`",
    "=": "write == to compare",
    "<>": "write !=",
    "=>": "write >=",
    "=<": "write <=",
}
_WORD = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<number>[0-9][0-9_]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?(?![\w.]))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>"[^"\n]*"|'[^'\n]*')
    |(?P<sign>==|!=|<=(?!>)|>=|<(?![>])|>|[-+*/%()\[\],])
    |(?P<wrong>&&|\|\||<>|=>|=<|[&|!=])
    """,
    re.VERBOSE,
)
_LONGEST_NUMBER = 40


class Sort(Enum):
    """What a word is."""

    NUMBER = auto()
    NAME = auto()
    KEYWORD = auto()
    TEXT = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an expression; `value` is what it stands for: the number, or the text without its quotes."""

    sort: Sort
    value: str | float
    start: int
    end: int


def words(text: str) -> list[Word]:
    """Return the words of an expression, and last an `END`.

    Raises
    ------
    MistakeError
        Where something is no word.
    """
    found: list[Word] = []
    position = 0
    while position < len(text):
        match = _WORD.match(text, position)
        if match is None:
            raise MistakeError(_unknown(text[position]), position, position + 1)
        if match.lastgroup != "space":
            found.append(_word(match))
        position = match.end()
    found.append(Word(Sort.END, "", position, position))
    return found


def _word(match: re.Match[str]) -> Word:
    said, start, end = match.group(), match.start(), match.end()
    if match.lastgroup == "number":
        value = float(said.replace("_", "")) if len(said) <= _LONGEST_NUMBER else math.inf
        if not math.isfinite(value):
            raise MistakeError("the number is too large", start, end)
        return Word(Sort.NUMBER, value, start, end)
    if match.lastgroup == "text":
        return Word(Sort.TEXT, said[1:-1], start, end)
    if match.lastgroup == "sign":
        return Word(Sort.SIGN, said, start, end)
    if match.lastgroup == "wrong":
        raise MistakeError(f"'{said}' is not known here: {_OTHERWISE[said]}", start, end)
    if said in KEYWORDS:
        return Word(Sort.KEYWORD, said, start, end)
    if said.lower() in KEYWORDS:
        raise MistakeError(f"write '{said.lower()}' in small letters", start, end)
    return Word(Sort.NAME, said, start, end)


def _unknown(character: str) -> str:
    if character in "\"'":
        return "the text is not closed: its quote is missing on this line"
    if character.isdigit():
        return "not a number: write digits, a point, an exponent, such as 1250, 0.8 or 1e6"
    return f"the character {character!r} is not known here"

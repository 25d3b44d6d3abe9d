"""Mistakes in an expression, and how they are shown to who wrote it."""

from fraudstream.contract import mask_card_numbers
from fraudstream.errors import PolicyError

_SHOWN = 120


class MistakeError(Exception):
    """Something in an expression is wrong, from one character to another; only this package sees it."""

    def __init__(self, what: str, start: int, end: int) -> None:
        super().__init__(what)
        self.what = what
        self.span = (start, max(end, start + 1))


def in_expression(text: str, mistake: MistakeError, place: str, path: tuple[str | int, ...]) -> PolicyError:
    """Return a mistake as an error that names line and column, with a caret under the word.

    Lines and columns count from 1 within the expression.
    """
    start, end = mistake.span
    line = text.count("\n", 0, start) + 1
    begin = text.rfind("\n", 0, start) + 1
    shown = text[begin:].partition("\n")[0]
    column = start - begin
    carets = "^" * max(1, min(end, begin + len(shown)) - start)
    from_column = max(0, column - _SHOWN // 2)  # of a long line the part around the place
    shown, carets = shown[from_column : from_column + _SHOWN], carets[:_SHOWN]
    head = f"{place}, line {line}, column {column + 1}: {mistake.what}"
    message = f"{head}\n  {shown}\n  {' ' * (column - from_column)}{carets}"
    return PolicyError(without_card_numbers(message), path=path, span=mistake.span, what=mistake.what)


def without_card_numbers(text: str) -> str:
    """Return a text in which no card number is left: error texts reach logs."""
    return mask_card_numbers(text.encode("utf-8", "replace")).decode("utf-8", "replace")

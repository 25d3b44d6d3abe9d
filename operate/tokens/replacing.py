"""A CSV file with a column of card numbers to the same file with tokens, line by line."""

import csv
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from fraudstream.contract.pan import holds_card_number
from fraudstream.tokens import NotACardNumberError, Tokens

_REMEMBERED = 100_000


class ColumnError(ValueError):
    """The file has no such column, or has it twice; the message does not quote the file."""


@dataclass(slots=True)
class Replaced:
    """What was done: lines written, and the lines left out with why, by number from 1."""

    lines: int = 0
    left_out: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Replacing:
    """Replaces one column. The latest cards are remembered: a file has many payments of each, and KMS bills calls."""

    tokens: Tokens
    column: str
    done: Replaced = field(default_factory=Replaced)
    _known: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def rows(self, source: Iterable[str], delimiter: str) -> Iterator[Sequence[str]]:
        """Yield the header and every line whose card number is one and whose other cells hold none.

        A line that is left out is counted with its number; nothing of it is written or said.

        Raises
        ------
        ColumnError
            The header does not have the column once.
        """
        reader = csv.reader(source, delimiter=delimiter, strict=True)
        head = next(reader, [])
        if head.count(self.column) != 1:
            raise ColumnError(f"the first line has {head.count(self.column)} columns of that name, not one")
        place = head.index(self.column)
        yield head
        before = reader.line_num
        for cells in reader:
            number, before = before + 1, reader.line_num
            if not any(cells):
                continue
            why = self._replace(cells, place, len(head))
            if why:
                self.done.left_out.append((number, why))
            else:
                self.done.lines += 1
                yield cells

    def _replace(self, cells: list[str], place: int, width: int) -> str:
        """Put the token in its place; return why the line has to be left out, or nothing."""
        if len(cells) != width:
            return f"{len(cells)} cells, the header has {width}"
        if any(holds_card_number(cell) for at, cell in enumerate(cells) if at != place):
            return "a card number in another column"
        try:
            cells[place] = self._token(cells[place].strip())
        except NotACardNumberError as error:
            return str(error)
        return ""

    def _token(self, number: str) -> str:
        if number in self._known:
            self._known.move_to_end(number)
            return self._known[number]
        token = self._known[number] = self.tokens.of(number)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return token

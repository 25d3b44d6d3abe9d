"""What expressions are evaluated on: columns of transactions, numbers and dictionary-coded texts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts, each distinct one held once.

    Attributes
    ----------
    codes
        Positions in `values`, int32; -1 where the text is missing.
    values
        The distinct texts. One that no row has does no harm.
    """

    codes: NDArray[np.int32]
    values: tuple[str, ...]

    def where(self, holds: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Return where a text is there and fulfils a condition, which is asked once a distinct text."""
        table = np.zeros(len(self.values) + 1, np.bool_)  # code -1 meets the last: False
        table[:-1] = [holds(value) for value in self.values]
        return np.asarray(table[self.codes])

    def equals(self, text: str, *, equal: bool) -> NDArray[np.bool_]:
        """Return where a text is this one; or, if not `equal`, where it is there and another."""
        code = self.values.index(text) if text in self.values else -2
        return np.asarray(self.codes == code) if equal else np.asarray((self.codes != code) & (self.codes >= 0))

    def equals_column(self, other: "Coded", *, equal: bool) -> NDArray[np.bool_]:
        """Return where two texts are the same; or, if not `equal`, where both are there and differ."""
        index = {value: code for code, value in enumerate(self.values)}
        table = np.array([*(index.get(value, -2) for value in other.values), -1], np.int32)
        theirs = table[other.codes]
        return np.asarray(
            (self.codes == theirs) & (self.codes >= 0)
            if equal
            else (self.codes != theirs) & (self.codes >= 0) & (theirs != -1)
        )

    def numbers(self, number_of: Callable[[str], int], missing: int) -> NDArray[np.int64]:
        """Return a number for each row, looked up once a distinct text."""
        table = np.full(len(self.values) + 1, missing, np.int64)
        table[:-1] = [number_of(value) for value in self.values]
        return np.asarray(table[self.codes])


def coded(texts: Iterable[str | None]) -> Coded:
    """Return texts in columns; None is missing."""
    index: dict[str, int] = {}
    codes = [-1 if text is None else index.setdefault(text, len(index)) for text in texts]
    return Coded(np.array(codes, np.int32), tuple(index))


class Columns(Protocol):
    """Transactions in columns, by the names of `names.KNOWN`. A column that the data does not have is all missing."""

    @property
    def rows(self) -> int:
        """Number of transactions."""

    def number(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers or moments (epoch milliseconds); NaN is missing."""

    def text(self, name: str) -> Coded:
        """Return a column of texts."""


def absent_text(rows: int) -> Coded:
    """Return a column of texts in which every row is missing."""
    return Coded(np.full(rows, -1, np.int32), ())


def absent_number(rows: int) -> NDArray[np.float64]:
    """Return a column of numbers in which every row is missing."""
    return np.full(rows, np.nan)


def weekdays(event_time_ms: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the day of the week in UTC, 0 Monday to 6 Sunday."""
    days = np.asarray(event_time_ms, np.int64) // 86_400_000
    return np.asarray((days + 3) % 7, np.float64)  # 1970-01-01 was a Thursday

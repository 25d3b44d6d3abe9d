"""Decoded rows as the policy reads them: the columns that rules were evaluated on when the rows were decided."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from fraudstream.features import FEATURE_NAMES
from fraudstream.policy.columns import Coded, absent_number, absent_text, weekdays
from numpy.typing import NDArray

from operate.archive.coding import coded_of
from operate.archive.columns import DEGREES, TERMINAL, TEXTS
from operate.archive.rows import Part

_STORED = {name: name for name in (*FEATURE_NAMES, *DEGREES, "amount_minor")} | {
    "score": "fraud_score",
    "event_time": "event_ms",
}


class PartColumns:
    """Rows of one segment; a column is read when it is asked for the first time.

    Parameters
    ----------
    part
        Where the rows are.
    chosen
        Which of them, in rising order; None for all.
    """

    def __init__(self, part: Part) -> None:
        self._part = part
        self._file = pq.ParquetFile(part.segment.path, memory_map=True, read_dictionary=[*TEXTS, TERMINAL])
        self._whole = len(part.positions) == self._file.metadata.num_rows
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._texts: dict[str, Coded] = {}

    @property
    def rows(self) -> int:
        """Number of transactions."""
        return len(self._part.positions)

    def number(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers; NaN is missing."""
        if name not in self._numbers:
            self._numbers[name] = self._number(name)
        return self._numbers[name]

    def text(self, name: str) -> Coded:
        """Return a column of texts."""
        if name not in self._texts:
            if name not in (*TEXTS, TERMINAL):
                return absent_text(self.rows)
            column = coded_of(self._read(name))
            self._texts[name] = column if self._whole else Coded(column.codes[self._part.positions], column.values)
        return self._texts[name]

    def _number(self, name: str) -> NDArray[np.float64]:
        if name == "weekday":
            return weekdays(self.number("event_time").astype(np.int64))
        if name not in _STORED:
            return absent_number(self.rows)
        values = self._read(_STORED[name]).to_numpy(zero_copy_only=False).astype(np.float64)
        return values if self._whole else values[self._part.positions]

    def _read(self, name: str) -> pa.Array:
        return self._file.read([name]).column(0).combine_chunks()


class SomeColumns:
    """Some rows of other columns.

    Parameters
    ----------
    of, rows
        The columns, and which of their rows.
    """

    def __init__(self, of: PartColumns, rows: NDArray[np.int64]) -> None:
        self._of, self._rows = of, rows

    @property
    def rows(self) -> int:
        """Number of transactions."""
        return len(self._rows)

    def number(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers; NaN is missing."""
        return self._of.number(name)[self._rows]

    def text(self, name: str) -> Coded:
        """Return a column of texts."""
        whole = self._of.text(name)
        return Coded(whole.codes[self._rows], whole.values)

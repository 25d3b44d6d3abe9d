"""Bytes of a file to rows with known columns, or why the file is refused as a whole. Nothing here raises."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_BYTES = 16 * 1024 * 1024
MAX_LINES = 250_000
"""So many labels pass a stream of one shard, at the pace of `reading`, within the time of one call."""
DELIMITERS = (",", ";", "\t")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "transaction_id": ("transaction_id", "transactionid", "tx_id"),
    "label_time": ("dispute_date", "label_time", "chargeback_date", "dispute_time"),
    "label": ("label", "outcome"),
    "reason_code": ("reason_code", "dispute_reason", "reason"),
}
"""Each column of ours with the names under which a header may have it."""
REQUIRED = ("transaction_id", "label_time")
_OURS = {name: column for column, names in COLUMNS.items() for name in names}
_NOT_WORD = re.compile(r"[\s\-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A record of the file: the line on which it begins, counted from 1, and its cells."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file that can be read: where each column of ours is, and the rows after the header."""

    places: Mapping[str, int]
    rows: Sequence[Row]

    def cell(self, row: Row, column: str) -> str:
        """Return what a row has in a column of ours, without spaces around it; empty where it has nothing."""
        place = self.places.get(column)
        return row.cells[place].strip() if place is not None and place < len(row.cells) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRefused:
    """Why nothing of a file was taken; the detail never quotes it.

    Attributes
    ----------
    reason
        One of too_large, empty, not_utf8, header_unknown, header_ambiguous, quoting_broken, too_many_lines.
    """

    reason: str
    detail: str


def too_large(size: int) -> FileRefused:
    """Return the refusal of a file above `MAX_BYTES`."""
    detail = f"{size:,} bytes, {MAX_BYTES:,} allowed: cut the file into several, each with the header"
    return FileRefused(reason="too_large", detail=detail)


def read_table(data: bytes) -> Table | FileRefused:
    """Return the rows of a file: UTF-8 (with or without a mark at its beginning), commas, semicolons or tabs.

    A file is taken as a whole or not at all: one that breaks off in the middle labels nothing.
    """
    if len(data) > MAX_BYTES:
        return too_large(len(data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} is not UTF-8: save the file as UTF-8 (in Excel: CSV UTF-8), not as Latin-1"
        return FileRefused(reason="not_utf8", detail=detail)
    if not text.strip():
        return FileRefused(reason="empty", detail="the file has no header")
    try:
        return _with_header(text)
    except csv.Error as error:
        # The library's words are about quotes and sizes of fields; they quote nothing of the file.
        return FileRefused(reason="quoting_broken", detail=f"quotes do not match, or a field is too long: {error}")


def _with_header(text: str) -> Table | FileRefused:
    heads = {delimiter: next(_records(text, delimiter), Row(line=1, cells=())) for delimiter in DELIMITERS}
    delimiter = max(heads, key=lambda mark: (_known(heads[mark]), len(heads[mark].cells)))
    head = heads[delimiter]
    found = [_OURS.get(_plain(cell)) for cell in head.cells]
    if missing := [" or ".join(COLUMNS[column]) for column in REQUIRED if column not in found]:
        detail = f"the first line names no column {', and none '.join(missing)}; between columns: comma, semicolon, tab"
        return FileRefused(reason="header_unknown", detail=detail)
    twice = sorted({column for column in found if column is not None and found.count(column) > 1})
    if twice:
        return FileRefused(reason="header_ambiguous", detail=f"more than one column would be {', '.join(twice)}")
    rows = []
    for row in _records(text, delimiter):
        if row.line > head.line:
            rows.append(row)
        if len(rows) > MAX_LINES:
            detail = f"more than {MAX_LINES:,} lines: cut the file into several, each with the header"
            return FileRefused(reason="too_many_lines", detail=detail)
    return Table(places={column: place for place, column in enumerate(found) if column is not None}, rows=rows)


def _records(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield Row(line=before + 1, cells=cells)
        before = reader.line_num


def _known(head: Row) -> int:
    return len({_OURS[name] for name in map(_plain, head.cells) if name in _OURS})


def _plain(name: str) -> str:
    """Return a column's name as it is looked up: capitals, spaces and dashes do not count."""
    return _NOT_WORD.sub("_", name.strip().casefold())

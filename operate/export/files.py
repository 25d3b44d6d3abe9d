"""The file that is written: Parquet, CSV or JSON Lines, by the ending of its name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

ENDINGS = (".parquet", ".csv", ".jsonl")
_GROUP_ROWS = 131_072
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


class Writer(Protocol):
    """Writes tables of one schema, one after the other."""

    def write(self, table: pa.Table) -> None:
        """Append rows."""

    def close(self) -> None:
        """Write what is still held back."""


class FormatError(Exception):
    """The name of the file does not say a format that is known."""


def writer(path: Path) -> Callable[[BinaryIO, pa.Schema], Writer]:
    """Return what opens a writer for a file of that name.

    Raises
    ------
    FormatError
        If its ending is none of `ENDINGS`.
    """
    if path.suffix not in ENDINGS:
        raise FormatError(f"{path.name}: the name must end in {', '.join(ENDINGS)}")
    return {".parquet": _Parquet, ".csv": _Csv, ".jsonl": _JsonLines}[path.suffix]


class _Parquet:
    """Row groups of a size that readers like, whatever size the portions have."""

    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")
        self._held: list[pa.Table] = []
        self._rows = 0

    def write(self, table: pa.Table) -> None:
        """Append rows."""
        self._held.append(table)
        self._rows += len(table)
        if self._rows >= _GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        """Write the last rows and the footer."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.concat_tables(self._held), row_group_size=_GROUP_ROWS)
            self._held, self._rows = [], 0


class _Csv:
    """A heading, then a line a row: times as RFC 3339, names of rules with spaces between, nothing for missing."""

    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        shown = _as_text(schema.empty_table()).schema
        self._writer = pa_csv.CSVWriter(file, shown, write_options=pa_csv.WriteOptions(quoting_style="needed"))

    def write(self, table: pa.Table) -> None:
        """Append rows."""
        self._writer.write_table(_as_text(table))

    def close(self) -> None:
        """Finish."""
        self._writer.close()


class _JsonLines:
    """An object a row, without what is missing."""

    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:  # noqa: ARG002 (a line says its own)
        self._file, self._encode = file, msgspec.json.Encoder().encode

    def write(self, table: pa.Table) -> None:
        """Append rows."""
        columns = _with_times(table)
        rows: list[dict[str, Any]] = columns.to_pylist()
        kept = [{name: value for name, value in row.items() if value is not None and value == value} for row in rows]  # noqa: PLR0124
        self._file.write(b"".join([self._encode(row) + b"\n" for row in kept]))

    def close(self) -> None:
        """Do nothing: each line is whole."""


def _with_times(table: pa.Table) -> pa.Table:
    for position, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            column = pc.strftime(table.column(position), format=_MOMENT)
            table = table.set_column(position, field.name, column)
    return table


def _as_text(table: pa.Table) -> pa.Table:
    table = _with_times(table)
    for position, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            table = table.set_column(position, field.name, pc.binary_join(table.column(position), " "))
        elif pa.types.is_floating(field.type):  # NaN is missing
            column = table.column(position)
            table = table.set_column(position, field.name, pc.if_else(pc.is_nan(column), None, column))
    return table

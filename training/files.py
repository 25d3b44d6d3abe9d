"""Files as Arrow tables: CSV, JSON Lines and Parquet, plain or compressed, told apart by their names."""

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pa_parquet
from jobs import JobError

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
CSV_ENDINGS = (".csv", ".tsv", ".txt")
JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
PARQUET_ENDINGS = (".parquet", ".pq")
_BLOCK = 16 << 20
_NULLS = ["", "null", "NULL", "NaN", "nan", "None", "\\N"]


class RawDataError(JobError):
    """A file cannot be read as transactions: the message names the file, the column, the row, and what to do."""


def is_data_file(path: Path) -> bool:
    """Tell by its name whether a file holds transactions in a format that is read here."""
    return not path.name.startswith((".", "_")) and _ending(path) in (*CSV_ENDINGS, *JSON_ENDINGS, *PARQUET_ENDINGS)


def read_table(path: Path) -> pa.Table:
    """Return a file's rows. All columns of a CSV are texts, so that amounts and ids stay as they are written.

    Raises
    ------
    RawDataError
        For a file that is missing, empty, of unknown format, or broken.
    """
    ending = _ending(path)
    if not path.is_file():
        raise RawDataError(f"{path} is not a file")
    try:
        if ending in PARQUET_ENDINGS:
            return pa_parquet.read_table(path)
        if ending in CSV_ENDINGS:
            return _read_csv(path)
        if ending in JSON_ENDINGS:
            return _read_json(path)
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as error:
        if isinstance(error, UnicodeDecodeError) or "UTF8" in str(error):
            raise RawDataError(f"{path.name} is not UTF-8 text; save it as UTF-8") from error
        if ending in PARQUET_ENDINGS and isinstance(error, pa.ArrowInvalid):
            raise RawDataError(f"{path.name} cannot be read: is it really Parquet, and whole?") from error
        # Arrow's message may quote the line, and with it a card: only its first clause is kept.
        raise RawDataError(f"{path.name} cannot be read: {str(error).partition(': ')[0][:200]}") from error
    raise RawDataError(f"{path.name}: the name must end in .csv, .jsonl or .parquet, with or without .gz or .zst")


def _ending(path: Path) -> str:
    name = path.name.lower()
    suffix = Path(name).suffix
    return Path(Path(name).stem).suffix if suffix in COMPRESSIONS else suffix


def _open(path: Path) -> pa.NativeFile:
    return pa.input_stream(str(path), compression=COMPRESSIONS.get(path.suffix.lower()))


def _read_csv(path: Path) -> pa.Table:
    with _open(path) as stream:
        head = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="").readline()
    if not head.strip():
        raise RawDataError(f"{path.name} is empty: it needs a first line with the names of its columns")
    delimiter = max(",;\t|", key=head.count)
    names = next(csv.reader([head], delimiter=delimiter))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RawDataError(f"{path.name}: column {twice[0]!r} occurs twice; rename one")
    broken: list[pa_csv.InvalidRow] = []

    def refuse(row: pa_csv.InvalidRow) -> str:
        broken.append(row)
        return "error"

    try:
        with _open(path) as stream:
            return pa_csv.read_csv(
                stream,
                read_options=pa_csv.ReadOptions(
                    column_names=names, skip_rows=1, block_size=_BLOCK, use_threads=False, encoding="utf8"
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=delimiter, newlines_in_values=True, invalid_row_handler=refuse
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), null_values=_NULLS, strings_can_be_null=True
                ),
            )
    except pa.ArrowInvalid:
        if broken:
            row = broken[0]
            where = f"line {row.number}" if row.number else "a line"
            raise RawDataError(
                f"{path.name}, {where}: {row.actual_columns} values where the header names {row.expected_columns}"
            ) from None
        raise


def _read_json(path: Path) -> pa.Table:
    with _open(path) as stream:
        first = stream.read(64).lstrip()
    if not first:
        raise RawDataError(f"{path.name} is empty")
    if first.startswith(b"["):
        raise RawDataError(f"{path.name} is one JSON array; write one object a line instead (JSON Lines)")
    try:
        with _open(path) as stream:
            table = pa_json.read_json(stream, read_options=pa_json.ReadOptions(block_size=_BLOCK))
    except pa.ArrowInvalid as error:
        _refuse_bad_line(path)
        if " changed from " in str(error):
            message = "a column holds numbers in one line and texts or objects in another; write all in one way"
            raise RawDataError(f"{path.name} cannot be read: {message}") from error
        raise
    table.validate(full=True)  # Arrow takes what is not UTF-8 and fails on it only later.
    return table


def _refuse_bad_line(path: Path) -> None:
    """Name the first line that is no JSON object. Arrow counts rows, of a block, and without empty lines."""
    with io.TextIOWrapper(_open(path), encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                good = not line.strip() or isinstance(json.loads(line), dict)
            except (ValueError, RecursionError):
                good = False
            if not good:
                raise RawDataError(f"{path.name}, line {number}: cannot be read; every line must be one JSON object")

"""What the archive and the uploaded files say, line by line, in one table that Spark holds.

Each executor reads whole objects and whole files with the readers that prepare.py has. A failure with a name becomes a
line too: raised among the executors it would come back as a traceback.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pyarrow as pa
from archive import ENDING, flattened, lengths_of, read_object, to_frame, to_labels
from files import is_data_file
from fraudstream.columns import UNKNOWN
from jobs import JobError
from mapping import NUMBERS, TEXTS, Mapping
from moments import NOT_A_TIME, epoch_ms
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (its usual name)
from raw_data import LABELS, read_raw_file

from spark.places import Places

ARCHIVED, UPLOADED = 0, 1
_ARROW = pa.schema(
    [
        ("source", pa.int32()),
        ("file", pa.string()),  # its path, so that sorted files are in prepare.py's order
        ("line", pa.int64()),
        ("kind", pa.string()),  # transaction, label, file, failure
        *((name, pa.string()) for name in TEXTS),
        *((name, pa.float64()) for name in NUMBERS),
        ("amount_minor", pa.int64()),
        ("event_ms", pa.int64()),
        ("label", pa.int32()),
        ("label_ms", pa.int64()),
        ("features_version", pa.string()),
        ("served", pa.binary()),  # features as float32, one after the other
        ("note", pa.string()),
    ]
)
_SPARK = {pa.int32(): "int", pa.int64(): "bigint", pa.float64(): "double", pa.string(): "string", pa.binary(): "binary"}
_SCHEMA = ", ".join(f"{field.name} {_SPARK[field.type]}" for field in _ARROW)
_LARGEST_FILE = 1_500_000_000
_FILES_AT_ONCE = 16
_ROWS_AT_ONCE = 10_000


class TooLargeError(JobError):
    """An uploaded file is too large for one executor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Every line, and of the files what `history.History` says of them."""

    frame: DataFrame
    archive_objects: int
    raw_rows: int
    refused: dict[str, int]
    without_terminal: tuple[str, ...]


def read_lines(
    spark: SparkSession,
    places: Places,
    archive: str,
    raw: str,
    *,
    mapping: Mapping | None,
    most_refused: float,
) -> Lines:
    """Read everything below the two places, of which either may be absent.

    Raises
    ------
    JobError
        With the name and the reason of the first file's failure.
    """
    read = [
        _read(spark, places, archive, _archived, f"*{ENDING}"),
        _read(spark, places, raw, partial(_uploaded, mapping=mapping, most_refused=most_refused)),
    ]
    frames = [each for each in read if each is not None]
    if not frames:
        frames = [spark.createDataFrame([], _SCHEMA)]
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", _FILES_AT_ONCE)  # a record is a whole file here
    frame = (frames[0].unionByName(frames[1]) if len(frames) > 1 else frames[0]).persist(StorageLevel.DISK_ONLY)
    failures = frame.where("kind = 'failure'").orderBy("source", "file").select("note").limit(1).collect()
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", _ROWS_AT_ONCE)
    if failures:
        name, reason = json.loads(failures[0]["note"])
        raise type(name, (JobError,), {})(reason)
    of_files = frame.where("kind = 'file'")
    notes = of_files.where(F.col("source") == UPLOADED).orderBy("file").select("note").collect()
    files = [json.loads(row["note"]) for row in notes]
    refused: Counter[str] = Counter()
    for file in files:
        refused.update(file["refused"])
    return Lines(
        frame=frame.where("kind in ('transaction', 'label')"),
        archive_objects=of_files.where(F.col("source") == ARCHIVED).count(),
        raw_rows=sum(file["rows"] for file in files),
        refused=dict(refused.most_common()),
        without_terminal=tuple(file["name"] for file in files if file["without_terminal"]),
    )


def _read(
    spark: SparkSession, places: Places, uri: str, reader: Callable[[str, bytes], pa.Table | None], names: str = "*"
) -> DataFrame | None:
    """Return the lines of every file below a place whose name fits; None where the place does not exist."""
    if not places.exists(uri):
        return None
    found = spark.read.format("binaryFile").option("recursiveFileLookup", "true").option("pathGlobFilter", names)
    found, root = found.load(uri), places.root(uri)
    large = found.where(F.col("length") > _LARGEST_FILE).select("path", "length").limit(1).collect()
    if large:
        path, length = large[0]
        raise TooLargeError(f"{below(path, root)} has {length} bytes: split it into files of at most {_LARGEST_FILE}")
    return found.select("path", "content").mapInArrow(partial(_lines, root=root, reader=reader), _SCHEMA)


def below(path: str, root: str) -> str:
    """Return a path from the root on."""
    return path.removeprefix(root).lstrip("/")


def _lines(
    batches: Iterable[pa.RecordBatch], *, root: str, reader: Callable[[str, bytes], pa.Table | None]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for place, content in zip(batch.column(0), batch.column(1), strict=True):
            path = below(place.as_py(), root)
            try:
                table = reader(path, content.as_py())
            except JobError as error:
                source = ARCHIVED if reader is _archived else UPLOADED
                table = _note("failure", [type(error).__name__, str(error)], source)
            if table is None:
                continue
            ordered = "\0".join(PurePosixPath(path).parts)  # so are paths sorted: part by part
            table = table.set_column(1, "file", pa.array([ordered] * len(table), pa.string()))
            yield from table.to_batches(_ROWS_AT_ONCE)


def _archived(path: str, content: bytes) -> pa.Table:
    table = read_object(content, path)
    kinds = table.column("kind").to_pandas()
    parts = [_note("file", {}, ARCHIVED)]
    rows = np.flatnonzero(kinds == "transaction")
    if len(rows):
        lines = table.take(pa.array(rows))
        frame = to_frame(lines).drop(columns=["label", "label_time"])
        served = _packed(lines.column("features").combine_chunks())
        parts.append(_table("transaction", ARCHIVED, rows, frame, served=served))
    rows = np.flatnonzero(kinds == "label")
    if len(rows):
        parts.append(_table("label", ARCHIVED, rows, to_labels(table.take(pa.array(rows)))))
    return pa.concat_tables(parts)


def _uploaded(path: str, content: bytes, *, mapping: Mapping | None, most_refused: float) -> pa.Table | None:
    if path == "mapping.json" or not is_data_file(Path(path)):
        return None
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / Path(path).name
        file.write_bytes(content)
        read = read_raw_file(file, mapping, most_refused=most_refused)
    note = {"name": read.name, "rows": read.rows, "refused": read.refused, "without_terminal": read.without_terminal}
    rows = np.arange(len(read.frame))
    return pa.concat_tables([_note("file", note, UPLOADED), _table("transaction", UPLOADED, rows, read.frame)])


def _packed(features: pa.Array) -> list[bytes | None]:
    """Return each line's features as bytes, None for a line without."""
    if isinstance(features, pa.ChunkedArray):
        features = pa.concat_arrays(features.chunks)
    lengths = lengths_of(features)
    ends = np.cumsum(np.maximum(lengths, 0))
    flat = flattened(features)
    return [
        None if length < 0 else flat[end - length : end].tobytes()
        for length, end in zip(lengths.tolist(), ends.tolist(), strict=True)
    ]


def _table(
    kind: str, source: int, lines: np.ndarray, frame: pd.DataFrame, *, served: list[bytes | None] | None = None
) -> pa.Table:
    """Return lines in contract columns as the table that Spark holds."""
    columns: dict[str, object] = {name: frame[name] for name in frame.columns if name in _ARROW.names}
    columns["source"], columns["line"], columns["kind"] = np.full(len(frame), source), lines, [kind] * len(frame)
    for name, moments in (("event_ms", "event_time"), ("label_ms", "label_time")):
        if moments in frame:
            times = epoch_ms(frame[moments])
            columns[name] = pa.array(times, pa.int64(), mask=times == NOT_A_TIME)
    if "label" in frame:
        columns["label"] = frame["label"].map(LABELS).fillna(UNKNOWN).to_numpy(np.int32)
    if served is not None:
        columns["served"] = served
    arrays = [
        _array(columns[field.name], field.type) if field.name in columns else pa.nulls(len(frame), field.type)
        for field in _ARROW
    ]
    return pa.Table.from_arrays(arrays, schema=_ARROW)


def _array(values: object, kind: pa.DataType) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values, kind, from_pandas=True)


def _note(kind: str, note: object, source: int) -> pa.Table:
    columns = {"source": source, "kind": kind, "note": json.dumps(note)}
    arrays = [pa.array([columns.get(field.name)], field.type) for field in _ARROW]
    return pa.Table.from_arrays(arrays, schema=_ARROW)

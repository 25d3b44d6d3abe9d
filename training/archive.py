"""The archive as columns: transactions with the features they were served, and the labels that came later."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json
from jobs import JobError
from mapping import NUMBERS, TEXTS
from moments import NOT_A_TIME, epoch_ms, from_epoch_ms, to_milliseconds
from numpy.typing import NDArray

ENDING = ".jsonl.zst"
_TRANSACTION = pa.struct(
    [
        *((name, pa.string()) for name in (*TEXTS, "event_time")),
        *((name, pa.float64()) for name in NUMBERS),
        ("amount_minor", pa.int64()),
    ]
)
_DECISION = pa.struct(
    [
        *((name, pa.string()) for name in ("decision", "scored_by", "model_version", "features_version")),
        ("fraud_score", pa.float64()),
    ]
)
_LABEL = pa.struct([(name, pa.string()) for name in ("transaction_id", "label", "label_time")])
SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("transaction", _TRANSACTION),
        ("decision", _DECISION),
        ("features", pa.list_(pa.float64())),
        ("label", _LABEL),
    ]
)
_NEEDED = ("transaction_id", "card_id", "event_time", "amount_minor", "currency")


class CorruptArchiveError(JobError):
    """An object of the archive is not what was written: the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What the archive holds, each transaction once.

    Attributes
    ----------
    frame
        Contract columns, `label` and `label_time` included, and of the decision `decision`, `scored_by`,
        `model_version`, `fraud_score`, `features_version`. In order of objects.
    features
        As served, a list a row, aligned with `frame`.
    labels
        Labels whose transaction is not in the archive: `transaction_id`, `label`, `label_time`, each id once.
    objects, repeats
        How many objects were read, and how many lines repeated a transaction.
    """

    frame: pd.DataFrame
    features: pa.ListArray
    labels: pd.DataFrame
    objects: int
    repeats: int

    def served(self, features_version: str, width: int) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Return which rows were served this version's features, and those rows' features, NaN for missing."""
        mine = self.frame["features_version"].eq(features_version).to_numpy(bool)
        mask = mine & (lengths_of(self.features) == width)
        return mask, flattened(self.features.filter(pa.array(mask))).reshape(-1, width)


def read_archive(directory: Path, as_of_ms: int | None = None, *, arrived_since: str = "") -> Archive:
    """Return every transaction below a directory, and every label that was known at a time, or all of them.

    Retries may have written a transaction into several objects: the first is kept, all are the same decision. Of
    several labels of one transaction the last by `label_time` holds. Fields that are not known here are passed over.

    Parameters
    ----------
    arrived_since
        Read only what arrived from this hour on, written as in the keys: `date=2026-03-01/hour=07`.

    Raises
    ------
    CorruptArchiveError
        For an object that cannot be decompressed or parsed, or a transaction without what it must have.
    """
    found = sorted(directory.rglob(f"*{ENDING}")) if directory.is_dir() else []
    paths = [path for path in found if _arrival(path) >= arrived_since]
    tables = [read_object(path, str(path.relative_to(directory))) for path in paths]
    table = pa.concat_tables(tables).combine_chunks() if tables else SCHEMA.empty_table()
    kinds = table.column("kind").to_pandas()
    transactions = table.filter(pa.array((kinds == "transaction").to_numpy(bool)))
    frame = to_frame(transactions)
    first = ~frame["transaction_id"].duplicated().to_numpy(bool)
    features = _one_chunk(transactions.column("features"), pa.list_(pa.float64())).filter(pa.array(first))
    labels = _last(labels_known(to_labels(table.filter(pa.array((kinds == "label").to_numpy(bool)))), as_of_ms))
    frame = with_labels(frame[first].reset_index(drop=True), labels)
    return Archive(
        frame=frame,
        features=features,
        labels=labels[~labels["transaction_id"].isin(frame["transaction_id"])].reset_index(drop=True),
        objects=len(paths),
        repeats=int((~first).sum()),
    )


def _arrival(path: Path) -> str:
    """Return the date and hour that an object's key names; nothing if it names none."""
    return "/".join(part for part in path.parts if part.startswith(("date=", "hour=")))


def lengths_of(features: pa.ListArray) -> NDArray[np.int64]:
    """Return how many features each line has, -1 for none."""
    return pc.fill_null(pc.list_value_length(features), -1).to_numpy(zero_copy_only=False).astype(np.int64)


def flattened(features: pa.ListArray) -> NDArray[np.float32]:
    """Return the features of all lines one after the other, NaN for missing."""
    return pc.list_flatten(features).to_numpy(zero_copy_only=False).astype(np.float32)


def with_labels(frame: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Return transactions with their labels joined; a label that is there already gives way to a later one."""
    if not len(labels):
        return frame
    found = frame[["transaction_id"]].merge(labels, on="transaction_id", how="left", validate="many_to_one")
    # A missing time is the smallest integer, so that any label is later than none.
    takes = found["label"].notna().to_numpy() & (epoch_ms(found["label_time"]) >= epoch_ms(frame["label_time"]))
    return frame.assign(
        label=frame["label"].mask(takes, found["label"]),
        label_time=frame["label_time"].mask(takes, found["label_time"]),
    )


def labels_known(labels: pd.DataFrame, as_of_ms: int | None) -> pd.DataFrame:
    """Return the labels that were known at a time; all of them where none is given."""
    return labels if as_of_ms is None else labels[epoch_ms(labels["label_time"]) <= as_of_ms]


def read_object(source: Path | bytes, name: str) -> pa.Table:
    """Return the lines of an object, a file or its bytes; `name` is what a failure calls it.

    Raises
    ------
    CorruptArchiveError
        As `read_archive`.
    """
    try:
        opened = str(source) if isinstance(source, Path) else pa.py_buffer(source)
        with pa.input_stream(opened, compression="zstd") as stream:
            body = stream.read()
        # One block: an object is at most a batch, and a line must not fall across two blocks.
        table = pa_json.read_json(
            pa.BufferReader(body),
            read_options=pa_json.ReadOptions(use_threads=False, block_size=max(len(body), 1) + 1),
            parse_options=pa_json.ParseOptions(explicit_schema=SCHEMA, unexpected_field_behavior="ignore"),
        )
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).partition(": ")[0][:120]  # what follows may quote the data
        raise CorruptArchiveError(f"{name} cannot be read ({reason}); restore the object or remove it") from error
    _check(table, name)
    return table.select(SCHEMA.names)


def _check(table: pa.Table, name: str) -> None:
    """Refuse a transaction that lacks what every transaction of the contract has."""
    for kind, column, needed in (
        ("transaction", "transaction", _NEEDED),
        ("label", "label", ("transaction_id", "label", "label_time")),
    ):
        lines = pc.equal(table.column("kind"), kind)
        for field in needed:
            lacking = pc.and_(lines, pc.is_null(pc.struct_field(table.column(column), field)))
            if pc.any(lacking).as_py():
                line = pc.indices_nonzero(lacking)[0].as_py() + 1
                raise CorruptArchiveError(f"{name}, line {line}: a {kind} without {field}; restore the object")


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return transaction lines in contract columns, those of the decision beside them, and no label yet."""
    transaction = _one_chunk(table.column("transaction"), _TRANSACTION)
    decision = _one_chunk(table.column("decision"), _DECISION)
    columns: dict[str, pd.Series] = {}
    for source, names in ((transaction, _names(_TRANSACTION)), (decision, _names(_DECISION))):
        for name in names:
            columns[name] = pc.struct_field(source, name).to_pandas()
    columns["event_time"] = _times(pc.struct_field(transaction, "event_time"))
    columns["label"] = pd.Series([None] * len(table), dtype=object)
    columns["label_time"] = from_epoch_ms(np.full(len(table), NOT_A_TIME))
    optional = set(TEXTS).union(NUMBERS) - set(_NEEDED)
    kept = {name: column for name, column in columns.items() if name not in optional or column.notna().any()}
    return pd.DataFrame(kept)


def to_labels(table: pa.Table) -> pd.DataFrame:
    """Return label lines as `transaction_id`, `label`, `label_time`."""
    label = _one_chunk(table.column("label"), _LABEL)
    labels = pd.DataFrame({name: pc.struct_field(label, name).to_pandas() for name in ("transaction_id", "label")})
    labels["label_time"] = _times(pc.struct_field(label, "label_time"))
    return labels


def _last(labels: pd.DataFrame) -> pd.DataFrame:
    labels = labels.sort_values("label_time", kind="stable")
    return labels.drop_duplicates("transaction_id", keep="last").reset_index(drop=True)


def _times(texts: pa.Array) -> pd.Series:
    moments = to_milliseconds(texts.to_pandas())
    if (moments == NOT_A_TIME).any():
        raise CorruptArchiveError(f"{int((moments == NOT_A_TIME).sum())} archived times are not RFC 3339")
    return from_epoch_ms(moments)


def _one_chunk(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    chunks = column.chunks
    return chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks) if chunks else pa.array([], kind)


def _names(kind: pa.DataType) -> Sequence[str]:
    return [kind.field(position).name for position in range(kind.num_fields)]

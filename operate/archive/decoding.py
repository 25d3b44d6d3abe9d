"""From the bytes of an archive object to columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION
from fraudstream.policy import OUTCOMES

from operate.archive.columns import DECIDED, DEGREES, FIRED, LABELS, TERMINAL, TEXTS, TRANSACTIONS
from operate.archive.errors import UnreadableObjectError
from operate.archive.joined import JOINED_BY

_WIDTH = len(FEATURE_NAMES)
_MOMENT = pa.timestamp("ms", "UTC")
_LINES = pa.schema(
    [
        ("kind", pa.string()),
        (
            "transaction",
            pa.struct(
                [
                    *((name, pa.string()) for name in TEXTS),
                    *((name, pa.float64()) for name in DEGREES),
                    ("amount_minor", pa.int64()),
                ]
            ),
        ),
        (
            "decision",
            pa.struct(
                [
                    *((name, pa.string()) for name in (*DECIDED, "event_time", "decided_at", "terminal_id")),
                    *((name, pa.list_(pa.string())) for name in FIRED),
                    ("fraud_score", pa.float64()),
                ]
            ),
        ),
        ("features", pa.list_(pa.float64())),
        ("label", pa.struct([(name, pa.string()) for name in ("transaction_id", "label", "source", "label_time")])),
    ]
)
_NEEDED = {
    "transaction": (
        ("transaction", ("transaction_id", "card_id", "amount_minor", "currency")),
        ("decision", ("decision", "scored_by", "rules_version", "event_time", "decided_at")),
    ),
    "label": (("label", ("transaction_id", "label", "label_time")),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What an object says, in the columns of `TRANSACTIONS` and `LABELS`, in order of its lines."""

    transactions: pa.Table
    labels: pa.Table


def decode(body: bytes, name: str) -> Lines:
    """Return what the bytes of an object say; `name` is what a failure calls it.

    Fields that are not known here are passed over.

    Raises
    ------
    UnreadableObjectError
        For what cannot be decompressed or parsed, or lacks what every line has.
    """
    table = parse(body, _LINES, name)
    kinds = table.column("kind")
    _check(table, name)
    sent = table.filter(pc.fill_null(pc.equal(kinds, "transaction"), fill_value=False))
    labels = table.filter(pc.fill_null(pc.equal(kinds, "label"), fill_value=False))
    try:
        return Lines(transactions=_transactions(sent), labels=_labels(labels))
    except pa.ArrowInvalid:  # its text may quote the data
        raise UnreadableObjectError(f"{name} holds a time that is not RFC 3339; restore the object") from None


def parse(body: bytes, schema: pa.Schema, name: str) -> pa.Table:
    """Return the lines of an object in the columns of a schema, null for what is absent.

    Raises
    ------
    UnreadableObjectError
        If the bytes cannot be decompressed or parsed.
    """
    text = unpacked(body, name)
    try:
        # One block: an object is at most a batch, and a line must not fall across two blocks.
        table = pa_json.read_json(
            pa.BufferReader(text),
            read_options=pa_json.ReadOptions(use_threads=False, block_size=len(text) + 1),
            parse_options=pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
    except pa.ArrowInvalid as error:
        raise UnreadableObjectError(f"{name} cannot be read ({_reason(error)}); restore the object") from None
    return table.select(schema.names).combine_chunks()


def unpacked(body: bytes, name: str) -> bytes:
    """Return the lines of an object, as they were before they were compressed.

    Raises
    ------
    UnreadableObjectError
        If it was not compressed so, is cut off, or is empty: a batch without lines writes no object.
    """
    try:
        with pa.input_stream(pa.py_buffer(body), compression="zstd") as stream:
            text: bytes = stream.read()
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableObjectError(f"{name} cannot be read ({_reason(error)}); restore the object") from None
    if not text.strip():
        raise UnreadableObjectError(f"{name} is empty; restore the object")
    return text


def _reason(error: Exception) -> str:
    return str(error).partition(": ")[0][:120]  # what follows may quote the data


def _check(table: pa.Table, name: str) -> None:
    """Refuse a line that lacks what every line of its kind has, and a decision that no policy makes."""
    for kind, parts in _NEEDED.items():
        mine = pc.equal(table.column("kind"), kind)
        for column, needed in parts:
            for field in needed:
                lacking = pc.and_(mine, pc.is_null(pc.struct_field(table.column(column), field)))
                _refuse(lacking, name, f"a {kind} without {field}")
    decided = pc.struct_field(table.column("decision"), "decision")
    other = pc.invert(pc.is_in(decided, value_set=pa.array(OUTCOMES)))
    _refuse(pc.and_(pc.equal(table.column("kind"), "transaction"), other), name, "a decision that is none")


def _refuse(wrong: pa.ChunkedArray, name: str, what: str) -> None:
    if pc.any(wrong).as_py():
        line = pc.indices_nonzero(wrong)[0].as_py() + 1
        raise UnreadableObjectError(f"{name}, line {line}: {what}; restore the object")


def _transactions(table: pa.Table) -> pa.Table:
    sent, decided = _whole(table.column("transaction")), _whole(table.column("decision"))
    columns = {name: pc.struct_field(sent, name) for name in (*TEXTS, *DEGREES, "amount_minor")}
    columns |= {name: pc.struct_field(decided, name) for name in (*DECIDED, "fraud_score")}
    columns |= {name: pc.binary_join(pc.struct_field(decided, name), JOINED_BY) for name in FIRED}
    columns[TERMINAL] = pc.struct_field(decided, "terminal_id")
    columns["event_ms"] = _milliseconds(pc.struct_field(decided, "event_time"))
    columns["decided_ms"] = _milliseconds(pc.struct_field(decided, "decided_at"))
    columns |= _features(_whole(table.column("features")), columns["features_version"])
    return pa.table([columns[name] for name in TRANSACTIONS.names], schema=TRANSACTIONS)


def _features(lists: pa.ListArray, version: pa.Array) -> dict[str, pa.Array]:
    """Return a column a feature: NaN where it was missing, null where another version of them was served."""
    widths = pc.fill_null(pc.list_value_length(lists), -1).to_numpy(zero_copy_only=False)
    mine = pc.fill_null(pc.equal(version, FEATURES_VERSION), fill_value=False).to_numpy(zero_copy_only=False)
    served = mine & (widths == _WIDTH)
    flat = pc.list_flatten(lists.filter(pa.array(served))).to_numpy(zero_copy_only=False).astype(np.float32)
    values = np.full((len(lists), _WIDTH), np.nan, np.float32)
    values[served] = flat.reshape(-1, _WIDTH)
    mask = None if served.all() else ~served
    return {
        name: pa.array(np.ascontiguousarray(values[:, column]), mask=mask) for column, name in enumerate(FEATURE_NAMES)
    }


def _labels(table: pa.Table) -> pa.Table:
    label = _whole(table.column("label"))
    columns = [pc.struct_field(label, name) for name in ("transaction_id", "label", "source")]
    return pa.table([*columns, _milliseconds(pc.struct_field(label, "label_time"))], schema=LABELS)


def _milliseconds(texts: pa.Array) -> pa.Array:
    return pc.cast(pc.cast(texts, _MOMENT), pa.int64())


def _whole(column: pa.ChunkedArray) -> pa.Array:
    chunks: Sequence[pa.Array] = column.chunks
    return chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks) if chunks else pa.array([], column.type)

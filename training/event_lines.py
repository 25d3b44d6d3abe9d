"""History as the events it was: transactions and labels as JSON lines of the public contract, for the stream."""

import json
from typing import Any

import numpy as np
import pandas as pd
from moments import epoch_ms
from numpy.typing import NDArray

_NOT_IN_EVENTS = {"event_time", "label", "label_time"}
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def to_json_lines(frame: pd.DataFrame) -> list[bytes]:
    """Return each row as a transaction event, in the frame's order; missing values are left out.

    Labels are never on a transaction: see `to_label_lines`.
    """
    times = rfc3339(epoch_ms(frame["event_time"]))
    names = [name for name in frame.columns if name not in _NOT_IN_EVENTS]
    columns = [_plain(frame[name]) for name in names]
    return [
        _encode(
            {"schema_version": 1, "type": "transaction", "event_time": time}
            | {name: value for name, value in zip(names, values, strict=True) if value is not None}
        ).encode()
        for time, *values in zip(times, *columns, strict=True)
    ]


def to_label_lines(frame: pd.DataFrame, source: str = "chargeback") -> list[bytes]:
    """Return the label event of each row, in the frame's order. Every row must have a label: select them first.

    Raises
    ------
    ValueError
        If a row has no label.
    """
    if frame["label"].isna().any():
        raise ValueError("rows without a label have no label event; select the labelled ones")
    names = [name for name in ("transaction_id", "card_id", "terminal_id", "merchant_id", "label") if name in frame]
    columns = [_plain(frame[name]) for name in names]
    columns += [rfc3339(epoch_ms(frame[name])) for name in ("event_time", "label_time")]
    names += ["event_time", "label_time"]
    return [
        _encode(
            {"schema_version": 1, "type": "label", "source": source}
            | {name: value for name, value in zip(names, values, strict=True) if value is not None}
        ).encode()
        for values in zip(*columns, strict=True)
    ]


def rfc3339(milliseconds: NDArray[np.int64]) -> list[str]:
    """Return epoch milliseconds as the contract writes times: `2018-04-01T00:00:31.000Z`."""
    texts = np.datetime_as_string(milliseconds.astype("datetime64[ms]"), unit="ms")
    return np.char.add(texts, "Z").tolist()


def _plain(column: pd.Series) -> list[Any]:
    """Return a column as Python values, None for missing."""
    return column.astype(object).where(column.notna(), None).tolist()

"""What comes to the driver: times and labels of everything, and whole rows of the windows."""

from typing import Any

import numpy as np
import pandas as pd
from cutting import Log
from fraudstream.columns import FRAUD, LEGITIMATE
from known import Known
from moments import NOT_A_TIME, from_epoch_ms
from prepare import SCHEMA
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 (its usual name)
from served import put_served

from spark.features_by_bucket import combined
from spark.lines import ARCHIVED

_CORE = ("transaction_id", "card_id", "amount_minor", "currency")


def times_and_labels(log: DataFrame) -> Known:
    """Return what was known of every transaction of the log."""
    found = log.select(
        "event_ms", F.coalesce("label_ms", F.lit(NOT_A_TIME)).alias("label_ms"), F.col("label").cast("tinyint")
    ).toPandas()
    event_ms = found["event_ms"].to_numpy(np.int64)
    order = np.argsort(event_ms, kind="stable")
    return Known.from_codes(
        event_ms[order], found["label_ms"].to_numpy(np.int64)[order], found["label"].to_numpy(np.int8)[order]
    )


def collect_log(rows: DataFrame, present: tuple[str, ...]) -> tuple[Log, dict[str, Any]]:
    """Return the rows that the parts need, with features, those as served where there are; and how these compare.

    Parameters
    ----------
    present
        The contract columns that any row of the whole log has.
    """
    columns = [name for name in present if name not in _CORE]
    named = (*_CORE, "event_ms", "label", "label_ms", "source", "features_version", "served", "of_card", "of_terminal")
    found = rows.select(*named, "own", *columns).toPandas()
    ids = found["transaction_id"].to_numpy(str)
    found = found.iloc[np.lexsort((ids, found["event_ms"].to_numpy()))].reset_index(drop=True)
    label = found["label"].to_numpy(np.int64)
    label_ms = found["label_ms"].astype("Int64").fillna(NOT_A_TIME).to_numpy(np.int64)
    frame = found[[*_CORE, *columns]].assign(
        event_time=from_epoch_ms(found["event_ms"].to_numpy(np.int64)),
        label=np.where(label == FRAUD, "fraud", np.where(label == LEGITIMATE, "legitimate", None)),
        label_time=from_epoch_ms(label_ms),
    )
    features, comparison = _served(combined(found["of_card"], found["of_terminal"]), found)
    return Log(frame, features, SCHEMA), comparison


def _served(features: np.ndarray, found: pd.DataFrame) -> tuple[np.ndarray, dict[str, Any]]:
    """Put features as served in the place of recomputed ones, by served.py's rules, for the windows' rows."""
    width = 4 * features.shape[1]
    of_archive = (found["source"] == ARCHIVED).to_numpy(bool) & found["own"].to_numpy(bool)
    same = (found["features_version"] == SCHEMA.features_version).to_numpy(bool)
    whole = found["served"].map(lambda packed: packed is not None and len(packed) == width).to_numpy(bool)
    rows = np.flatnonzero(of_archive & same & whole)
    flat = np.frombuffer(b"".join(map(bytes, found["served"].iloc[rows])), np.float32)
    ids = found["transaction_id"].to_numpy(object)
    other = int(of_archive.sum()) - len(rows)
    served = flat.reshape(len(rows), features.shape[1])
    return put_served(features, rows, served, ids, SCHEMA, other_version=other)

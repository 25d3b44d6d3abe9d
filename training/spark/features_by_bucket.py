"""The engine over a whole log in pieces: all rows of some cards at once, and all rows of some terminals.

A card's features depend on its own rows only, a terminal's on its own, so that any bucket that holds whole cards, or
whole terminals, gives the same bits as the whole log. The engine computes both kinds in either bucket; what it says of
terminals in a bucket of cards is of pieces of terminals, and is dropped, and the other way round.
"""

from functools import partial

import numpy as np
import pandas as pd
from cutting import reported_since
from fraudstream.columns import FRAUD, UNKNOWN
from fraudstream.features import FEATURE_NAMES
from fraudstream.offline import compute_features
from moments import NOT_A_TIME, from_epoch_ms
from numpy.typing import NDArray
from outputs import Plan
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 (its usual name)
from raw_data import FEEDING, LABELS, MERCHANT_PREFIX, to_transactions

OF_TERMINALS = np.array([name.startswith("terminal_") for name in FEATURE_NAMES])
"""Which features are of the terminal's past; all others are of the payment or of its card's."""
_WORDS = np.array([None, *sorted(LABELS, key=LABELS.__getitem__)], object)
"""What the engine's numbers of labels stand for."""
_CORE = ("transaction_id", "card_id", "terminal_key", "event_ms", "amount_minor", "label", "label_ms")


def with_features(log: DataFrame, plan: Plan, buckets: int) -> DataFrame:
    """Return the rows that the parts need: those of the windows with `of_card` and `of_terminal`, float32 bytes.

    Parameters
    ----------
    buckets
        How many groups of cards, and of terminals: each must fit in an executor's Python process.
    """
    merchant = F.concat(F.lit(MERCHANT_PREFIX), F.coalesce("merchant_id", F.lit("")))
    log = log.withColumn("terminal_key", F.coalesce("terminal_id", merchant)).withColumn("own", _own(plan))
    fed = log.select(*_CORE, "own", *sorted(FEEDING))
    earlier = (F.col("label") == FRAUD) & (F.col("event_ms") >= reported_since(plan.chosen.cut.train, plan.wish))
    rows = log.where(F.col("own") | earlier)
    for key, column in (("card_id", "of_card"), ("terminal_key", "of_terminal")):
        bucket = F.pmod(F.xxhash64(key), F.lit(buckets)).alias("bucket")
        pieces = fed.select(bucket, "*").groupBy("bucket")
        computed = pieces.applyInPandas(
            partial(_features, of_terminals=key == "terminal_key"), "transaction_id string, packed binary"
        )
        rows = rows.join(computed.withColumnRenamed("packed", column), "transaction_id", "left")
    return rows


def combined(of_card: pd.Series, of_terminal: pd.Series) -> NDArray[np.float32]:
    """Return the features of rows from their two halves; rows without them are all missing."""
    features = np.full((len(of_card), len(FEATURE_NAMES)), np.nan, np.float32)
    for column, mine in ((of_card, ~OF_TERMINALS), (of_terminal, OF_TERMINALS)):
        rows = np.flatnonzero(column.notna())
        flat = np.frombuffer(b"".join(map(bytes, column.iloc[rows])), np.float32)
        features[np.ix_(rows, np.flatnonzero(mine))] = flat.reshape(len(rows), -1)
    return features


def _own(plan: Plan) -> Column:
    """Return whether a row is of a part, as `cutting.needed` says it."""
    cut, chosen = plan.chosen.cut, plan.chosen
    inside = F.lit(col=False)
    for window in (cut.train, cut.validation, cut.test):
        inside |= (F.col("event_ms") >= window.start_ms) & (F.col("event_ms") < window.end_ms)
    usable = F.col("label") != UNKNOWN if chosen.only_labelled else F.col("event_ms") <= chosen.matured_by_ms
    return inside & usable


def _features(frame: pd.DataFrame, *, of_terminals: bool) -> pd.DataFrame:
    """Return the wanted half of the features of a bucket's own rows."""
    frame = frame.sort_values(["event_ms", "transaction_id"], ignore_index=True)
    label_ms = frame["label_ms"].astype("Int64").fillna(NOT_A_TIME).to_numpy("int64")
    log = frame[sorted(FEEDING)].assign(
        transaction_id=frame["transaction_id"],
        card_id=frame["card_id"],
        terminal_id=frame["terminal_key"],
        event_time=from_epoch_ms(frame["event_ms"].to_numpy("int64")),
        amount_minor=frame["amount_minor"],
        label=_WORDS[frame["label"].to_numpy("int64")],
        label_time=from_epoch_ms(label_ms),
    )
    features = compute_features(to_transactions(log))
    own = frame["own"].to_numpy(bool)
    half = np.ascontiguousarray(features[own][:, OF_TERMINALS if of_terminals else ~OF_TERMINALS])
    packed = [row.tobytes() for row in half]
    return pd.DataFrame({"transaction_id": frame["transaction_id"].to_numpy(object)[own], "packed": packed})

"""The lines as one log: each transaction once, with the label that holds, by the rules of history.py."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd
from fraudstream.columns import UNKNOWN
from mapping import NUMBERS, TEXTS
from moments import NOT_A_TIME, from_epoch_ms
from pyspark import StorageLevel
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 (its usual name)
from validation import FUTURE_LABEL_MS, FUTURE_MS, Counts, FutureTransactionsError, count

from spark.lines import ARCHIVED, UPLOADED, Lines

_TOLD = ("card_id", "amount_minor", "event_ms")
_CURRENCY = "currency "
"""Begins the name of a count of a currency's rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The log, and what `history.History` says of it.

    Attributes
    ----------
    frame
        Contract columns, `event_ms`, `label` as the engine numbers it, `label_ms`, and of archived rows
        `features_version` and `served`.
    present
        The contract columns that any row has.
    newest_ms
        The latest event.
    """

    frame: DataFrame
    rows: int
    archived: int
    repeats: int
    conflicts: int
    orphans: int
    present: tuple[str, ...]
    newest_ms: int

    def as_known(self, as_of_ms: int) -> DataFrame:
        """Return the log as it stood: later events and later labels are not known yet."""
        later = F.col("label_ms") > as_of_ms
        return (
            self.frame.where(F.col("event_ms") <= as_of_ms)
            .withColumn("label", F.when(later, UNKNOWN).otherwise(F.col("label")))
            .withColumn("label_ms", F.when(~later, F.col("label_ms")))
        )

    def counted(self, now_ms: int) -> Counts:
        """Count what may be wrong, by validation.py's own code, in pieces."""
        columns = self.frame.select("event_ms", "label_ms", "amount_minor", "currency")
        pieces = columns.mapInPandas(
            partial(_counted, newest_ms=self.newest_ms, now_ms=now_ms), "name string, rows bigint"
        )
        sums = {row["name"]: row["n"] for row in pieces.groupBy("name").agg(F.sum("rows").alias("n")).collect()}
        currencies = {name.removeprefix(_CURRENCY): n for name, n in sums.items() if name.startswith(_CURRENCY)}
        return Counts(
            by_name=Counter({name: n for name, n in sums.items() if not name.startswith(_CURRENCY)}),
            by_currency=Counter(currencies),
        )

    def present_ms(self, now_ms: int) -> int:
        """Return the data's own present, as `validation.present`."""
        past = self.frame.where(F.col("event_ms") <= now_ms + FUTURE_MS)
        known = F.when(F.col("label_ms") <= now_ms + FUTURE_LABEL_MS, F.col("label_ms"))
        event_ms, label_ms = past.agg(F.max("event_ms"), F.max(known)).first() or (None, None)
        if event_ms is None:
            raise FutureTransactionsError("every transaction is ahead of this machine's clock")
        return max(event_ms, NOT_A_TIME if label_ms is None else label_ms)


def join(lines: Lines, as_of_ms: int | None) -> Joined:
    """Return the log that the lines make; labels later than `as_of_ms` are passed over."""
    first = Window.partitionBy("transaction_id").orderBy("source", "file", "line")
    transactions = lines.frame.where("kind = 'transaction'").withColumn("place", F.row_number().over(first))
    differs = F.lit(col=False)
    for name in _TOLD:
        differs |= F.col(name) != F.first(name).over(first)
    transactions = transactions.withColumn("conflicts", differs & (F.col("source") == UPLOADED))
    labels = _labels(lines.frame, transactions, as_of_ms)
    held = labels.groupBy("transaction_id").agg(
        F.max(F.struct("label_ms", "after", "file", "line", "label")).alias("held"), F.max("orphan").alias("orphan")
    )
    frame = (
        transactions.where("place = 1")
        .drop("label", "label_ms", "kind", "note", "conflicts", "place")
        .join(held.select("transaction_id", "held.label", "held.label_ms"), "transaction_id", "left")
        .withColumn("label", F.coalesce("label", F.lit(UNKNOWN)))
        .persist(StorageLevel.DISK_ONLY)
    )
    optional = (*TEXTS, *NUMBERS)
    rows, archived, newest, *filled = (
        frame.agg(
            F.count(F.lit(1)),
            F.sum((F.col("source") == ARCHIVED).cast("int")),
            F.max("event_ms"),
            *map(F.count, optional),
        ).first()
        or ()
    )
    total, conflicts = transactions.agg(F.count(F.lit(1)), F.sum(F.col("conflicts").cast("int"))).first() or ()
    return Joined(
        frame=frame,
        rows=rows,
        archived=archived or 0,
        repeats=total - rows,
        conflicts=conflicts or 0,
        orphans=held.where("orphan").count(),
        present=tuple(name for name, count_ in zip(optional, filled, strict=True) if count_),
        newest_ms=newest or 0,
    )


def _labels(lines: DataFrame, transactions: DataFrame, as_of_ms: int | None) -> DataFrame:
    """Return every label that was known, and at the same time which comes `after` which: the later one holds.

    For a transaction of the archive, its archived labels and then those of uploaded rows; for an uploaded one its own,
    those of repeated rows, and then the archived.
    """
    kept = transactions.where("place = 1").select("transaction_id", F.col("source").alias("kept"))
    archived = (
        lines.where("kind = 'label'")
        .select("transaction_id", "label", "label_ms", "file", "line")
        .join(kept, "transaction_id", "left")
        .withColumn("after", F.when(F.col("kept") == ARCHIVED, 0).otherwise(2))
        .withColumn("orphan", F.col("kept").isNull())
        .drop("kept")
    )
    uploaded = (
        transactions.where(F.col("label") != UNKNOWN)
        .select("transaction_id", "label", "label_ms", "file", "line")
        .withColumn("after", F.lit(1))
        .withColumn("orphan", F.lit(col=False))
    )
    labels = archived.unionByName(uploaded)
    return labels if as_of_ms is None else labels.where(F.col("label_ms") <= as_of_ms)


def _counted(frames: Iterable[pd.DataFrame], *, newest_ms: int, now_ms: int) -> Iterator[pd.DataFrame]:
    for frame in frames:
        label_ms = frame["label_ms"].astype("Int64").fillna(NOT_A_TIME).to_numpy("int64")
        log = pd.DataFrame(
            {
                "event_time": from_epoch_ms(frame["event_ms"].to_numpy("int64")),
                "label_time": from_epoch_ms(label_ms),
                "amount_minor": frame["amount_minor"].to_numpy("int64"),
                "currency": frame["currency"].to_numpy(object),
            }
        )
        counts = count(log, newest_ms, now_ms)
        rows = dict(counts.by_name) | {_CURRENCY + str(code): n for code, n in counts.by_currency.items()}
        yield pd.DataFrame({"name": list(rows), "rows": list(rows.values())})

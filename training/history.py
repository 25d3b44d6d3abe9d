"""Everything that is known: the uploaded history and the archive as one log, each transaction once."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from archive import Archive, read_archive, with_labels
from jobs import JobError
from mapping import Mapping
from moments import epoch_ms
from numpy.typing import NDArray
from raw_data import read_raw_dir


class NoTransactionsError(JobError):
    """There is neither an archive nor an uploaded history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The log, sorted by event time and transaction id.

    Attributes
    ----------
    frame
        Contract columns with `label` and `label_time`; the archive's rows have `features_version` besides.
    archive
        Where the features as served are.
    archive_row
        Each row's position in the archive, -1 for uploaded rows.
    raw_rows, repeats, conflicts, labels_without_transaction
        Rows of uploaded files; rows dropped because their id was there already; how many of those told another
        story (amount, card or time); labels that found no transaction.
    """

    frame: pd.DataFrame
    archive: Archive
    archive_row: NDArray[np.int64]
    raw_rows: int
    repeats: int
    conflicts: int
    labels_without_transaction: int


def read_history(archive_dir: Path, raw_dir: Path, mapping: Mapping | None = None) -> History:
    """Read and join the archive and the uploaded files. Where both have a transaction, the archive's row is kept.

    Raises
    ------
    NoTransactionsError
        If neither has any.
    """
    archive = read_archive(archive_dir)
    raw = read_raw_dir(raw_dir, mapping)
    frames = [archive.frame, *raw] if len(archive.frame) else raw
    if not frames:
        raise NoTransactionsError(
            "no transactions: the archive is empty and no file was uploaded; upload a history to the raw/ prefix "
            "(python raw_data.py makes one of any CSV, JSON Lines or Parquet file)"
        )
    everything = pd.concat(frames, ignore_index=True)
    position = np.full(len(everything), -1)
    position[: len(archive.frame)] = np.arange(len(archive.frame))
    repeated = everything["transaction_id"].duplicated().to_numpy(bool)
    frame, position = everything[~repeated].reset_index(drop=True), position[~repeated]
    conflicts = 0
    if repeated.any():
        others = everything[repeated]
        conflicts = _conflicts(frame, others)
        frame = with_labels(frame, _last_labels(others))
    frame = with_labels(frame, archive.labels)
    orphans = int((~archive.labels["transaction_id"].isin(frame["transaction_id"])).sum())
    order = np.lexsort((frame["transaction_id"].to_numpy(str), epoch_ms(frame["event_time"])))
    return History(
        frame=frame.iloc[order].reset_index(drop=True),
        archive=archive,
        archive_row=position[order],
        raw_rows=sum(map(len, raw)),
        repeats=archive.repeats + int(repeated.sum()),
        conflicts=conflicts,
        labels_without_transaction=orphans,
    )


def _last_labels(frame: pd.DataFrame) -> pd.DataFrame:
    labels = frame.loc[frame["label"].notna(), ["transaction_id", "label", "label_time"]]
    labels = labels.sort_values("label_time", kind="stable")
    return labels.drop_duplicates("transaction_id", keep="last")


def _conflicts(kept: pd.DataFrame, others: pd.DataFrame) -> int:
    """Count rows that share an id with a kept one but not what was paid, when, with which card."""
    told = ["card_id", "amount_minor", "event_time"]
    pairs = others[["transaction_id", *told]].merge(kept[["transaction_id", *told]], on="transaction_id")
    differs = np.zeros(len(pairs), bool)
    for name in told:
        differs |= (pairs[f"{name}_x"] != pairs[f"{name}_y"]).to_numpy(bool)
    return int(differs.sum())

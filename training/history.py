"""Everything that is known: the uploaded history and the archive as one log, each transaction once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from archive import Archive, read_archive, with_labels
from jobs import JobError
from mapping import Mapping
from moments import epoch_ms
from numpy.typing import NDArray
from raw_data import RawFile, as_known_before, read_raw_files


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
    raw_rows, refused, repeats, conflicts, labels_without_transaction
        Rows of uploaded files; how many of them were left out, by column and reason; rows dropped because their id
        was there already; how many of those told another story (amount, card or time); labels that found no
        transaction.
    without_terminal
        Uploaded files whose cards stand in for their terminals.
    """

    frame: pd.DataFrame
    archive: Archive
    archive_row: NDArray[np.int64]
    raw_rows: int
    repeats: int
    conflicts: int
    labels_without_transaction: int
    refused: dict[str, int] = field(default_factory=dict)
    without_terminal: tuple[str, ...] = ()

    def as_known(self, as_of_ms: int) -> "History":
        """Return the history as it stood: later events and later labels are not known yet."""
        past = epoch_ms(self.frame["event_time"]) <= as_of_ms
        frame = as_known_before(self.frame, as_of_ms + 1)
        return replace(self, frame=frame, archive_row=self.archive_row[past])


def read_history(
    archive_dir: Path,
    raw_dir: Path,
    mapping: Mapping | None = None,
    *,
    as_of_ms: int | None = None,
    most_refused: float = 0.0,
) -> History:
    """Read and join the archive and the uploaded files. Where both have a transaction, the archive's row is kept.

    Parameters
    ----------
    as_of_ms
        Labels that came later are passed over, so that an earlier one of the same transaction holds.
    most_refused
        The share of rows of an uploaded file that may be left out because they are no transactions.

    Raises
    ------
    NoTransactionsError
        If neither has any.
    """
    archive = read_archive(archive_dir, as_of_ms)
    files = read_raw_files(raw_dir, mapping, most_refused=most_refused)
    raw = [_labels_known(file.frame, as_of_ms) for file in files]
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
        raw_rows=sum(file.rows for file in files),
        repeats=archive.repeats + int(repeated.sum()),
        conflicts=conflicts,
        labels_without_transaction=orphans,
        refused=refused_of(files),
        without_terminal=tuple(file.name for file in files if file.without_terminal),
    )


def refused_of(files: Iterable[RawFile]) -> dict[str, int]:
    """Return how many rows were left out of files, by column and reason, the most first."""
    total: Counter[str] = Counter()
    for file in files:
        total.update(file.refused)
    return dict(total.most_common())


def _labels_known(frame: pd.DataFrame, as_of_ms: int | None) -> pd.DataFrame:
    if as_of_ms is None:
        return frame
    later = epoch_ms(frame["label_time"]) > as_of_ms
    return frame.assign(label=frame["label"].mask(later, None), label_time=frame["label_time"].mask(later, pd.NaT))


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

"""The demo's data: a history to learn from, a later part to stream, and the truth to judge by."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from fraudstream.contract import mask_card_numbers

from local import programs  # noqa: F401 makes the training programs importable
from simulator import Settings, simulate

from mapping import Mapping  # isort: skip
from moments import epoch_ms  # isort: skip
from raw_data import as_known_before, read_raw  # isort: skip

DAY_MS = 86_400_000
HISTORY_DAYS = 80
MOST_HISTORY_ROWS = 900_000
_FEWEST_HISTORY_FRAUDS = 50
_MOST_STREAMED_SHARE = 4
_FEWEST_STREAMED_DAYS = 30
_NAMED = 3


class DemoDataError(Exception):
    """The data cannot be shown; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoData:
    """What the demo uploads, sends and knows.

    Attributes
    ----------
    source
        Where the data is from, in words.
    history
        Transactions before `split_ms`, with the labels known by then: what the system may learn from.
    streamed
        Transactions from `split_ms` on, in time order, without labels.
    labels
        What becomes known from `split_ms` to the last streamed transaction, about either part, by `label_time`.
    is_fraud
        The truth about the streamed transactions whose truth is known, by id. The system never sees it.
    split_ms
        The data's own clock when the stream begins, epoch milliseconds.
    """

    source: str
    history: pd.DataFrame
    streamed: pd.DataFrame
    labels: pd.DataFrame
    is_fraud: dict[str, bool]
    split_ms: int

    @property
    def known(self) -> pd.DataFrame:
        """All that is known about either part when the stream ends: transactions with their labels."""
        columns = ["transaction_id", "card_id", "event_time", "label", "label_time"]
        return pd.concat([self.history[columns], self.labels[columns]], ignore_index=True)

    @property
    def end_ms(self) -> int:
        """Time of the last streamed transaction."""
        return int(epoch_ms(self.streamed["event_time"])[-1])


def simulated(*, transactions: int, seed: int, history_days: int = HISTORY_DAYS, **world: Any) -> DemoData:
    """Simulate a history of `history_days` and the given number of transactions after it."""
    daily = int(world.get("daily_transactions", Settings.__dataclass_fields__["daily_transactions"].default))
    # A week has quiet days: a tenth more than the mean and two days always hold enough. A month at least, so that the
    # history is the same however little of the rest is streamed.
    streamed_days = max(_FEWEST_STREAMED_DAYS, transactions * 11 // (daily * 10) + 2)
    settings = Settings(seed=seed, days=history_days + streamed_days, **world)
    simulation = simulate(settings)
    table = simulation.transactions.assign(label=simulation.truth["label"], label_time=simulation.truth["label_time"])
    truth = dict(zip(simulation.truth["transaction_id"], simulation.truth["is_fraud"].tolist(), strict=True))
    first = int(np.searchsorted(epoch_ms(table["event_time"]), settings.start_ms + history_days * DAY_MS))
    return _cut(table, first=first, count=transactions, truth=truth, source=f"simulated, seed {seed}")


def from_file(path: Path, mapping: Mapping, *, transactions: int) -> DemoData:
    """Read a file; its last `transactions` rows are streamed (a quarter of it at most), what is before is the history.

    The history is the last 900,000 rows before the stream: the windows of the features and of training fit in it.

    Raises
    ------
    DemoDataError
        If the file has too few transactions or frauds to train on.
    raw_data.RawDataError, mapping.MappingError
        If it cannot be read.
    """
    table = read_raw(path, mapping)
    table = table.iloc[np.argsort(epoch_ms(table["event_time"]), kind="stable")].reset_index(drop=True)
    twice = table["transaction_id"][table["transaction_id"].duplicated()].unique()
    if len(twice):
        more = f" and {len(twice) - _NAMED} more" if len(twice) > _NAMED else ""
        named = mask_card_numbers(", ".join(map(str, twice[:_NAMED])).encode()).decode() + more
        raise DemoDataError(f"{path.name}: ids occur twice: {named}; every transaction needs an id of its own")
    count = min(transactions, len(table) // _MOST_STREAMED_SHARE)
    labelled = table[table["label"].notna()]
    truth = dict(zip(labelled["transaction_id"], (labelled["label"] == "fraud").tolist(), strict=True))
    first = len(table) - count
    kept = table.iloc[max(0, first - MOST_HISTORY_ROWS) :].reset_index(drop=True)
    data = _cut(kept, first=len(kept) - count, count=count, truth=truth, source=path.name)
    frauds = int((data.history["label"] == "fraud").sum())
    if frauds < _FEWEST_HISTORY_FRAUDS:
        raise DemoDataError(
            f"{path.name}: only {frauds} frauds are known when the stream begins, too few to learn from; "
            "take a longer file, fewer TRANSACTIONS, or say which column is the label: --column label=<its name>"
        )
    return data


def _cut(table: pd.DataFrame, *, first: int, count: int, truth: dict[str, bool], source: str) -> DemoData:
    streamed = table.iloc[first : first + count]
    if first <= 0 or count <= 0 or len(streamed) < count:
        raise DemoDataError(f"{source}: {len(table)} transactions are too few for a history and a stream of {count}")
    times = epoch_ms(table["event_time"])
    split_ms, end_ms = int(times[first]), int(times[first + count - 1])
    ids = streamed["transaction_id"].tolist()
    return DemoData(
        source=source,
        history=as_known_before(table.iloc[:first], split_ms),
        streamed=streamed.drop(columns=["label", "label_time"]).reset_index(drop=True),
        labels=_labels(table.iloc[: first + count], split_ms, end_ms),
        is_fraud={name: truth[name] for name in ids if name in truth},
        split_ms=split_ms,
    )


def _labels(table: pd.DataFrame, split_ms: int, end_ms: int) -> pd.DataFrame:
    """Return the rows whose label becomes known while the stream runs.

    Where most transactions are labelled legitimate, those labels say nothing that silence does not (a transaction past
    the label delay counts as legitimate) and are not sent.
    """
    times = epoch_ms(table["label_time"])
    chosen = table["label"].notna().to_numpy() & (times >= split_ms) & (times <= end_ms)
    legitimate = (table["label"] == "legitimate").to_numpy()
    if legitimate.mean() > 0.5:
        chosen &= ~legitimate
    rows = table[chosen]
    return rows.iloc[np.argsort(epoch_ms(rows["label_time"]), kind="stable")].reset_index(drop=True)

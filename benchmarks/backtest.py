"""A large archive for `make backtest`, made by the pipeline itself: `python -m benchmarks.backtest --rows 1000000`.

The simulator's transactions and late labels go through the pipeline in portions of a thousand, each at its own time:
contract, histories, features, model, policy, archive lines, all by the code of the stream, with its tables in memory
and its archive in a directory. The model is XGBoost, trained on the first third with the labels known by its end;
its thresholds are chosen on the days after by the cost matrix, as `training/train.py` does.
"""

import argparse
import json
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb
from fraudstream.contract import Alert, Bounds, Case, Decision, Label
from fraudstream.offline import compute_features
from fraudstream.pipeline import Pipeline
from fraudstream.policy import FixedPolicy, default_policy
from fraudstream.ports import DecisionRecord, QueueOrder, QueuePage, StoredCase, StoredHistory
from fraudstream.records import Record
from fraudstream.scoring import Scores, Thresholds
from moments import epoch_ms
from money import CostMatrix
from raw_data import as_known_before, to_transactions
from thresholds import choose

from benchmarks.places import SCRATCH
from simulator import Settings, simulate
from simulator.output import as_table

ARCHIVE = SCRATCH / "archive"
_DAY_MS = 86_400_000
_DAYS = 90
_PORTION = 1_000
_ROUNDS, _DEPTH = 100, 5


@dataclass(slots=True)
class Histories:
    """Histories in memory, never contended."""

    items: dict[str, StoredHistory] = field(default_factory=dict)

    def load(self, keys: Sequence[str]) -> dict[str, StoredHistory]:
        """Return what is there."""
        return {key: self.items[key] for key in keys if key in self.items}

    def save(self, packed: Mapping[str, bytes], versions: Mapping[str, int], now_ms: int) -> list[str]:  # noqa: ARG002
        """Keep them."""
        self.items |= {k: StoredHistory(packed=p, version=versions.get(k, 0) + 1) for k, p in packed.items()}
        return []


class Decisions:
    """A table that forgets: every id comes once."""

    def record(self, records: Sequence[DecisionRecord]) -> set[str]:  # noqa: ARG002
        """Say that none was there."""
        return set()

    def read(self, transaction_ids: Collection[str]) -> dict[str, DecisionRecord]:  # noqa: ARG002
        """Find nothing."""
        return {}

    def find(self, transaction_id: str) -> Decision | None:  # noqa: ARG002
        """Find nothing."""
        return None

    def complete(self, transaction_ids: Sequence[str]) -> None:
        """Note nothing."""

    def label(self, labels: Sequence[Label]) -> int:
        """Note nothing."""
        return len(labels)


@dataclass(slots=True)
class Folder:
    """A bucket as a directory."""

    root: Path

    def put(self, key: str, body: bytes) -> None:
        """Write one object."""
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


class NoCases:
    """A table without cases, which keeps none."""

    def load(self, card_ids: Sequence[str]) -> dict[str, StoredCase]:  # noqa: ARG002
        """Find nothing."""
        return {}

    def save(self, cases: Sequence[Case], versions: Mapping[str, int], now_ms: int) -> list[str]:  # noqa: ARG002
        """Keep nothing, and lose nothing to another writer."""
        return []

    def queue(self, order: QueueOrder, limit: int, cursor: str | None = None) -> QueuePage:  # noqa: ARG002
        """Return an empty queue."""
        return QueuePage(cases=(), cursor=None)


class NoAlerts:
    """A topic without subscribers."""

    def publish(self, alerts: Sequence[tuple[str, Alert]]) -> None:
        """Send nothing."""


@dataclass(slots=True)
class Model:
    """A model in this process."""

    booster: xgb.Booster
    thresholds: Thresholds

    def score(self, features: np.ndarray, explain: int) -> Scores:  # noqa: ARG002
        """Return scores; explanations are not read by a backtest."""
        values = self.booster.inplace_predict(features).astype(np.float64)
        return Scores(values=values, model_version="bench-1", thresholds=self.thresholds)


def trained(table: pd.DataFrame, split_ms: int) -> Model:
    """Return a model of what was known at a time, its thresholds chosen on the last ten days before."""
    past = as_known_before(table, split_ms)
    features = compute_features(to_transactions(past), workers=2)
    fraud = (past["label"] == "fraud").to_numpy()
    late = (past["event_time"] >= pd.Timestamp(split_ms - 10 * _DAY_MS, unit="ms", tz="UTC")).to_numpy()
    parameters = {"max_depth": _DEPTH, "eta": 0.1, "objective": "binary:logistic", "nthread": 2}
    booster = xgb.train(parameters, xgb.DMatrix(features[~late], fraud[~late]), _ROUNDS)
    score = booster.inplace_predict(features[late]).astype(np.float64)
    chosen = choose(
        fraud[late],
        score,
        past["amount_minor"].to_numpy()[late],
        policy="cost",
        review_rate=0.005,
        block_precision=0.9,
        matrix=CostMatrix(),
    )
    return Model(booster, Thresholds(review=chosen.review, block=chosen.block))


def stream(table: pd.DataFrame) -> Iterator[tuple[int, bytes]]:
    """Yield time and bytes of every record, labels among the transactions, until the last transaction."""
    event_ms = epoch_ms(table["event_time"])
    labelled = table[table["label"].notna() & (table["label_time"] <= table["event_time"].iloc[-1])]
    label_ms = epoch_ms(labelled["label_time"])
    records = sorted(
        [
            *zip(event_ms.tolist(), _transactions(table), strict=True),
            *zip(label_ms.tolist(), _labels(labelled), strict=True),
        ],
        key=lambda record: record[0],
    )
    yield from records


def _transactions(table: pd.DataFrame) -> list[bytes]:
    plain = table.drop(columns=["label", "label_time", "label_source"]).assign(event_time=_texts(table["event_time"]))
    return [
        # What is missing is a float NaN in the table, and left out by a producer.
        json.dumps({"schema_version": 1, **{name: value for name, value in row.items() if value == value}}).encode()  # noqa: PLR0124
        for row in plain.to_dict("records")
    ]


def _labels(table: pd.DataFrame) -> list[bytes]:
    rows = table.assign(event_time=_texts(table["event_time"]), label_time=_texts(table["label_time"]))
    names = ["transaction_id", "label", "label_time", "label_source", "card_id", "terminal_id", "event_time"]
    return [
        json.dumps({"schema_version": 1, "type": "label", "source": row.pop("label_source"), **row}).encode()
        for row in rows[names].to_dict("records")
    ]


def _texts(times: pd.Series) -> pd.Series:
    return times.dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str.slice(0, 23) + "Z"


def generate(rows: int, root: Path, seed: int) -> None:
    """Write an archive of about so many transactions below a directory."""
    settings = Settings(
        seed=seed, days=_DAYS, daily_transactions=round(rows / _DAYS * 1.003), cards=20_000, terminals=4_000
    )
    table = as_table(simulate(settings), with_truth=False)
    split_ms = settings.start_ms + _DAYS * _DAY_MS // 3
    model = trained(table, split_ms)
    print(f"simulated {len(table):,} transactions; thresholds {model.thresholds}", flush=True)
    pipeline = Pipeline(
        histories=Histories(),
        decisions=Decisions(),
        scorer=model,
        archive=Folder(root),
        quarantine=Folder(root / "quarantine"),
        cases=NoCases(),
        alerts=NoAlerts(),
        policies=FixedPolicy(default_policy()),
        bounds=Bounds(),
        unscored_after_ms=3_600_000,
        pause=lambda _: None,
    )
    started, portion = time.monotonic(), []
    for number, (at_ms, data) in enumerate(stream(table)):
        portion.append(
            Record(
                data=data,
                sequence_number=f"{number:056d}",
                shard_id="shardId-000000000000",
                stream="transactions",
                arrived_at_ms=at_ms + 500,
            )
        )
        if len(portion) == _PORTION:
            pipeline.run(portion, at_ms + 1_000)
            portion = []
            if number % 100_000 < _PORTION:
                print(f"  {number:,} records, {time.monotonic() - started:.0f} s", flush=True)
    if portion:
        pipeline.run(portion, portion[-1].arrived_at_ms + 500)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the archive; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backtest", description="Make a large archive.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=ARCHIVE)
    options = parser.parse_args(arguments)
    generate(options.rows, options.out, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())

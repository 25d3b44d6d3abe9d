"""The book's published XGBoost figures, reproduced: fifteen features, its baseline split, the defaults of its time.

Written from the description in *Reproducible Machine Learning for Credit Card Fraud Detection*. What is peculiar to it:
windows of the customer include the transaction itself; the terminal's windows end seven days before it; night is until
six o'clock and weekend is Saturday and Sunday; a share of nothing is 0; and the library grew exact trees from a base
score of one half.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xgboost as xgb
from fraudstream.quality import average_precision, card_precision_at_k, roc_auc
from numpy.typing import NDArray

from benchmarks.quality.dates import BASELINE, DELAY, Fold

PUBLISHED = {"roc_auc": 0.862, "average_precision": 0.639, "card_precision_at_100": 0.273}
TOLERANCE = 0.005
_DAYS = (1, 7, 30)
_HISTORY = pd.Timedelta(days=max(_DAYS) + DELAY.days + 1)
_PARAMETERS = {
    "objective": "binary:logistic",
    "tree_method": "exact",
    "max_depth": 6,
    "learning_rate": 0.3,
    "base_score": 0.5,
    "seed": 0,
}
_ROUNDS = 100
FEATURES = (
    "amount",
    "weekend",
    "night",
    *(f"customer_{what}_{days}d" for days in _DAYS for what in ("count", "mean")),
    *(f"terminal_{what}_{days}d" for days in _DAYS for what in ("count", "risk")),
)


def reproduce(path: Path) -> dict[str, Any]:
    """Return the figures of the book's model on the baseline split, beside the published ones."""
    frame = with_features(read(path, BASELINE, BASELINE))
    return {"published": PUBLISHED, **measure(frame, BASELINE)}


def measure_folds(path: Path, folds: Sequence[Fold]) -> list[dict[str, Any]]:
    """Return the figures of the same model on each of some folds in order of time, trained anew on each."""
    frame = with_features(read(path, folds[0], folds[-1]))
    return [measure(frame, fold) for fold in folds]


def read(path: Path, first: Fold, last: Fold) -> pd.DataFrame:
    """Return what the features of these folds need, in the file's order (which is that of time)."""
    since, until = pd.Timestamp(first.book_train) - _HISTORY, pd.Timestamp(last.test_until)
    frame = pd.read_parquet(
        path,
        columns=["TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID", "TX_AMOUNT", "TX_FRAUD"],
        filters=[("TX_DATETIME", ">=", since), ("TX_DATETIME", "<", until)],
    )
    return pd.DataFrame(
        {
            "time": frame["TX_DATETIME"],
            "customer": frame["CUSTOMER_ID"].astype(np.int64),
            "terminal": frame["TERMINAL_ID"].astype(np.int64),
            "amount": frame["TX_AMOUNT"],
            "fraud": frame["TX_FRAUD"].astype(np.int64),
        }
    )


def with_features(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the transactions with the fifteen features, in their order."""
    frame = frame.assign(
        weekend=(frame["time"].dt.day_of_week >= 5).astype(int), night=(frame["time"].dt.hour <= 6).astype(int)
    )
    frame = frame.sort_values(["customer", "time"], kind="stable")
    for days in _DAYS:
        count, total = _seen(frame, "customer", "amount", days)
        frame[f"customer_count_{days}d"], frame[f"customer_mean_{days}d"] = count, total / count
    frame = frame.sort_values(["terminal", "time"], kind="stable")
    late, late_frauds = _seen(frame, "terminal", "fraud", DELAY.days)
    for days in _DAYS:
        count, frauds = _seen(frame, "terminal", "fraud", DELAY.days + days)
        count, frauds = count - late, frauds - late_frauds
        frame[f"terminal_count_{days}d"] = count
        frame[f"terminal_risk_{days}d"] = np.divide(frauds, count, out=np.zeros(len(count)), where=count > 0)
    return frame.sort_index()


def measure(frame: pd.DataFrame, fold: Fold) -> dict[str, Any]:
    """Return the figures of one fold, with what they were measured on."""
    train, test = split(frame, fold)
    booster = xgb.train(_PARAMETERS, xgb.DMatrix(_matrix(train), train["fraud"].to_numpy()), _ROUNDS)
    score = booster.predict(xgb.DMatrix(_matrix(test)))
    day, fraud = test["time"].dt.floor("D").to_numpy(), test["fraud"].to_numpy() > 0
    return {
        "train": _span(train),
        "test": _span(test),
        "roc_auc": roc_auc(fraud, score),
        "average_precision": average_precision(fraud, score),
        "card_precision_at_100": card_precision_at_k(day, test["customer"].to_numpy(), score, fraud, 100)[0],
    }


def split(frame: pd.DataFrame, fold: Fold) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the week of train, and of test what is left without the cards that were known by then.

    On each day of test those cards are left out that had a fraud since the start of train and at least the delay
    before that day.
    """
    begin, test_begin, end = (pd.Timestamp(day) for day in (fold.book_train, fold.test, fold.test_until))
    time = frame["time"]
    train = frame[(time >= begin) & (time < test_begin - DELAY)]
    test = frame[(time >= test_begin) & (time < end)]
    frauds = frame[(frame["fraud"] > 0) & (time >= begin)]
    known_from = (frauds["time"] + DELAY).groupby(frauds["customer"]).min()
    known = test["customer"].map(known_from) <= test["time"].dt.floor("D")
    return train, test[~known]


def _seen(frame: pd.DataFrame, entity: str, column: str, days: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return count and sum over the entity's last days, the present transaction included."""
    window = frame.groupby(entity).rolling(f"{days}D", on="time")[column]
    return window.count().to_numpy(), window.sum().to_numpy()


def _matrix(frame: pd.DataFrame) -> NDArray[np.float32]:
    return frame[list(FEATURES)].to_numpy(np.float32)


def _span(frame: pd.DataFrame) -> dict[str, Any]:
    times = frame["time"]
    return {
        "from": times.min().date().isoformat(),
        "until": times.max().date().isoformat(),
        "rows": len(frame),
        "frauds": int(frame["fraud"].sum()),
    }

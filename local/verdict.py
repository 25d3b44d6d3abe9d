"""How good the system's own scores were, judged with the truth that only the demo knows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from local import programs  # noqa: F401 makes the layer importable

from fraudstream.quality import average_precision, card_precision_at_k, recall_at_budget  # isort: skip
from measures import BUDGET  # isort: skip
from moments import epoch_ms  # isort: skip

DAY_MS = 86_400_000
_REPORTED_DAYS = 14
CARDS_A_DAY = 100
_RESAMPLES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Quality over what was streamed, with what it was measured on beside each figure.

    `unscored` transactions were decided by rules alone and are not ranked, so they count in none of the metrics.
    `average_precision_open_cards` is over the rows whose card had no fraud of the 14 days before the stream or later
    reported before the row's day: whoever reports a card stops it, so those rows are the hard and the useful ones (the
    Handbook's protocol leaves reported cards out likewise).
    """

    rows: int
    frauds: int
    unscored: int
    first_day: str
    last_day: str
    average_precision: float
    average_precision_95: tuple[float, float]
    average_precision_open_cards: float
    rows_open_cards: int
    card_precision_at_100: float
    recall_at_alert_budget: float
    alert_budget: float

    def as_json(self) -> dict[str, Any]:
        """Return plain values; what could not be measured is None, because NaN is not JSON."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def judge(
    streamed: pd.DataFrame, is_fraud: Mapping[str, bool], scores: Mapping[str, float], reports: pd.DataFrame
) -> Verdict:
    """Judge the scores of streamed transactions.

    Parameters
    ----------
    streamed
        Contract columns.
    is_fraud
        The truth, by transaction id; transactions without one are left out.
    scores
        As the system stored them, by transaction id.
    reports
        What was known by the end: contract columns with `label` and `label_time`.
    """
    known = streamed[streamed["transaction_id"].isin(is_fraud.keys())]
    scored = known[known["transaction_id"].isin(scores.keys())]
    times = epoch_ms(scored["event_time"])
    names = scored["transaction_id"].tolist()
    fraud = np.array([is_fraud[name] for name in names], dtype=bool)
    score = np.array([scores[name] for name in names], dtype=np.float64)
    day = times // DAY_MS
    unreported = ~_reported(scored["card_id"], day, reports, since_ms=int(times.min(initial=2**62)))
    days = [str(np.datetime64(int(d), "D")) for d in (day.min(), day.max())] if len(day) else ["", ""]
    return Verdict(
        rows=len(scored),
        frauds=int(fraud.sum()),
        unscored=len(known) - len(scored),
        first_day=days[0],
        last_day=days[1],
        average_precision=average_precision(fraud, score),
        average_precision_95=_interval(fraud, score),
        average_precision_open_cards=average_precision(fraud[unreported], score[unreported]),
        rows_open_cards=int(unreported.sum()),
        card_precision_at_100=card_precision_at_k(day, scored["card_id"].to_numpy(str), score, fraud, CARDS_A_DAY)[0],
        recall_at_alert_budget=recall_at_budget(fraud, score, BUDGET),
        alert_budget=BUDGET,
    )


def _reported(cards: pd.Series, day: np.ndarray, reports: pd.DataFrame, *, since_ms: int) -> np.ndarray:
    """Return which rows' cards had a recent fraud that was known before the row's UTC day began."""
    frauds = reports[(reports["label"] == "fraud").to_numpy()]
    frauds = frauds[epoch_ms(frauds["event_time"]) >= since_ms - _REPORTED_DAYS * DAY_MS]
    known_at = pd.Series(epoch_ms(frauds["label_time"])).groupby(frauds["card_id"].to_numpy(object)).min()
    first = cards.map(known_at).to_numpy(np.float64)  # NaN, for never, is below nothing
    return np.asarray(first < day * DAY_MS)


def _interval(fraud: np.ndarray, score: np.ndarray) -> tuple[float, float]:
    """Return the 95% interval of the average precision, by resampling rows."""
    random = np.random.default_rng(0)
    drawn = [
        average_precision(fraud, score, np.bincount(random.integers(0, len(fraud), len(fraud)), minlength=len(fraud)))
        for _ in range(_RESAMPLES if fraud.any() else 0)
    ]
    known = [value for value in drawn if not np.isnan(value)]
    low, high = np.quantile(known, [0.025, 0.975]) if known else (np.nan, np.nan)
    return round(float(low), 4), round(float(high), 4)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, 4)
    return value

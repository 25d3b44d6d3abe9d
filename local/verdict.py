"""How good the system's own scores were, judged with the truth that only the demo knows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from local import programs  # noqa: F401 makes the layer importable

from fraudstream.quality import average_precision, card_precision_at_k, recall_at_budget  # isort: skip
from moments import epoch_ms  # isort: skip

DAY_MS = 86_400_000
ALERT_BUDGET = 0.01
CARDS_A_DAY = 100
_RESAMPLES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Quality over what was streamed, with what it was measured on beside each figure.

    `unscored` transactions were decided by rules alone and are not ranked, so they count in none of the metrics.
    """

    rows: int
    frauds: int
    unscored: int
    first_day: str
    last_day: str
    average_precision: float
    average_precision_95: tuple[float, float]
    card_precision_at_100: float
    recall_at_alert_budget: float
    alert_budget: float

    def as_json(self) -> dict[str, Any]:
        """Return plain values; what could not be measured is None, because NaN is not JSON."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def judge(streamed: pd.DataFrame, is_fraud: Mapping[str, bool], scores: Mapping[str, float]) -> Verdict:
    """Judge the scores of streamed transactions.

    Parameters
    ----------
    streamed
        Contract columns.
    is_fraud
        The truth, by transaction id; transactions without one are left out.
    scores
        As the system stored them, by transaction id.
    """
    known = streamed[streamed["transaction_id"].isin(is_fraud.keys())]
    scored = known[known["transaction_id"].isin(scores.keys())]
    times = epoch_ms(scored["event_time"])
    names = scored["transaction_id"].tolist()
    fraud = np.array([is_fraud[name] for name in names], dtype=bool)
    score = np.array([scores[name] for name in names], dtype=np.float64)
    day = times // DAY_MS
    days = [str(np.datetime64(int(d), "D")) for d in (day.min(), day.max())] if len(day) else ["", ""]
    return Verdict(
        rows=len(scored),
        frauds=int(fraud.sum()),
        unscored=len(known) - len(scored),
        first_day=days[0],
        last_day=days[1],
        average_precision=average_precision(fraud, score),
        average_precision_95=_interval(fraud, score),
        card_precision_at_100=card_precision_at_k(day, scored["card_id"].to_numpy(str), score, fraud, CARDS_A_DAY)[0],
        recall_at_alert_budget=recall_at_budget(fraud, score, ALERT_BUDGET),
        alert_budget=ALERT_BUDGET,
    )


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

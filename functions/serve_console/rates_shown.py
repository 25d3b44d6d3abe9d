"""Alert and fraud rates by the hour, each beside what is usual then."""

import math
from typing import Any

import numpy as np
from fraudstream.adapters.metric_counts import SLOT_SECONDS, Counts
from fraudstream.console.overview import Rate, Rates
from fraudstream.rates import SLOTS_AN_HOUR, band, judge
from numpy.typing import NDArray

_HOURS_A_DAY = 24


def rates(cloudwatch: Any, *, until: int, hours: int, history_days: int) -> Rates:
    """Return the rates of the hours before a moment; of each is said what `watch_rates` said or would have said.

    Parameters
    ----------
    until
        A whole number of five minutes, in seconds since 1970.
    history_days
        How many days before an hour tell what is usual in it.

    Raises
    ------
    StoreUnavailableError
        CloudWatch is away.
    """
    counts = Counts(cloudwatch=cloudwatch, days=history_days + math.ceil((hours - 1) / _HOURS_A_DAY))
    found = counts.until(until, ("Decided", "Alerts", "FraudLabels"))
    past = history_days * _HOURS_A_DAY * SLOTS_AN_HOUR
    return Rates(
        times=tuple(until - (hours - hour) * SLOTS_AN_HOUR * SLOT_SECONDS for hour in range(hours)),
        alert=_rate(found["Alerts"], found["Decided"], hours, past),
        fraud=_rate(found["FraudLabels"], found["Decided"], hours, past),
    )


def _rate(events: NDArray[np.float64], total: NDArray[np.float64], hours: int, past: int) -> Rate:
    told: dict[str, list[Any]] = {name: [] for name in ("rate", "usual", "low", "high", "spike")}
    why_not = ""
    for hour in range(hours):
        end = len(total) - (hours - 1 - hour) * SLOTS_AN_HOUR
        happened, of = (counts[end - SLOTS_AN_HOUR - past : end] for counts in (events, total))
        usual, judged = band(happened, of), judge(happened, of)
        decided = float(of[-SLOTS_AN_HOUR:].sum())
        told["rate"].append(float(happened[-SLOTS_AN_HOUR:].sum()) / decided if decided else None)
        for name in ("usual", "low", "high"):
            told[name].append(getattr(usual, name))
        told["spike"].append(judged.is_spike)
        why_not = usual.why_not
    return Rate(why_not=why_not, **{name: tuple(values) for name, values in told.items()})

"""The world of the drift story: its calendar, its transactions, the hours it is measured at, and its parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local import programs  # noqa: F401 makes the training programs importable
from local.demo_data import DAY_MS, DemoData, simulated
from local.scenarios.measuring import Segment, baseline_of, segment
from local.scenarios.stage import Stage
from local.sending import Shipment, shipment
from simulator import Shift

from moments import epoch_ms  # isort: skip


HISTORY, NORMAL, SHIFTED, AFTER = 70, 8, 60, 12
"""Days of the simulated calendar: learned from; streamed before the shift, after it, and with the new model."""


SEGMENT_DAYS = 4


_LATE_MINUTE = 50


WORLD: dict[str, Any] = {
    "cards": 1_500,
    "terminals": 500,
    "online_shops": 80,
    "daily_transactions": 500,
    "fraud_share": 0.0099,
    "shift": Shift(from_day=HISTORY + NORMAL, amount_factor=1.7, online_share=0.2, takeover_share=0.005),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The moments as of which drift is measured: the day before each holds all that arrived since the story began.

    The same hours are measured once, so all differ; and a day starts one retraining at most, so whoever asks whether
    the cooldown holds asks on another day, where the clock allows it.
    """

    before: datetime
    found: datetime
    again: datetime
    after: datetime

    @classmethod
    def of(cls, now: datetime) -> "Hours":
        """Return the moments of a story that begins now."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        soonest = 1 if now.minute < _LATE_MINUTE else 2
        ahead = (3, soonest, 23 if hour.hour >= 2 else 24, 4)
        before, found, again, after = (hour + timedelta(hours=count) for count in ahead)
        return cls(before=before, found=found, again=again, after=after)


def shifting_world() -> tuple[DemoData, tuple[int, int, int]]:
    """Simulate; return the data, and how many transactions are streamed by the end of each part."""
    daily = int(WORLD["daily_transactions"])
    data = simulated(transactions=(NORMAL + SHIFTED + AFTER) * daily, seed=5, history_days=HISTORY, **WORLD)
    day = days_of(data)
    ends = [int(np.searchsorted(day, end)) for end in (NORMAL, NORMAL + SHIFTED)]
    return data, (ends[0], ends[1], len(day))


def days_of(data: DemoData) -> NDArray[np.int64]:
    """Return the day of each streamed transaction, 0 the first."""
    day = epoch_ms(data.streamed["event_time"]) // DAY_MS
    return day - day[0]


def sent_of(data: DemoData) -> Shipment:
    """Lay out transactions, labels, repeats and garbage by the calendar."""
    *records, _ = shipment(data, now=datetime.now(UTC)).records  # without the conflict, which comes last
    return Shipment(records=records)


def segments_of(
    stage: Stage, data: DemoData, archived: Mapping[str, Mapping[str, Any]], first: Mapping[str, Any]
) -> list[Segment]:
    """Measure every few days of the stream, each against the baseline of the model that scored it."""
    day = days_of(data)
    names = data.streamed["transaction_id"].to_numpy(object)
    champions = {pointer["model_version"]: pointer for pointer in (first, stage.runs.champion())}
    known = {version: baseline_of(stage.deployed, each["model_data_url"]) for version, each in champions.items()}
    found = []
    for begin in range(0, NORMAL + SHIFTED + AFTER, SEGMENT_DAYS):
        inside = [name for name in names[(day >= begin) & (day < begin + SEGMENT_DAYS)] if name in archived]
        lines = [archived[name] for name in inside]
        version = max(known, key=lambda each: sum(line["decision"]["model_version"] == each for line in lines))
        own = [line for line in lines if line["decision"]["model_version"] == version]
        found.append(segment(own, data.is_fraud, known[version], first=begin, days=SEGMENT_DAYS))
    return found

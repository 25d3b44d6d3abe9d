"""The time that an overview tells of, in whole steps."""

from dataclasses import dataclass

from fraudstream.adapters.metric_counts import SLOT_SECONDS
from fraudstream.adapters.metric_data import Points

STEPS = {1: 60, 6: 60, 24: 300, 72: 300, 168: 3600}
"""Seconds of a step, by the hours that are shown: some hundred steps, of periods that CloudWatch keeps so long."""
_SETTLED_SECONDS = 60
"""Metrics that a log line carries are there within a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From a moment until before another, in seconds since 1970."""

    start: int
    until: int
    step: int
    hours: int

    @classmethod
    def of(cls, hours: int, now_seconds: float) -> "Window":
        """Return the last hours whose metrics are there, as far as whole steps go."""
        step = STEPS[hours]
        until = int(now_seconds - _SETTLED_SECONDS) // step * step
        return cls(start=until - hours * 3600, until=until, step=step, hours=hours)

    @property
    def times(self) -> tuple[int, ...]:
        """Where each step begins."""
        return tuple(range(self.start, self.until, self.step))

    def placed(self, points: Points) -> tuple[float | None, ...]:
        """Return the value of each step, None where there is none."""
        found = dict(points)
        return tuple(found.get(moment) for moment in self.times)


def last_slot(now_seconds: float) -> int:
    """Return the end of the last five minutes whose metrics are there: `watch_rates` judges the hour before it."""
    return int(now_seconds - _SETTLED_SECONDS) // SLOT_SECONDS * SLOT_SECONDS

"""How the system does, from four questions that are asked side by side."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aged import Aged
from alarms import alarms
from cost import cost, created
from fraudstream.adapters.calls import Calls
from fraudstream.console.overview import Cost, Overview, Rates
from moments import text_at
from rates_shown import rates
from series import series
from settings import Settings
from window import Window, last_slot

_FEWEST_RATES = 24
"""Hours of which rates are told at least: one says nothing of the course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overviews:
    """Reads metrics and alarms.

    Attributes
    ----------
    created, rates, costs
        Keep when the stream was made, for good, and what changes more slowly than it is asked for: CloudWatch has a
        price by the metric.
    """

    settings: Settings
    cloudwatch: Any
    kinesis: Any
    calls: Calls
    created: Aged[float]
    rates: Aged[Rates]
    costs: Aged[Cost]

    def of(self, hours: int, now_seconds: float) -> Overview:
        """Return what the last hours were like.

        Raises
        ------
        StoreUnavailableError
            CloudWatch or Kinesis is away.
        """
        settings, cloudwatch = self.settings, self.cloudwatch
        window = Window.of(hours, now_seconds)
        slot = last_slot(now_seconds)
        asked: list[Callable[[], Any]] = [
            lambda: series(cloudwatch, settings, window),
            lambda: self.rates.get((slot, hours), lambda: self._rates(slot, max(hours, _FEWEST_RATES))),
            lambda: self.costs.get("", lambda: self._cost(now_seconds)),
            lambda: alarms(cloudwatch, settings.stack_name),
        ]
        measured, judged, spent, standing = self.calls.map(lambda ask: ask(), asked)
        return Overview(
            from_=text_at(window.start),
            until=text_at(window.until),
            step_seconds=window.step,
            times=window.times,
            series=measured,
            rates=judged,
            cost=spent,
            alarms=standing,
        )

    def _rates(self, slot: int, hours: int) -> Rates:
        return rates(self.cloudwatch, until=slot, hours=hours, history_days=self.settings.rate_history_days)

    def _cost(self, now_seconds: float) -> Cost:
        stream = self.settings.transaction_stream
        since = self.created.get(stream, lambda: created(self.kinesis, stream))
        return cost(self.cloudwatch, self.settings, now_seconds=now_seconds, created_seconds=since)

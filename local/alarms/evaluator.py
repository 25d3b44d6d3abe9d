"""Fetches what the alarms look at, and sets the states that have changed."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .alarm import Alarm, parse_alarm
from .expressions import UnsupportedAlarmError

_LOG = logging.getLogger(__name__)
_QUERIES_A_CALL = 500


class Evaluator:
    """Evaluates every metric alarm once a `tick`.

    Parameters
    ----------
    client : CloudWatch client
    now : callable
        Seconds since the epoch.
    minute_seconds : int
        How long a minute of the alarms' periods lasts.
    """

    def __init__(self, client: Any, now: Callable[[], float], *, minute_seconds: int = 60) -> None:
        self._client = client
        self._now = now
        self._minute_seconds = minute_seconds
        self._told: set[str] = set()

    def tick(self) -> None:
        """Evaluate; what cannot be reached or is not supported is said once, and left as it is."""
        try:
            pages = self._client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
            alarms = self._supported(entry for page in pages for entry in page["MetricAlarms"])
            now = self._now()
            values = self._values(alarms, now)
            for index, alarm in enumerate(alarms):
                self._judge(alarm, values[index], now)
        except (ClientError, BotoCoreError) as error:
            self._tell(f"alarms cannot be evaluated now: {error}")

    def _supported(self, entries: Any) -> list[Alarm]:
        alarms = []
        for entry in entries:
            try:
                alarms.append(parse_alarm(entry, minute_seconds=self._minute_seconds))
            except UnsupportedAlarmError as error:
                self._tell(f"alarm {entry['AlarmName']} is NOT evaluated: {error}")
        return alarms

    def _values(self, alarms: list[Alarm], now: float) -> list[dict[str, dict[int, float]]]:
        """Return, for each alarm, the values of its queries by the second their period began."""
        names = {f"q{i}x{name}": (i, name) for i, alarm in enumerate(alarms) for name in alarm.queries}
        values: list[dict[str, dict[int, float]]] = [{name: {} for name in alarm.queries} for alarm in alarms]
        longest = max((alarm.period_seconds for alarm in alarms), default=60)
        # On a boundary of every period, so that the answer's periods are ours.
        earliest = min((_slots(alarm, now)[0] for alarm in alarms), default=0) // longest * longest
        queries = [{"Id": key, "MetricStat": alarms[i].queries[name]} for key, (i, name) in names.items()]
        for start in range(0, len(queries), _QUERIES_A_CALL):
            pages = self._client.get_paginator("get_metric_data").paginate(
                MetricDataQueries=queries[start : start + _QUERIES_A_CALL],
                StartTime=datetime.fromtimestamp(earliest, UTC),
                EndTime=datetime.fromtimestamp(now, UTC),
            )
            for result in (result for page in pages for result in page["MetricDataResults"]):
                i, name = names[result["Id"]]
                for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
                    values[i][name][int(moment.timestamp())] = value
        return values

    def _judge(self, alarm: Alarm, values: dict[str, dict[int, float]], now: float) -> None:
        slots = _slots(alarm, now)
        points = [alarm.series({name: found.get(slot) for name, found in values.items()}) for slot in slots]
        state = alarm.judge(points)
        if state == alarm.state:
            return
        shown = ", ".join("no data" if point is None else f"{point:g}" for point in points)
        reason = f"{alarm.comparison} {alarm.threshold:g}: [{shown}], oldest first, {alarm.period_seconds} s each"
        _LOG.info("%s: %s -> %s (%s)", alarm.name, alarm.state, state, reason)
        self._client.set_alarm_state(AlarmName=alarm.name, StateValue=state, StateReason=reason)

    def _tell(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            _LOG.error("%s", message)


def _slots(alarm: Alarm, now: float) -> list[int]:
    """Return when the evaluated periods began, oldest first; the running one is not over, so it tells nothing yet."""
    running = int(now // alarm.period_seconds)
    return [slot * alarm.period_seconds for slot in range(running - alarm.range_periods, running)]

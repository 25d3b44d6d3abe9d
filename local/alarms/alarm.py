"""A metric alarm, and what its data points say about its state. Pure."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .expressions import Series, UnsupportedAlarmError, compile_expression

# CloudWatch looks at a few more periods than asked for, in case some have no data.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html shows two.
_EXTRA_PERIODS = 2
_MINUTE_SECONDS = 60
_BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm; `queries` are the metrics for GetMetricData by id, `series` what is compared with the threshold."""

    name: str
    state: str
    queries: Mapping[str, dict[str, Any]]
    series: Series
    period_seconds: int
    evaluation_periods: int
    datapoints_to_alarm: int
    comparison: str
    threshold: float
    missing_data: str

    @property
    def range_periods(self) -> int:
        """How many periods are looked at."""
        return self.evaluation_periods + _EXTRA_PERIODS

    def judge(self, points: Sequence[float | None]) -> str:
        """Return the state after these data points, oldest first, None where a period has none.

        With enough of them the newest decide, whatever is missing in between; else missing ones are filled in as
        the alarm says.
        """
        known = [_BREACHES[self.comparison](point, self.threshold) for point in points if point is not None]
        known = known[-self.evaluation_periods :]
        lacking, breaching, wanted = self.evaluation_periods - len(known), sum(known), self.datapoints_to_alarm
        if self.missing_data == "breaching":
            breaching += lacking
        elif self.missing_data in ("ignore", "missing") and lacking:
            if not known:
                return self.state if self.missing_data == "ignore" else "INSUFFICIENT_DATA"
            if self.missing_data == "ignore" and len(known) == breaching < wanted:
                return self.state  # all that is known breaches, but it is too little to tell
            wanted = min(wanted, len(known))
        return "ALARM" if breaching >= wanted else "OK"


def parse_alarm(entry: Mapping[str, Any], *, minute_seconds: int = 60) -> Alarm:
    """Read one of DescribeAlarms' metric alarms.

    Parameters
    ----------
    minute_seconds
        How long a minute of its periods lasts; whoever tells of an alarm in less time takes shorter ones.

    Raises
    ------
    UnsupportedAlarmError
        For what is not evaluated here, such as anomaly detection.
    """
    if entry["ComparisonOperator"] not in _BREACHES or entry.get("ThresholdMetricId"):
        raise UnsupportedAlarmError(f"comparison {entry['ComparisonOperator']} is not implemented here")
    queries, series = _queries(entry, minute_seconds)
    periods = {int(query["Period"]) for query in queries.values()}
    if len(periods) != 1:
        raise UnsupportedAlarmError("all its metrics must have the same period")
    return Alarm(
        name=entry["AlarmName"],
        state=entry["StateValue"],
        queries=queries,
        series=series,
        period_seconds=periods.pop(),
        evaluation_periods=int(entry["EvaluationPeriods"]),
        datapoints_to_alarm=int(entry.get("DatapointsToAlarm") or entry["EvaluationPeriods"]),
        comparison=entry["ComparisonOperator"],
        threshold=float(entry["Threshold"]),
        missing_data=entry.get("TreatMissingData") or "missing",
    )


def _queries(entry: Mapping[str, Any], minute_seconds: int) -> tuple[dict[str, dict[str, Any]], Series]:
    def lasting(period: Any) -> int:
        return max(1, int(period) * minute_seconds // _MINUTE_SECONDS)

    metrics = entry.get("Metrics")
    if not metrics:
        metric = {name: entry[name] for name in ("Namespace", "MetricName")} | {"Dimensions": entry["Dimensions"]}
        stat = entry.get("ExtendedStatistic") or entry["Statistic"]
        return {"m": {"Metric": metric, "Period": lasting(entry["Period"]), "Stat": stat}}, compile_expression("m")
    returned = [metric for metric in metrics if str(metric.get("ReturnData", True)).lower() == "true"]
    if len(returned) != 1:
        raise UnsupportedAlarmError("exactly one of its metrics must return data")
    stats = {
        metric["Id"]: metric["MetricStat"] | {"Period": lasting(metric["MetricStat"]["Period"])}
        for metric in metrics
        if "MetricStat" in metric
    }
    return stats, compile_expression(returned[0].get("Expression") or returned[0]["Id"])

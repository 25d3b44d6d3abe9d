"""Metrics of CloudWatch, as many as are wanted in one go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from fraudstream.adapters.calls import store_errors

Points: TypeAlias = list[tuple[int, float]]
"""Seconds since 1970 at which a period begins, and the period's value; periods without data are not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric, and which figure of a period is wanted: Sum, Maximum, p99 and so on."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"


def read_metrics(
    cloudwatch: Any, metrics: Mapping[str, Metric], *, start: int, until: int, period: int
) -> dict[str, Points]:
    """Return the points of some metrics from a moment until before another, in seconds since 1970.

    Parameters
    ----------
    metrics
        By the names they have in the answer; 500 at most.
    period
        Seconds; a divisor of both moments.

    Raises
    ------
    StoreUnavailableError
        CloudWatch is away.
    """
    names = {f"m{number}": name for number, name in enumerate(metrics)}
    found: dict[str, Points] = {name: [] for name in metrics}
    with store_errors("GetMetricData"):
        pages = cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[_query(key, metrics[name], period) for key, name in names.items()],
            StartTime=datetime.fromtimestamp(start, UTC),
            EndTime=datetime.fromtimestamp(until, UTC),
        )
        for result in (result for page in pages for result in page["MetricDataResults"]):
            points = zip(result["Timestamps"], result["Values"], strict=True)
            found[names[result["Id"]]] += [(int(moment.timestamp()), float(value)) for moment, value in points]
    return found


def _query(key: str, metric: Metric, period: int) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions.items()]
    named = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
    return {"Id": key, "MetricStat": {"Metric": named, "Period": period, "Stat": metric.statistic}}

"""What the dashboard shows of throughput, decisions and latency, as numbers."""

from typing import Any

from fraudstream.adapters.metric_counts import NAMESPACE, SERVICES
from fraudstream.adapters.metric_data import Metric, Points, read_metrics
from fraudstream.console.overview import Series
from settings import Settings
from window import Window

_COUNTED = {
    "decided": "Decided",
    "approved": "Approved",
    "reviewed": "Reviewed",
    "blocked": "Blocked",
    "rules_only": "RulesOnlyDecisions",
    "quarantined": "Quarantined",
    "alerts": "Alerts",
    "fraud_labels": "FraudLabels",
}
_US_IN_MS = 1000


def series(cloudwatch: Any, settings: Settings, window: Window) -> Series:
    """Return the series of a window.

    Raises
    ------
    StoreUnavailableError
        CloudWatch is away.
    """
    asked = _of_decisions() | _measured(settings)
    found = read_metrics(cloudwatch, asked, start=window.start, until=window.until, period=window.step)
    counted = {name: _sum(window, [found[f"{name}/{service}"] for service in SERVICES]) for name in _COUNTED}
    return Series(
        **counted,
        iterator_age_ms=window.placed(found["iterator_age"]),
        endpoint_p50_ms=_milliseconds(window.placed(found["endpoint_p50"])),
        endpoint_p99_ms=_milliseconds(window.placed(found["endpoint_p99"])),
        api_p99_ms=window.placed(found["api_p99"]),
    )


def _of_decisions() -> dict[str, Metric]:
    return {
        f"{name}/{service}": Metric(namespace=NAMESPACE, name=metric, dimensions={"service": service})
        for name, metric in _COUNTED.items()
        for service in SERVICES
    }


def _measured(settings: Settings) -> dict[str, Metric]:
    endpoint = {"EndpointName": settings.stack_name, "VariantName": "AllTraffic"}
    age = {"FunctionName": settings.scoring_function}
    latency = {"namespace": "AWS/SageMaker", "name": "ModelLatency", "dimensions": endpoint}
    return {
        "iterator_age": Metric(namespace="AWS/Lambda", name="IteratorAge", dimensions=age, statistic="Maximum"),
        "endpoint_p50": Metric(**latency, statistic="p50"),
        "endpoint_p99": Metric(**latency, statistic="p99"),
        "api_p99": Metric(
            namespace="AWS/ApiGateway", name="Latency", dimensions={"ApiId": settings.api_id}, statistic="p99"
        ),
    }


def _sum(window: Window, parts: list[Points]) -> tuple[float, ...]:
    """Return the sum of each step; a step without any has none of what is counted."""
    placed = [window.placed(part) for part in parts]
    return tuple(sum(value or 0.0 for value in values) for values in zip(*placed, strict=True))


def _milliseconds(values: tuple[float | None, ...]) -> tuple[float | None, ...]:
    return tuple(None if value is None else value / _US_IN_MS for value in values)

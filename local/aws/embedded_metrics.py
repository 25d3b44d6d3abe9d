"""Metrics inside log lines: CloudWatch Logs makes metrics of lines in the embedded metric format.

See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """One value of one metric under one set of dimensions, at the time that the line says."""

    namespace: str
    name: str
    value: float
    unit: str
    dimensions: dict[str, str]
    timestamp_ms: float


def metrics_in(line: str) -> Iterator[Datum]:
    """Yield the metrics of a log line; none for a line of any other kind, or for a malformed one."""
    if '"CloudWatchMetrics"' not in line:
        return
    try:
        document = json.loads(line)
        yield from list(_metrics_of(document))
    except (ValueError, TypeError, KeyError, AttributeError):
        return  # CloudWatch leaves such a line a log line, too


def _metrics_of(document: dict[str, Any]) -> Iterator[Datum]:
    timestamp_ms = float(document["_aws"]["Timestamp"])
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"] or [[]]:
            dimensions = {name: str(document[name]) for name in names}
            for metric in directive["Metrics"]:
                values = document[metric["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    yield Datum(
                        namespace=directive["Namespace"],
                        name=metric["Name"],
                        value=float(value),
                        unit=metric.get("Unit", "None"),
                        dimensions=dimensions,
                        timestamp_ms=timestamp_ms,
                    )

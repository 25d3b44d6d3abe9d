"""The CloudWatch metrics of a mapping, added up here and published every few seconds."""

import logging
import threading
from collections import defaultdict
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from .mapping import Mapping

_LOG = logging.getLogger(__name__)


class _Series(NamedTuple):
    namespace: str
    name: str
    dimension: str
    value: str
    unit: str


class Metrics:
    """Statistics under AWS's own names, so that the template's alarms and dashboard have their data.

    `AWS/Kinesis GetRecords.IteratorAgeMilliseconds` per stream; `AWS/Lambda IteratorAge` and
    `DestinationDeliveryFailures` per function; and Lambda's event counts per mapping.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[_Series, list[float]] = defaultdict(list)

    def read(self, mapping: Mapping, *, polled: int, filtered_out: int, millis_behind: int) -> None:
        """Count one GetRecords call."""
        series = _Series(
            "AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "StreamName", mapping.stream_name, "Milliseconds"
        )
        self._add(series, millis_behind)
        self._count(mapping, "PolledEventCount", polled)
        self._count(mapping, "FilteredOutEventCount", filtered_out)

    def invoked(self, mapping: Mapping, *, records: int, age_seconds: float) -> None:
        """Count one call of the function, and the age of its newest record when it was called."""
        series = _Series("AWS/Lambda", "IteratorAge", "FunctionName", mapping.function_name, "Milliseconds")
        self._add(series, max(0.0, age_seconds * 1000))
        self._count(mapping, "InvokedEventCount", records)

    def not_resolved(self, mapping: Mapping, *, records: int) -> None:
        """Count records that a call left unresolved."""
        self._count(mapping, "FailedInvokeEventCount", records)

    def discarded(self, mapping: Mapping, *, records: int, delivered: bool) -> None:
        """Count records that were given up, by whether the failure destination has them."""
        self._count(mapping, "OnFailureDestinationDeliveredEventCount" if delivered else "DroppedEventCount", records)
        if mapping.failure_destination_arn and not delivered:
            name = "DestinationDeliveryFailures"
            self._add(_Series("AWS/Lambda", name, "FunctionName", mapping.function_name, "Count"), 1)

    def drain(self) -> dict[str, list[dict[str, Any]]]:
        """Return the statistics since the last call, by namespace, as PutMetricData takes them."""
        with self._lock:
            values, self._values = self._values, defaultdict(list)
        data: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for series, numbers in values.items():
            data[series.namespace].append(
                {
                    "MetricName": series.name,
                    "Dimensions": [{"Name": series.dimension, "Value": series.value}],
                    "Unit": series.unit,
                    "StatisticValues": {
                        "SampleCount": len(numbers),
                        "Sum": sum(numbers),
                        "Minimum": min(numbers),
                        "Maximum": max(numbers),
                    },
                }
            )
        return data

    def publish(self, client: Any) -> None:
        """Send what has come together to CloudWatch; a failure is logged and costs only these data points."""
        for namespace, data in self.drain().items():
            for start in range(0, len(data), 500):
                try:
                    client.put_metric_data(Namespace=namespace, MetricData=data[start : start + 500])
                except (ClientError, BotoCoreError) as error:
                    _LOG.warning("metrics not published: %s", error)

    def _count(self, mapping: Mapping, name: str, value: int) -> None:
        if value:
            self._add(_Series("AWS/Lambda", name, "EventSourceMappingUUID", mapping.uuid, "Count"), value)

    def _add(self, series: _Series, number: float) -> None:
        with self._lock:
            self._values[series].append(float(number))

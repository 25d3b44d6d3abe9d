"""The metrics SageMaker publishes of an endpoint (namespace AWS/SageMaker), for alarms to look at."""

from __future__ import annotations

import sys
import threading
from collections import Counter, defaultdict
from typing import Any

from local.sagemaker.stack import Stack

_PUBLISH_SECONDS = 10.0


class EndpointMetrics:
    """Counts invocations and publishes them every few seconds while there are any."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._latencies: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)

    def count(self, endpoint: str, variant: str, status: int, model_latency_us: int) -> None:
        """Count one invocation and the status the container gave it."""
        with self._lock:
            self._counts[endpoint, variant, "Invocations"] += 1
            self._counts[endpoint, variant, "Invocation4XXErrors"] += 400 <= status < 500
            self._counts[endpoint, variant, "Invocation5XXErrors"] += status >= 500
            # Two significant digits keep the published distribution small.
            step = 10 ** max(len(str(model_latency_us)) - 2, 0)
            self._latencies[endpoint, variant][model_latency_us // step * step] += 1

    def publish_forever(self, stop: threading.Event) -> None:
        """Publish until told to stop."""
        while not stop.wait(_PUBLISH_SECONDS):
            self.publish()

    def publish(self) -> None:
        """Send what was counted since the last time."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            latencies, self._latencies = self._latencies, defaultdict(Counter)
        data: list[dict[str, Any]] = [
            {"MetricName": name, "Dimensions": _dimensions(endpoint, variant), "Value": value, "Unit": "Count"}
            for (endpoint, variant, name), value in counts.items()
        ]
        for (endpoint, variant), values in latencies.items():
            data.append(
                {
                    "MetricName": "ModelLatency",
                    "Dimensions": _dimensions(endpoint, variant),
                    "Values": list(values.keys()),
                    "Counts": list(values.values()),
                    "Unit": "Microseconds",
                }
            )
        if not data:
            return
        try:
            target = "GraniteServiceVersion20100801.PutMetricData"
            self._stack.call("monitoring", target, {"Namespace": "AWS/SageMaker", "MetricData": data})
        except OSError as error:
            print(f"sagemaker: endpoint metrics not published: {error}", file=sys.stderr)


def _dimensions(endpoint: str, variant: str) -> list[dict[str, str]]:
    return [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]

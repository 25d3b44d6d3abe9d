"""Our own metrics of the past, as counts of five minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from fraudstream.adapters.calls import store_errors
from fraudstream.rates import SLOTS_AN_HOUR
from numpy.typing import NDArray

SLOT_SECONDS = 3600 // SLOTS_AN_HOUR
NAMESPACE = "Fraudstream"
SERVICES = ("score_transactions", "serve_api")
"""Whoever decides counts under its own name; what happened is the sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Metrics of ours in CloudWatch."""

    cloudwatch: Any
    days: int

    def until(self, until_seconds: int, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """Return a count for every five minutes of some days and an hour before a moment; 0 where nothing was."""
        slots = (self.days * 24 + 1) * SLOTS_AN_HOUR
        start = until_seconds - slots * SLOT_SECONDS
        queries = {f"{name.lower()}_{service}": (name, service) for name in names for service in SERVICES}
        found = {name: np.zeros(slots) for name in names}
        with store_errors("GetMetricData"):
            pages = self.cloudwatch.get_paginator("get_metric_data").paginate(
                MetricDataQueries=[_query(key, *asked) for key, asked in queries.items()],
                StartTime=datetime.fromtimestamp(start, UTC),
                EndTime=datetime.fromtimestamp(until_seconds, UTC),
            )
            for result in (result for page in pages for result in page["MetricDataResults"]):
                name = queries[result["Id"]][0]
                for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
                    slot = (int(moment.timestamp()) - start) // SLOT_SECONDS
                    if 0 <= slot < slots:
                        found[name][slot] += value
        return found


def _query(key: str, name: str, service: str) -> dict[str, Any]:
    metric = {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": [{"Name": "service", "Value": service}]}
    return {"Id": key, "MetricStat": {"Metric": metric, "Period": SLOT_SECONDS, "Stat": "Sum"}}

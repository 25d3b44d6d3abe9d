"""Our own metrics of the past, as counts of five minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.adapters.metric_data import Metric, read_metrics
from fraudstream.rates import SLOTS_AN_HOUR

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
        """Return a count for every five minutes of some days and an hour before a moment; 0 where nothing was.

        Raises
        ------
        StoreUnavailableError
            CloudWatch is away.
        """
        slots = (self.days * 24 + 1) * SLOTS_AN_HOUR
        start = until_seconds - slots * SLOT_SECONDS
        return counted(self.cloudwatch, names, start=start, until=until_seconds, period=SLOT_SECONDS)


def counted(
    cloudwatch: Any, names: Sequence[str], *, start: int, until: int, period: int
) -> dict[str, NDArray[np.float64]]:
    """Return what whoever decides has counted in each period between two moments; 0 where nothing was.

    Raises
    ------
    StoreUnavailableError
        CloudWatch is away.
    """
    asked = {
        f"{name}/{service}": Metric(namespace=NAMESPACE, name=name, dimensions={"service": service})
        for name in names
        for service in SERVICES
    }
    slots = (until - start) // period
    found = {name: np.zeros(slots) for name in names}
    for key, points in read_metrics(cloudwatch, asked, start=start, until=until, period=period).items():
        counts = found[key.partition("/")[0]]
        for moment, value in points:
            slot = (moment - start) // period
            if 0 <= slot < slots:
                counts[slot] += value
    return found

"""A past for the rates that are watched: what the scoring function would have counted on each of the days before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

MOST_DAYS = 13
"""CloudWatch takes no metric older than two weeks."""


def backfill_rates(
    cloudwatch: Any,
    *,
    until: datetime,
    days: int = MOST_DAYS,
    decided: float = 2_000,
    alert_share: float = 0.01,
    fraud_share: float = 0.002,
    seed: int = 0,
) -> None:
    """Count ordinary hours, the last one ending at a moment: transactions, alerts and reported frauds, Poisson each.

    Parameters
    ----------
    decided
        Transactions an hour.
    """
    random = np.random.default_rng(seed)
    for hour in range(days * 24):
        counted = random.poisson(decided)
        alerts, frauds = random.poisson(counted * np.array([alert_share, fraud_share]))
        when = until - timedelta(hours=hour, minutes=30)
        count(cloudwatch, when, Decided=counted, Alerts=alerts, FraudLabels=frauds)


def count(cloudwatch: Any, when: datetime, **counts: float) -> None:
    """Count at a moment, as the scoring function does for a batch."""
    data = [
        {
            "MetricName": name,
            "Dimensions": [{"Name": "service", "Value": "score_transactions"}],
            "Timestamp": when.astimezone(UTC),
            "Value": float(value),
            "Unit": "Count",
        }
        for name, value in counts.items()
    ]
    cloudwatch.put_metric_data(Namespace="Fraudstream", MetricData=data)

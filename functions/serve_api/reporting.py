"""Metrics of requests: what the scoring function emits for a batch, under this function's name."""

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from fraudstream.outcome import Outcome

metrics = Metrics()


def count(name: str, value: int) -> None:
    """Add to the metrics that leave when the request is answered."""
    metrics.add_metric(name, MetricUnit.Count, value)


def report(outcome: Outcome) -> None:
    """Count what became of one transaction."""
    for name, value in outcome.counts.items():
        count(name, value)

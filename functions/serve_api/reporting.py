"""Metrics of requests: what the scoring function emits for a batch, under this function's name."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from fraudstream.outcome import Outcome
from served import api

metrics = Metrics()


def count(name: str, value: int) -> None:
    """Add to the metrics that leave when the request is answered."""
    metrics.add_metric(name, MetricUnit.Count, value)


def report(outcome: Outcome) -> None:
    """Count what became of one transaction."""
    for name, value in outcome.counts.items():
        count(name, value)


def report_troubles(logger: Logger) -> None:
    """Count and log why the live rules are not what decides, where they are not."""
    for trouble in api.rules.policies.troubles():
        count(trouble.metric, 1)
        logger.error("rules", extra={"reason": trouble.reason})

"""Kinesis to pipeline: decode the event, decide the batch, report where to resume."""

import os
import time
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from fraudstream.adapters.composition import build_pipeline
from fraudstream.outcome import Outcome
from fraudstream.records import Record
from fraudstream.settings import Settings

logger = Logger()
metrics = Metrics()
pipeline = build_pipeline(Settings.read(os.environ))


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Decide a batch of one shard. Raises where infrastructure is broken: Lambda delivers the batch again."""
    records = [Record.of_kinesis(entry) for entry in event["Records"]]
    outcome = pipeline.run(records, time.time_ns() // 1_000_000, context.get_remaining_time_in_millis)
    report(outcome)
    failures = [outcome.unprocessed] if outcome.unprocessed else []
    answer: dict[str, Any] = {"batchItemFailures": [{"itemIdentifier": number} for number in failures]}
    if "redrive" in event:  # who redrives asks what became of the records; the stream never does
        answer["outcome"] = {"counts": outcome.counts, "reasons": outcome.by_reason}
    return answer


def report(outcome: Outcome) -> None:
    """Log one line and emit one set of metrics a batch; never a payload."""
    for name, value in outcome.counts.items():
        metrics.add_metric(name, MetricUnit.Count, value)
    for trouble in pipeline.policies.troubles():
        metrics.add_metric(trouble.metric, MetricUnit.Count, 1)
        logger.error("rules", extra={"reason": trouble.reason})
    if outcome.without_model:
        logger.warning("decided by rules", extra={"reason": outcome.without_model})
    if outcome.stopped_by:
        logger.warning("unprocessed", extra={"first": outcome.unprocessed, "reason": outcome.stopped_by})
    logger.info("batch", extra={"counts": outcome.counts, "reasons": outcome.by_reason})

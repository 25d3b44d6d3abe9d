"""Kinesis to pipeline: decode the event, decide the batch, report where to resume."""

import os
import time
from base64 import b64decode
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
def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Decide a batch of one shard. Raises where infrastructure is broken: Lambda delivers the batch again."""
    outcome = pipeline.run([to_record(entry) for entry in event["Records"]], now_ms=time.time_ns() // 1_000_000)
    report(outcome)
    failures = [outcome.unprocessed] if outcome.unprocessed else []
    return {"batchItemFailures": [{"itemIdentifier": sequence_number} for sequence_number in failures]}


def to_record(entry: dict[str, Any]) -> Record:
    """Return one entry of a Kinesis event."""
    kinesis = entry["kinesis"]
    return Record(
        data=b64decode(kinesis["data"]),
        sequence_number=kinesis["sequenceNumber"],
        shard_id=entry["eventID"].partition(":")[0],
        stream=entry["eventSourceARN"].rpartition("/")[2],
        arrived_at_ms=round(kinesis["approximateArrivalTimestamp"] * 1000),
    )


def report(outcome: Outcome) -> None:
    """Log one line and emit one set of metrics a batch; never a payload."""
    counts = {
        "Decided": outcome.decided,
        "Duplicates": outcome.duplicates,
        "Quarantined": outcome.quarantined,
        "Labels": outcome.labels,
        "Alerts": outcome.alerts,
        "ContendedWrites": outcome.contended,
        "Approved": outcome.by_decision["approve"],
        "Reviewed": outcome.by_decision["review"],
        "Blocked": outcome.by_decision["block"],
        "RulesOnlyDecisions": outcome.by_scored_by["rules"],
    }
    for name, value in counts.items():
        metrics.add_metric(name, MetricUnit.Count, value)
    logger.info("batch", extra={"counts": counts, "reasons": outcome.by_reason})

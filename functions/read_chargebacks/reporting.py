"""Metrics, one log line and the answer of a reading: counts and reasons, never what a line says."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from fraudstream.chargebacks.outcome import counts
from fraudstream.chargebacks.reading import Tally
from fraudstream.chargebacks.table import FileRefused

metrics = Metrics()


def report(result: Tally | FileRefused | None, logger: Logger) -> dict[str, Any]:
    """Count what became of a file's lines."""
    if result is None:
        logger.info("no file", extra={"reason": "it is gone, or nothing was dropped where files are read"})
        return {"status": "no file"}
    numbers = counts(result)
    for name, value in numbers.items():
        metrics.add_metric(name, MetricUnit.Count, value)
    if isinstance(result, FileRefused):
        logger.warning("file refused", extra={"reason": result.reason})
        return {"status": "refused", "reason": result.reason}
    logger.info("file read", extra={"counts": numbers, "reasons": result.by_reason})
    return {"status": "read", "counts": numbers}

"""One backtest that was asked for at the console: what `make backtest` does; progress and report are kept in S3."""

import time
from typing import Any

from archive import TimeUpError, try_text
from aws_lambda_powertools import Logger
from fraudstream.adapters.backtests_bucket import BacktestsBucket
from fraudstream.api.backtests import Running
from served import MODELS_BUCKET, client
from words import explained

logger = Logger()
_ENDS_BEFORE_MS = 120_000
"""What is left then: enough for a step that is under way, and for saying that the time was not enough."""


def handler(event: dict[str, Any], context: Any) -> None:
    """Do a backtest, unless it was begun before. Whatever ends it is said where its author looks."""
    shelf = BacktestsBucket(client("s3"), MODELS_BUCKET)
    running = Running(shelf=shelf, backtest_id=event["backtest_id"], clock=lambda: time.time_ns() // 1_000_000)
    wanted = running.begin()
    if wanted is None:
        logger.info("nothing to do", extra={"backtest_id": running.backtest_id})
        return

    def progress(share: float) -> None:
        if context.get_remaining_time_in_millis() < _ENDS_BEFORE_MS:
            raise TimeUpError
        running.at(share)

    try:
        report = try_text(wanted, progress)
    except Exception as error:
        why, expected = explained(error, wanted.days)
        running.failed(why)
        logger.info("failed", extra={"backtest_id": running.backtest_id, "why": why})
        if expected:
            return
        raise
    running.done(report)
    logger.info("done", extra={"backtest_id": running.backtest_id, "bytes": len(report)})

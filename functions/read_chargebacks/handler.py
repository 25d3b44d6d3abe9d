"""S3 by EventBridge to labels: a chargeback file that was dropped is read, and its report written."""

import os
import time
from typing import Any

from aws_lambda_powertools import Logger
from fraudstream.adapters.chargebacks import build_chargebacks
from fraudstream.chargebacks.settings import ChargebackSettings
from reporting import metrics, report

logger = Logger()
chargebacks = build_chargebacks(ChargebackSettings.read(os.environ))


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Read one file. Raises where infrastructure is broken or time is up: Lambda calls again, twice."""
    now_ms = time.time_ns() // 1_000_000
    key = event["detail"]["object"]["key"]
    result = chargebacks.read(key, now_ms=now_ms, time_left_ms=context.get_remaining_time_in_millis)
    return report(result, logger)

"""Scheduled: how far what was served has moved from what the model learned, told, and acted on."""

import os
import time
from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.clients import client
from measurement import Measurement
from moments import HOUR_MS, epoch_ms
from reporting import metrics_of
from retraining import Retraining
from settings import Settings

_SECONDS_TO_MEASURE = 90
"""Kept for comparing and telling, once reading has ended."""

logger = Logger()
metrics = Metrics()
settings = Settings.read(os.environ)
clients = cache(client)
measurement = Measurement(
    settings=settings,
    client=clients,
    calls=Calls(16),
    retraining=Retraining(
        states=clients("stepfunctions"),
        machine=settings.retrain_state_machine_arn,
        enabled=settings.drift_retrain,
        cooldown=timedelta(days=settings.drift_cooldown_days),
    ),
)


@metrics.log_metrics
def handler(event: dict[str, Any] | None, context: Any) -> dict[str, Any]:
    """Measure once for the same hours; `{"as_of": "2026-11-24T02:30:00Z"}` measures the day before another moment."""
    now_ms = time.time_ns() // 1_000_000
    report, is_new = measurement.run(
        event, now_ms, lambda: context.get_remaining_time_in_millis() / 1000 - _SECONDS_TO_MEASURE
    )
    if is_new:
        # Stamped with the last hour that was measured, which is over: an alarm looks at periods that are.
        metrics.set_timestamp(min(epoch_ms(report["window"]["until"]) - HOUR_MS, now_ms))
        for name, value in metrics_of(report):
            metrics.add_metric(name, MetricUnit.NoUnit, value)
    told = {name: report.get(name) for name in ("window", "why_not", "drifted", "retraining")}
    logger.info("drift", extra={"report": told, "is_new": is_new})
    return told | {"is_new": is_new}

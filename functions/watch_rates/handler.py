"""Every five minutes: are there more alerts, or more frauds reported, than is usual at this hour."""

import os
import time
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from fraudstream.adapters.clients import client
from fraudstream.adapters.metric_counts import SLOT_SECONDS, Counts
from fraudstream.rates import judge
from silence import Silence

_SETTLED_SECONDS = 60
"""Metrics that a log line carries are there within a minute."""
_WATCHED = {"AlertRate": "Alerts", "FraudRate": "FraudLabels"}

logger = Logger()
metrics = Metrics()
counts = Counts(cloudwatch=client("cloudwatch"), days=int(os.environ["RATE_HISTORY_DAYS"]))
silence = Silence(
    s3=client("s3"),
    ssm=client("ssm"),
    models_bucket=os.environ["MODELS_BUCKET"],
    champion_parameter=os.environ["CHAMPION_PARAMETER"],
)


@metrics.log_metrics
def handler(event: dict[str, Any] | None, _context: object) -> dict[str, Any]:
    """Judge the last hour; `{"until": "2026-11-24T09:35:00Z"}` judges the hour before another moment."""
    now = time.time()
    moment = (
        datetime.fromisoformat(event["until"]).timestamp() if event and event.get("until") else now - _SETTLED_SECONDS
    )
    until = int(moment) // SLOT_SECONDS * SLOT_SECONDS
    found = counts.until(until, ["Decided", *_WATCHED.values()])
    # Stamped within the last five minutes that were counted, which are over: an alarm looks at periods that are.
    metrics.set_timestamp(min(until - 1, int(now)) * 1000)
    told: dict[str, Any] = {}
    for name, counted in _WATCHED.items():
        judged = judge(found[counted], found["Decided"])
        told[name] = {each: getattr(judged, each) for each in ("rate", "usual", "chance", "is_spike", "why_not")}
        if judged.rate is not None and judged.usual is not None:
            metrics.add_metric(name, MetricUnit.Percent, 100 * judged.rate)
            metrics.add_metric(f"{name}Usual", MetricUnit.Percent, 100 * judged.usual)
            metrics.add_metric(f"{name}Spike", MetricUnit.NoUnit, int(judged.is_spike))
    metrics.add_metric("RatesWatched", MetricUnit.NoUnit, 1)
    hours = silence.hours(now)
    if hours is not None:
        metrics.add_metric("DriftSilentHours", MetricUnit.NoUnit, hours)
    logger.info("rates", extra={"rates": told, "drift_silent_hours": hours})
    return told

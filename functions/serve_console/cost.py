"""What was used since the first of the month, times list prices."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fraudstream.adapters.calls import store_errors
from fraudstream.adapters.metric_data import Metric, read_metrics
from fraudstream.console.overview import Cost, CostParts
from moments import text_at
from settings import Settings

PRICES: dict[str, Any] = json.loads(Path(__file__).with_name("prices.json").read_text(encoding="utf-8"))
"""From costs/prices.toml, by `make docs`."""
DAY_SECONDS = 86_400
_TABLES = ("decisions_table", "histories_table", "cases_table")
_FUNCTIONS = ("scoring_function", "api_function")
_NOTE = (
    "An estimate: what was used, times list prices of {region} of {date}, without free tiers, taxes and discounts. It "
    "leaves out storage, logs, metrics, alarms, the key, training jobs, data transfer, and all functions but the two "
    "that decide; instances of the endpoint are reckoned as ml.c6i.large, at their least number, for the whole time. "
    "`make cost` has the whole bill."
)


def cost(cloudwatch: Any, settings: Settings, *, now_seconds: float, created_seconds: float) -> Cost:
    """Return what a month has cost so far.

    Parameters
    ----------
    created_seconds
        When the stream was made: nothing was used before.

    Raises
    ------
    StoreUnavailableError
        CloudWatch is away.
    """
    now = datetime.fromtimestamp(now_seconds, UTC)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    since = max(month.timestamp(), created_seconds)
    until = (int(now_seconds) // DAY_SECONDS + 1) * DAY_SECONDS
    start = int(month.timestamp())
    found = read_metrics(cloudwatch, _used(settings), start=start, until=until, period=DAY_SECONDS)
    used = {name: sum(value for _, value in points) if points else None for name, points in found.items()}
    parts = dollars(settings, used, hours=(now_seconds - since) / 3600)
    known = [value for value in parts.values() if value is not None]
    return Cost(
        since=text_at(since),
        dollars=round(sum(known), 4) if known else None,
        by=CostParts(**{name: None if value is None else round(value, 4) for name, value in parts.items()}),
        note=_NOTE.format(region=PRICES["region"], date=PRICES["date"]),
    )


def dollars(settings: Settings, used: Mapping[str, float | None], hours: float) -> dict[str, float | None]:
    """Return what each part cost; None where nothing it is reckoned from was measured.

    Parameters
    ----------
    used
        Sums by the names of the metrics below; None where there was no point.
    hours
        For how long the stream was there.
    """
    prices = PRICES["usd"]
    return {
        "stream": _stream(settings, used.get("records") or 0.0, hours),
        "functions": _priced(
            used,
            dict.fromkeys(("invocations/scoring_function", "invocations/api_function"), prices["lambda_request"])
            | {f"duration/{name}": prices["lambda_gb_second"] / 1000 for name in _FUNCTIONS},  # of a GB, by the ms
        ),
        "tables": _priced(
            used,
            {f"written/{name}": prices["dynamodb_write_unit"] for name in _TABLES}
            | {f"read/{name}": prices["dynamodb_read_unit"] for name in _TABLES},
        ),
        "endpoint": _endpoint(settings, used, hours),
        "objects": _priced(
            used,
            {f"invocations/{name}": prices["s3_put"] for name in _FUNCTIONS}
            | {"alerts": prices["sns_request"], "asked": prices["http_api_request"]},
        ),
    }


def created(kinesis: Any, stream: str) -> float:
    """Return when a stream was made, in seconds since 1970.

    Raises
    ------
    StoreUnavailableError
        Kinesis is away.
    """
    with store_errors("DescribeStreamSummary"):
        found = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    return float(found["StreamCreationTimestamp"].timestamp())


def _used(settings: Settings) -> dict[str, Metric]:
    used = {
        "records": Metric(
            namespace="AWS/Kinesis", name="IncomingRecords", dimensions={"StreamName": settings.transaction_stream}
        ),
        "latency": Metric(
            namespace="AWS/SageMaker",
            name="ModelLatency",
            dimensions={"EndpointName": settings.stack_name, "VariantName": "AllTraffic"},
        ),
        "alerts": Metric(
            namespace="AWS/SNS", name="NumberOfMessagesPublished", dimensions={"TopicName": settings.alert_topic}
        ),
        "asked": Metric(namespace="AWS/ApiGateway", name="Count", dimensions={"ApiId": settings.api_id}),
    }
    for name in _FUNCTIONS:
        function = {"FunctionName": getattr(settings, name)}
        used[f"invocations/{name}"] = Metric(namespace="AWS/Lambda", name="Invocations", dimensions=function)
        used[f"duration/{name}"] = Metric(namespace="AWS/Lambda", name="Duration", dimensions=function)
    for name in _TABLES:
        table = {"TableName": getattr(settings, name)}
        used[f"written/{name}"] = Metric(namespace="AWS/DynamoDB", name="ConsumedWriteCapacityUnits", dimensions=table)
        used[f"read/{name}"] = Metric(namespace="AWS/DynamoDB", name="ConsumedReadCapacityUnits", dimensions=table)
    return used


def _priced(used: Mapping[str, float | None], prices: Mapping[str, float]) -> float | None:
    known = [amount * price for name, price in prices.items() if (amount := used.get(name)) is not None]
    return sum(known) if known else None


def _stream(settings: Settings, records: float, hours: float) -> float:
    """Return what the stream cost; on demand, records are taken as the 1 KB that each is charged as, at least."""
    prices = PRICES["usd"]
    if not settings.stream_shards:
        gigabytes = records / 1e6
        through = prices["kinesis_on_demand_in_gb"] + prices["kinesis_on_demand_out_gb"]
        return hours * prices["kinesis_on_demand_stream_hour"] + gigabytes * through
    of_shard = prices["kinesis_shard_hour"] + prices["kinesis_extended_retention_shard_hour"]
    return hours * settings.stream_shards * of_shard + records * prices["kinesis_put_unit"]


def _endpoint(settings: Settings, used: Mapping[str, float | None], hours: float) -> float | None:
    prices = PRICES["usd"]
    latency_us = used.get("latency")
    if settings.endpoint_instances:
        return hours * settings.endpoint_instances * prices["sagemaker_ml_c6i_large_hour"]
    if latency_us is None:
        return None
    return latency_us / 1e6 * settings.endpoint_memory_mb / 2048 * prices["sagemaker_serverless_second"]

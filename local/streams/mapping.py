"""A Kinesis event source mapping's settings, read strictly."""

from collections.abc import Mapping as Settings
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .errors import UnsupportedMappingError
from .filters import Filters, parse_filters

# Lambda's own limits and defaults for a Kinesis source.
_DEFAULT_BATCH_SIZE = 100
_RANGES = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "ParallelizationFactor": (1, 10),
    "MaximumRetryAttempts": (-1, 10_000),
    "MaximumRecordAgeInSeconds": (-1, 604_800),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One enabled mapping. -1 means without limit, as in Lambda's API."""

    uuid: str
    function_arn: str
    stream_arn: str
    starting_position: str
    starting_timestamp_seconds: float | None
    batch_size: int
    window_seconds: int
    parallelization_factor: int
    maximum_retry_attempts: int
    maximum_record_age_seconds: int
    bisect_on_error: bool
    partial_answers: bool
    failure_destination_arn: str | None
    filters: Filters

    @property
    def stream_name(self) -> str:
        """The stream's name, for metrics and messages."""
        return self.stream_arn.rsplit("/", 1)[-1]

    @property
    def function_name(self) -> str:
        """The function's name without a qualifier, for metrics and messages."""
        return self.function_arn.split(":function:", 1)[-1].split(":", 1)[0]


def is_kinesis(settings: Settings[str, Any]) -> bool:
    """Whether the mapping reads a Kinesis stream; queues and table streams are the base's own."""
    return str(settings.get("EventSourceArn", "")).split(":")[2:3] == ["kinesis"]


def is_enabled(settings: Settings[str, Any]) -> bool:
    """Whether the mapping runs, also while Lambda is still turning it on or applying an update."""
    return settings.get("State", "Enabled") in ("Enabled", "Enabling", "Creating", "Updating")


def parse_mapping(settings: Settings[str, Any]) -> Mapping:
    """Read one entry of ListEventSourceMappings.

    Raises
    ------
    UnsupportedMappingError
        If a setting is out of Lambda's range, or one that this reader does not implement: it must never be
        dropped in silence. Deployment can call this too, and refuse the template.
    """
    if settings.get("TumblingWindowInSeconds"):
        raise UnsupportedMappingError("TumblingWindowInSeconds is not implemented here")
    if "/consumer/" in settings["EventSourceArn"]:
        raise UnsupportedMappingError("enhanced fan-out consumers are not implemented here; map the stream itself")
    answers = tuple(settings.get("FunctionResponseTypes") or ())
    if set(answers) - {"ReportBatchItemFailures"}:
        raise UnsupportedMappingError(f"unknown FunctionResponseTypes {answers}")
    position, timestamp = _starting_position(settings)
    return Mapping(
        uuid=settings["UUID"],
        function_arn=settings["FunctionArn"],
        stream_arn=settings["EventSourceArn"],
        starting_position=position,
        starting_timestamp_seconds=timestamp,
        batch_size=_number(settings, "BatchSize", _DEFAULT_BATCH_SIZE),
        window_seconds=_number(settings, "MaximumBatchingWindowInSeconds", 0),
        parallelization_factor=_number(settings, "ParallelizationFactor", 1),
        maximum_retry_attempts=_number(settings, "MaximumRetryAttempts", -1),
        maximum_record_age_seconds=_record_age(settings),
        bisect_on_error=_flag(settings, "BisectBatchOnFunctionError"),
        partial_answers=bool(answers),
        failure_destination_arn=_destination(settings),
        filters=parse_filters(settings.get("FilterCriteria")),
    )


def _number(settings: Settings[str, Any], name: str, default: int) -> int:
    # A template parameter may arrive as text: "2" is 2.
    value = settings.get(name)
    try:
        number = default if value is None else int(value)
    except (TypeError, ValueError):
        raise UnsupportedMappingError(f"{name} is not a number: {value!r}") from None
    low, high = _RANGES[name]
    if not low <= number <= high:
        raise UnsupportedMappingError(f"{name} must be {low} to {high}, not {number}")
    return number


def _record_age(settings: Settings[str, Any]) -> int:
    age = _number(settings, "MaximumRecordAgeInSeconds", -1)
    if 0 <= age < 60:
        raise UnsupportedMappingError(f"MaximumRecordAgeInSeconds must be -1, or 60 to 604800, not {age}")
    return age


def _flag(settings: Settings[str, Any], name: str) -> bool:
    value = settings.get(name)
    if value in (None, False, "false", "False"):
        return False
    if value in (True, "true", "True"):
        return True
    raise UnsupportedMappingError(f"{name} is not a truth value: {value!r}")


def _starting_position(settings: Settings[str, Any]) -> tuple[str, float | None]:
    position, timestamp = settings.get("StartingPosition"), settings.get("StartingPositionTimestamp")
    if position not in ("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"):
        raise UnsupportedMappingError(f"unknown StartingPosition {position!r}")
    if position != "AT_TIMESTAMP":
        return position, None
    if timestamp is None:
        raise UnsupportedMappingError("AT_TIMESTAMP needs StartingPositionTimestamp")
    return position, timestamp.timestamp() if isinstance(timestamp, datetime) else float(timestamp)


def _destination(settings: Settings[str, Any]) -> str | None:
    # An empty destination is how Lambda's API removes one.
    arn = ((settings.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if not arn:
        return None
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] not in ("s3", "sqs", "sns"):
        raise UnsupportedMappingError(f"the failure destination must be an S3 bucket, SQS queue or SNS topic: {arn}")
    if parts[2] == "s3" and "/" in parts[5]:
        raise UnsupportedMappingError(f"Lambda takes a bucket, not a prefix, as its failure destination: {arn}")
    return str(arn)

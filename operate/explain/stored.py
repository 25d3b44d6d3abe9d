"""What a stack keeps of a decision: the item of its table, and the line of its archive."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.decisions_table import DecisionsTable
from fraudstream.contract import Decision

from operate.explain.evidence import Evidence, of_object
from operate.objects import read_object
from operate.target import Target

HOURS_BACK = 25
"""A record waits at most a day on the stream before it is decided or given up."""
HOURS_AFTER = 2
"""One that was given up keeps its place when it is sent again: the hour it first came in, soon after the event."""


def of_table(target: Target, transaction_id: str) -> tuple[Evidence, str] | None:
    """Return a decision from the table, with the label that joined it since, and its source; or None."""
    name = target.outputs["DecisionsTableName"]
    table = DecisionsTable(target.client("dynamodb"), name, Calls(1))
    record = table.read([transaction_id]).get(transaction_id)
    if record is None:
        return None
    decision = table.find(transaction_id) or record.decision
    features = np.frombuffer(record.features, "<f4")
    return Evidence(decision, features, f"table {name}"), record.source


def of_archive(target: Target, decision: Decision, source: str) -> Evidence | None:
    """Return the archive's line of a decision, or None if it is not there (any more).

    An object's key tells the hour in which its first record arrived, its shard, and its first and last number: so few
    are read, mostly one.
    """
    s3, bucket = target.client("s3"), target.outputs["ArchiveBucketName"]
    shard, _, number = source.partition(":")
    for hour in _hours(decision):
        for key in _keys(s3, bucket, f"archive/date={hour:%Y-%m-%d}/hour={hour:%H}/{shard}/"):
            if _may_hold(key, number):
                place = f"s3://{bucket}/{key}"
                found = of_object(read_object(s3, place), decision.transaction_id, place)
                if found:
                    return found
    return None


def _hours(decision: Decision) -> list[datetime]:
    """Return the hours in which the record may have come in, the likeliest first."""
    decided, event = (datetime.fromisoformat(t).astimezone(UTC) for t in (decision.decided_at, decision.event_time))
    before = [decided - timedelta(hours=hours) for hours in range(HOURS_BACK + 1)]
    after = [event + timedelta(hours=hours) for hours in range(HOURS_AFTER + 1)]
    return [*before, *(hour for hour in after if hour < before[-1])]


def _may_hold(key: str, number: str) -> bool:
    """Tell whether a record is within an object's span: of numbers, or the one name of a caller's record."""
    first, _, rest = key.rpartition("/")[2].partition("-")
    last = rest.partition("-")[0]
    if first.isdigit() and last.isdigit() and number.isdigit():
        return int(first) <= int(number) <= int(last)
    return number in (first, last)


def _keys(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", ()):
            yield entry["Key"]

"""Everywhere the system writes, read in full: what must not be there is looked for in all of it."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import zstandard

from local.clients import Clients

_TABLES = ("DecisionsTableName", "HistoriesTableName", "CasesTableName")
_BUCKETS = ("ArchiveBucketName", "QuarantineBucketName")


def written_places(
    client: Clients, outputs: Mapping[str, str], alerts: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every item, object, alert and log line.

    Every attribute of the tables; every object of the archive and the quarantine under any prefix, its key too,
    decompressed, and with what a line holds as base64 decoded beside it; the alerts as they were received; every line
    in CloudWatch Logs. The stream itself is not among them: it holds what producers sent.
    """
    for output in _TABLES:
        yield from _items(client("dynamodb"), outputs[output])
    for output in _BUCKETS:
        yield from _objects(client("s3"), outputs[output])
    for alert in alerts:
        yield f"alert {alert['alert_id']}", json.dumps(alert).encode()
    yield from _log_lines(client("logs"))


def _items(dynamodb: Any, table: str) -> Iterator[tuple[str, bytes]]:
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for number, item in enumerate(page["Items"]):
            yield f"item {number} of {table}", repr(item).encode()


def _objects(s3: Any, bucket: str) -> Iterator[tuple[str, bytes]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", ()):
            key = entry["Key"]
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            if key.endswith(".zst"):
                body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
            yield f"object {key}", key.encode() + b"\n" + body + b"\n" + _decoded(body)


def _decoded(body: bytes) -> bytes:
    """Return what JSON lines hold as `data_base64`; nothing where there are none."""
    if b'"data_base64"' not in body:
        return b""
    return b"\n".join(base64.b64decode(json.loads(line)["data_base64"]) for line in body.splitlines() if line)


def _log_lines(logs: Any) -> Iterator[tuple[str, bytes]]:
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for group in groups["logGroups"]:
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                for event in page["events"]:
                    yield f"log {group['logGroupName']}", event["message"].encode()

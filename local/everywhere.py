"""Everything a stack has written, wherever: searched for what must be nowhere."""

import base64
import gzip
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import zstandard

from local.clients import Clients

Place = tuple[str, bytes]
_BETWEEN = re.compile(rb"(?<=\d)[ \-.]{1,3}(?=\d)")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")
_ZSTD, _GZIP = b"\x28\xb5\x2f\xfd", b"\x1f\x8b"


def everything(client: Clients, *, leave_out: Collection[str] = ()) -> Iterator[Place]:
    """Yield name and content of all that the account holds but streams, which hold what producers sent.

    Parameters
    ----------
    leave_out
        Objects (``bucket/key``) and buckets that somebody else wrote: what was handed in, the deployment's artefacts.
    """
    yield from _items(client("dynamodb"))
    yield from _objects(client("s3"), leave_out)
    yield from _log_lines(client("logs"))
    yield from _executions(client("stepfunctions"))
    yield from _metrics(client("cloudwatch"))
    yield from _alarms(client("cloudwatch"))
    yield from _parameters(client("ssm"))


def leaks(secrets: Iterable[str], places: Iterable[Place]) -> tuple[int, list[str]]:
    """Return how many places were searched, and `secret in place` for each that holds one.

    Digits are found however they are grouped (4111 1111-1111.1111), and inside base64, gzip and zstandard.
    """
    alternatives = {secret.encode(): secret for secret in secrets}
    pattern = re.compile(b"|".join(map(re.escape, alternatives)))
    searched, found = 0, []
    for name, content in places:
        searched += 1
        seen = {match for form in _forms(content) for match in pattern.findall(_BETWEEN.sub(b"", form))}
        found += [f"{alternatives[match]} in {name}" for match in sorted(seen)]
    return searched, found


def _forms(content: bytes) -> Iterator[bytes]:
    """Yield the content as it is, unpacked, and with its base64 decoded."""
    plain = content
    if content.startswith(_ZSTD):
        plain = zstandard.ZstdDecompressor().decompressobj().decompress(content)
    elif content.startswith(_GZIP):
        plain = gzip.decompress(content)
    yield plain
    for text in _BASE64.findall(plain):
        whole = text[: len(text) // 4 * 4]
        try:
            yield base64.b64decode(whole)
        except ValueError:
            continue


def _pages(call: Callable[..., Any], answer: str, token: str, **options: Any) -> Iterator[Any]:
    """Yield the entries of a listing, page after page."""
    more: dict[str, Any] = {}
    while True:
        page = call(**options, **more)
        yield from page.get(answer, ())
        if not page.get(token):
            return
        more = {token: page[token]}


def _items(dynamodb: Any) -> Iterator[Place]:
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            for number, item in enumerate(page["Items"]):
                yield f"item {number} of {table}", b"\n".join(_values(item))


def _values(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield from _forms(value)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield str(name).encode()
            yield from _values(item)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item)
    else:
        yield str(value).encode()


def _objects(s3: Any, leave_out: Collection[str]) -> Iterator[Place]:
    for bucket in (entry["Name"] for entry in s3.list_buckets()["Buckets"]):
        if bucket in leave_out:
            continue
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for entry in page.get("Contents", ()):
                place = f"{bucket}/{entry['Key']}"
                yield f"name of {place}", place.encode()
                if place not in leave_out:
                    answer = s3.get_object(Bucket=bucket, Key=entry["Key"])
                    yield f"metadata of {place}", json.dumps(answer.get("Metadata", {})).encode()
                    yield f"object {place}", answer["Body"].read()


def _log_lines(logs: Any) -> Iterator[Place]:
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for name in (group["logGroupName"] for group in groups["logGroups"]):
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                for event in page["events"]:
                    yield f"log {name}", event["message"].encode()


def _executions(states: Any) -> Iterator[Place]:
    for machine in _pages(states.list_state_machines, "stateMachines", "nextToken"):
        arn = machine["stateMachineArn"]
        for run in _pages(states.list_executions, "executions", "nextToken", stateMachineArn=arn):
            events = _pages(states.get_execution_history, "events", "nextToken", executionArn=run["executionArn"])
            told = states.describe_execution(executionArn=run["executionArn"])
            yield f"history of {run['name']}", json.dumps([told, *events], default=str).encode()


def _metrics(cloudwatch: Any) -> Iterator[Place]:
    for page in cloudwatch.get_paginator("list_metrics").paginate():
        for metric in page["Metrics"]:
            yield f"metric {metric['MetricName']}", json.dumps(metric).encode()


def _alarms(cloudwatch: Any) -> Iterator[Place]:
    for page in cloudwatch.get_paginator("describe_alarms").paginate():
        for alarm in page["MetricAlarms"]:
            yield f"alarm {alarm['AlarmName']}", json.dumps(alarm, default=str).encode()


def _parameters(ssm: Any) -> Iterator[Place]:
    for page in ssm.get_paginator("describe_parameters").paginate():
        for parameter in page["Parameters"]:
            value = ssm.get_parameter(Name=parameter["Name"], WithDecryption=True)["Parameter"]["Value"]
            yield f"parameter {parameter['Name']}", value.encode()

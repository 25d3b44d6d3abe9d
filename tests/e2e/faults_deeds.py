"""What a person does to a running stack, or looks up in it, while something breaks."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from local.processes import ROOT
from tests.e2e.conftest import Deployed
from tests.e2e.faults_processes import function_logs


@contextmanager
def endpoint_that(deployed: Deployed, **fault: Any) -> Iterator[None]:
    """Have the endpoint misbehave."""
    set_fault(deployed, fault)
    try:
        yield
    finally:
        set_fault(deployed, {"mode": "ok"})


def set_fault(deployed: Deployed, fault: dict[str, Any]) -> None:
    """Have the stack's endpoint misbehave, or behave again."""
    control(deployed, f"endpoints/{deployed.outputs['EndpointName']}", fault)


def control(deployed: Deployed, what: str, fault: dict[str, Any]) -> None:
    """Tell the embedded SageMaker of a fault of an endpoint or of an action, which no AWS call can."""
    url = f"http://127.0.0.1:{deployed.stack.info.sagemaker_port}/_control/{what}"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(fault).encode(), method="POST")) as answer:
        assert answer.status == 200


@contextmanager
def met(deployed: Deployed, words: str) -> Iterator[None]:
    """Do something, and wait until the function has logged such words since."""
    before = len(re.findall(words, function_logs(deployed)))
    yield
    wait_until(lambda: len(re.findall(words, function_logs(deployed))) > before)


@contextmanager
def retries(deployed: Deployed, attempts: int) -> Iterator[None]:
    """Give a failing batch so many retries, instead of the template's hundred."""
    client = deployed.client("lambda")
    name = f"{deployed.stack_name}-score-transactions"
    [mapping] = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], MaximumRetryAttempts=attempts)
    try:
        yield
    finally:
        client.update_event_source_mapping(
            UUID=mapping["UUID"], MaximumRetryAttempts=mapping.get("MaximumRetryAttempts", 100)
        )


def given_up(deployed: Deployed) -> list[tuple[str, bytes]]:
    """Return source and bytes of every record that waits in the failure destination."""
    s3, bucket = deployed.client("s3"), deployed.outputs["QuarantineBucketName"]
    found = []
    for entry in s3.list_objects_v2(Bucket=bucket, Prefix="aws/lambda/").get("Contents", ()):
        document = json.loads(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read())
        assert document["requestContext"]["condition"] == "RetryAttemptsExhausted"
        found += [
            (record["eventID"], b64decode(record["kinesis"]["data"]))
            for record in json.loads(document["payload"])["Records"]
        ]
    return found


def arrivals(deployed: Deployed) -> dict[str, float]:
    """Return when the stream took each record, seconds since 1970, by shard and sequence number."""
    kinesis, stream = deployed.client("kinesis"), deployed.outputs["TransactionStreamName"]
    found = {}
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while (answer := kinesis.get_records(ShardIterator=iterator, Limit=2_000))["Records"]:
            iterator = answer["NextShardIterator"]
            for record in answer["Records"]:
                source = f"{shard['ShardId']}:{record['SequenceNumber']}"
                found[source] = record["ApproximateArrivalTimestamp"].timestamp()
    return found


def open_shards(deployed: Deployed) -> list[str]:
    """Return the shards that take records, in order of their keys."""
    shards = deployed.client("kinesis").list_shards(StreamName=deployed.outputs["TransactionStreamName"])["Shards"]
    taking = [shard for shard in shards if "EndingSequenceNumber" not in shard["SequenceNumberRange"]]
    return [s["ShardId"] for s in sorted(taking, key=lambda shard: int(shard["HashKeyRange"]["StartingHashKey"]))]


def redrive(deployed: Deployed) -> "subprocess.CompletedProcess[str]":
    """Give the operator's command."""
    return subprocess.run(
        [sys.executable, "-m", "operate", "redrive", "--stack", deployed.stack_name],
        cwd=ROOT,
        env=os.environ | deployed.stack.info.environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def wait_until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Return the condition's first true value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)
    return value

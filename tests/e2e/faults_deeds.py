"""What a person does to a running stack, or looks up in it, while something breaks."""

import json
import os
import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager

from local.deployed import Deployed
from local.processes import ROOT
from local.waiting import wait_until
from tests.e2e.faults_processes import function_logs


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

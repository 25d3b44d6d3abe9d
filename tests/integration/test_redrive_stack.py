"""The redrive as an operator gives it, over a deployed stack: real processes, real HTTP, the real function."""

import json
import os
import subprocess
import sys
import time
from base64 import b64encode

import pytest

from local.objects import archive_lines
from tests.e2e.conftest import Deployed, deployed_stack
from tests.reliability.proof import proves
from tests.samples import iso, label, records, transaction
from tests.unit.redrive_world import to_entry

pytestmark = pytest.mark.e2e
NOW_MS = time.time_ns() // 1_000_000
FRESH = {"event_time": iso(NOW_MS - 60_000)}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """A stack without a model: rules decide."""
    with deployed_stack(tmp_path_factory.mktemp("stack")) as stack:
        fill(stack)
        yield stack


def fill(stack: Deployed) -> None:
    """Put into the quarantine bucket what an older function would have refused, and what Lambda gave up."""
    refused = records(
        [
            transaction(1, **FRESH),
            transaction(2, **FRESH, amount_minor=9_000_000_000),
            b"garbage",
            b'"************1111',
        ],
        arrived_at_ms=NOW_MS - 30_000,
    )
    lines = [
        {
            "stream": stack.outputs["TransactionStreamName"],
            "shard_id": record.shard_id,
            "sequence_number": record.sequence_number,
            "reason": "amount_invalid",
            "detail": "",
            "arrived_at_ms": record.arrived_at_ms,
            "data_base64": b64encode(record.data).decode(),
        }
        for record in refused
    ]
    given_up = records(
        [transaction(3, **FRESH), label(3, **FRESH, label_time=iso(NOW_MS - 40_000))],
        first=51,
        arrived_at_ms=NOW_MS - 30_000,
    )
    document = {"version": "1.0", "payload": json.dumps({"Records": [to_entry(record) for record in given_up]})}
    put = stack.client("s3").put_object
    bucket = stack.outputs["QuarantineBucketName"]
    body = "\n".join(map(json.dumps, lines)).encode()
    put(Bucket=bucket, Key="quarantine/date=2026-11-23/hour=10/shardId-000000000000/1-4.refused.jsonl", Body=body)
    put(Bucket=bucket, Key="aws/lambda/mapping/shardId-000000000000/2026/11/23/a", Body=json.dumps(document).encode())


def redrive(stack: Deployed, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Give the command in a process of its own, with the stack as the only AWS it knows."""
    command = [sys.executable, "-m", "operate", "redrive", "--stack", stack.stack_name, *arguments]
    environment = os.environ | stack.stack.info.environment | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def objects(stack: Deployed, bucket: str, prefix: str) -> dict[str, bytes]:
    s3, name = stack.client("s3"), stack.outputs[bucket]
    found = s3.list_objects_v2(Bucket=name, Prefix=prefix).get("Contents", ())
    return {entry["Key"]: s3.get_object(Bucket=name, Key=entry["Key"])["Body"].read() for entry in found}


def decided(stack: Deployed) -> dict[str, str]:
    items = stack.client("dynamodb").scan(TableName=stack.outputs["DecisionsTableName"])["Items"]
    return {item["transaction_id"]["S"]: item["source"]["S"] for item in items}


@proves(faults=[9, 30], invariants=[1, 2, 3, 4])
def test_an_operator_looks_redrives_and_redrives_again(deployed):
    """The dry run counts; the first run decides what can be; what cannot is in the queue once, however often."""
    looked = redrive(deployed, "--dry-run")
    assert looked.returncode == 0, looked.stderr
    assert "4  amount_invalid" in looked.stdout
    assert "2  (given up)" in looked.stdout
    assert "6  records in 2 objects; nothing was done" in looked.stdout
    assert decided(deployed) == {}

    without_model = redrive(deployed)
    assert without_model.returncode == 1
    assert "rules alone would decide" in without_model.stderr
    assert decided(deployed) == {}

    ran = redrive(deployed, "--rules-alone")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert "5 records of 2 objects went through" in ran.stdout
    assert "1 cannot be sent again" in ran.stdout
    made = decided(deployed)
    assert sorted(made) == ["tx-1", "tx-2", "tx-3"]
    assert made["tx-1"] == records([b""])[0].source
    archived = [
        line for body in objects(deployed, "ArchiveBucketName", "archive/").values() for line in archive_lines(body)
    ]
    assert len(archived) == 4

    for _ in range(2):
        again = redrive(deployed, "--rules-alone")
        assert again.returncode == 3, again.stdout + again.stderr
        assert decided(deployed) == made
        kept = b"".join(objects(deployed, "QuarantineBucketName", "quarantine/").values()).splitlines()
        assert sorted(json.loads(line)["reason"] for line in kept) == ["amount_invalid", "not_json"]
        assert objects(deployed, "QuarantineBucketName", "aws/") == {}
        assert objects(deployed, "QuarantineBucketName", "redriving/") == {}


def test_a_stack_that_is_not_there_is_said_so(deployed):
    """With what to do about it, and without a traceback."""
    command = [sys.executable, "-m", "operate", "redrive", "--stack", "no-such-stack"]
    environment = os.environ | deployed.stack.info.environment | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert "the stack no-such-stack was not found" in ran.stderr
    assert "Traceback" not in ran.stderr

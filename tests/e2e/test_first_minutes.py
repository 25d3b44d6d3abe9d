"""A fresh deployment, before any model: rules decide, and every sample event becomes what its name says."""

import json
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Deployed
from tests.reliability.proof import proves

pytestmark = pytest.mark.e2e
EVENTS = Path(__file__).parents[2] / "events"


def invoke(deployed: Deployed, event: str) -> dict:
    """Give the scoring function a sample event, as `sam local invoke -e` would."""
    name = f"{deployed.stack_name}-score-transactions"
    answer = deployed.client("lambda").invoke(FunctionName=name, Payload=(EVENTS / event).read_bytes())
    body = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, body
    return body


def decisions(deployed: Deployed) -> dict[str, dict]:
    """Everything in the decisions table."""
    pages = deployed.client("dynamodb").get_paginator("scan").paginate(TableName=deployed.outputs["DecisionsTableName"])
    return {item["transaction_id"]["S"]: item for page in pages for item in page["Items"]}


def quarantined(deployed: Deployed) -> list[dict]:
    """Every line of the quarantine bucket."""
    s3, bucket = deployed.client("s3"), deployed.outputs["QuarantineBucketName"]
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="quarantine/").get("Contents", [])]
    bodies = [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys]
    return [json.loads(line) for body in bodies for line in body.splitlines()]


def test_rules_decide_before_there_is_a_model_and_say_so(deployed):
    """Ten transactions of unknown cards: all reviewed, by rules, without a score."""
    assert invoke(deployed, "normal-batch.json") == {"batchItemFailures": []}
    made = decisions(deployed)
    assert len(made) == 10
    assert {item["scored_by"]["S"] for item in made.values()} == {"rules"}
    assert {item["decision"]["S"] for item in made.values()} == {"review"}
    assert not any("fraud_score" in item for item in made.values())


def test_the_same_event_again_changes_no_decision(deployed):
    """Lambda delivers at least once."""
    before = decisions(deployed)
    assert invoke(deployed, "normal-batch.json") == {"batchItemFailures": []}
    assert decisions(deployed) == before


@proves(faults=[7])
def test_a_batch_of_nothing_but_garbage_is_a_normal_batch(deployed):
    """Every record is quarantined with a reason; nothing fails, nothing is decided."""
    before = decisions(deployed)
    count = len(json.loads((EVENTS / "all-garbage.json").read_text())["Records"])
    assert invoke(deployed, "all-garbage.json") == {"batchItemFailures": []}
    assert decisions(deployed) == before
    assert len(quarantined(deployed)) == count


@proves(faults=[4], invariants=[1, 2])
def test_one_id_with_two_payloads_is_decided_once_and_quarantined_once(deployed):
    """Duplicates have no effect; a conflict is kept aside."""
    assert invoke(deployed, "duplicates.json") == {"batchItemFailures": []}
    assert [line["reason"] for line in quarantined(deployed)].count("id_conflict") == 1


def test_labels_are_taken(deployed):
    """Label events alone are a batch, too."""
    assert invoke(deployed, "labels.json") == {"batchItemFailures": []}


def test_a_record_put_on_the_stream_is_decided_without_anybody_asking(deployed):
    """The event source mapping delivers what any AWS client puts on the stream."""
    payload = json.loads((EVENTS / "normal-batch.json").read_text())["Records"][0]["kinesis"]["data"]
    import base64

    record = json.loads(base64.b64decode(payload)) | {"transaction_id": "put-by-hand"}
    deployed.client("kinesis").put_record(
        StreamName=deployed.outputs["TransactionStreamName"], PartitionKey="k", Data=json.dumps(record).encode()
    )
    deadline = time.monotonic() + 60
    while "put-by-hand" not in decisions(deployed):
        assert time.monotonic() < deadline, "the record was not decided"
        time.sleep(0.2)

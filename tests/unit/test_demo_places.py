"""A card number planted anywhere the system writes is found there, against moto in process."""

import base64
import json

import boto3
import pytest
import zstandard
from moto import mock_aws

from local.places import written_places
from local.proofs import is_nowhere

SECRET = "4111111111111111"
OUTPUTS = {
    "DecisionsTableName": "decisions",
    "HistoriesTableName": "histories",
    "CasesTableName": "cases",
    "ArchiveBucketName": "archive",
    "QuarantineBucketName": "quarantine",
}


@pytest.fixture
def client():
    """A stack's tables, buckets and log group, each with something harmless in it."""
    with mock_aws():
        made = {
            name: boto3.client(name, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
            for name in ("dynamodb", "s3", "logs")
        }
        for table in ("decisions", "histories", "cases"):
            made["dynamodb"].create_table(
                TableName=table,
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
            made["dynamodb"].put_item(TableName=table, Item={"id": {"S": "card_1"}})
        for bucket in ("archive", "quarantine"):
            made["s3"].create_bucket(Bucket=bucket)
        made["logs"].create_log_group(logGroupName="score")
        made["logs"].create_log_stream(logGroupName="score", logStreamName="one")
        yield made.__getitem__


def _proof(client, alerts=()):
    return is_nowhere(SECRET, written_places(client, OUTPUTS, alerts))


def test_clean_stack_holds(client) -> None:
    """Where the number was never written, it is not found, and places were searched."""
    proof = _proof(client)
    assert proof.holds
    assert proof.cases == 3


@pytest.mark.parametrize("table", ["decisions", "histories"])
@pytest.mark.parametrize("attribute", [{"S": SECRET}, {"B": b"x" + SECRET.encode()}], ids=["text", "binary"])
def test_number_in_any_attribute_is_found(client, table, attribute) -> None:
    """Every attribute of both tables is searched, binary ones too."""
    client("dynamodb").put_item(TableName=table, Item={"id": {"S": "t"}, "reasons": attribute})
    assert not _proof(client).holds


@pytest.mark.parametrize("key", ["archive/a.jsonl.zst", "archive/b.jsonl.zst"])
def test_number_in_a_compressed_object_is_found(client, key) -> None:
    """Archive objects are searched as text, not as they are compressed."""
    client("s3").put_object(Bucket="archive", Key=key, Body=zstandard.compress(SECRET.encode()))
    assert not _proof(client).holds


def test_number_in_quarantined_bytes_is_found(client) -> None:
    """Base64 does not hide it."""
    line = {"reason": "card_number_in_card_id", "data_base64": base64.b64encode(SECRET.encode()).decode()}
    client("s3").put_object(Bucket="quarantine", Key="quarantine/x.jsonl", Body=json.dumps(line).encode())
    assert not _proof(client).holds


@pytest.mark.parametrize("key", ["failures/x.json", f"failures/{SECRET}"])
def test_number_under_another_prefix_or_in_a_key_is_found(client, key) -> None:
    """Whatever prefix an object has, it and its key are searched."""
    client("s3").put_object(Bucket="quarantine", Key=key, Body=b"payload" if SECRET in key else SECRET.encode())
    assert not _proof(client).holds


def test_number_in_an_alert_is_found(client) -> None:
    """Alerts are searched as they were received, subject included."""
    assert not _proof(client, [{"alert_id": "t", "subject": f"Review: card {SECRET}"}]).holds


def test_number_in_a_log_line_is_found(client) -> None:
    """Every line of every log group is searched."""
    event = {"timestamp": 1_795_000_000_000, "message": f"failed for {SECRET}"}
    client("logs").put_log_events(logGroupName="score", logStreamName="one", logEvents=[event])
    assert not _proof(client).holds

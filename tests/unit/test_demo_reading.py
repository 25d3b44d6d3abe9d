"""Reading buckets, tables and the alert queue through real AWS clients, against moto in process."""

import json

import boto3
import pytest
import zstandard
from moto import mock_aws

from local.alert_queue import AlertQueue
from local.evidence import download, scan
from local.objects import NewObjects, archive_lines
from local.training_run import read_evaluation


@pytest.fixture
def client():
    """Clients of an AWS that lives in this process."""
    with mock_aws():
        yield lambda service: boto3.client(
            service, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )


@pytest.fixture
def bucket(client):
    client("s3").create_bucket(Bucket="archive")
    return "archive"


def test_objects_are_given_once(client, bucket) -> None:
    """A second look gives only what came since, and an object written again with other bytes."""
    s3, objects = client("s3"), NewObjects(client("s3"), bucket, "archive/")
    for key, body in (("archive/a", b"1"), ("archive/b", b"2"), ("other/c", b"3")):
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    assert list(objects.poll()) == [("archive/a", b"1"), ("archive/b", b"2")]
    assert list(objects.poll()) == []
    s3.put_object(Bucket=bucket, Key="archive/a", Body=b"4")
    s3.put_object(Bucket=bucket, Key="archive/b", Body=b"2")
    assert list(objects.poll()) == [("archive/a", b"4")]


def test_archive_objects_are_lines_under_zstd() -> None:
    """A line is a JSON object; an empty line at the end is none."""
    assert archive_lines(zstandard.compress(b'{"a":1}\n{"a":2}\n')) == [{"a": 1}, {"a": 2}]


def test_scan_reads_every_page_and_floats_to_the_bit(client) -> None:
    """Items beyond a page of 1 MB are read too, and a score is the very float that was stored."""
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName="Decisions",
        KeySchema=[{"AttributeName": "transaction_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "transaction_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    score = 0.1 + 0.2
    for number in range(8):
        item = {
            "transaction_id": {"S": f"t{number}"},
            "fraud_score": {"N": repr(score)},
            "features": {"B": b"x" * 300_000},
        }
        dynamodb.put_item(TableName="Decisions", Item=item)
    items = list(scan(dynamodb, "Decisions", ("transaction_id", "fraud_score", "features")))
    assert sorted(item["transaction_id"] for item in items) == [f"t{number}" for number in range(8)]
    assert {item["fraud_score"] for item in items} == {score}
    assert items[0]["features"] == b"x" * 300_000


def test_download_keeps_the_tree_below_the_prefix(client, bucket, tmp_path) -> None:
    """Objects become files at their keys without the prefix."""
    client("s3").put_object(Bucket=bucket, Key="archive/date=2026-01-01/x.jsonl", Body=b"1")
    assert download(client("s3"), bucket, "archive/", tmp_path) == 1
    assert (tmp_path / "date=2026-01-01" / "x.jsonl").read_bytes() == b"1"


def test_alerts_arrive_with_subject_and_once(client) -> None:
    """What the topic says comes out of the queue, with its subject, and is then gone."""
    topic = client("sns").create_topic(Name="alerts")["TopicArn"]
    queue = AlertQueue(client("sqs"), client("sns"), topic)
    for number in range(12):
        client("sns").publish(
            TopicArn=topic, Subject=f"Review {number}", Message=json.dumps({"alert_id": f"t{number}"})
        )
    alerts = list(queue.poll())
    assert {alert["alert_id"] for alert in alerts} == {f"t{number}" for number in range(12)}
    assert all(alert["subject"].startswith("Review") for alert in alerts)
    assert list(queue.poll()) == []
    queue.remove()
    assert client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_evaluation_of_a_run_is_found(client, bucket) -> None:
    """The evaluation lies below the run's prefix; a run without one has none."""
    client("s3").put_object(Bucket=bucket, Key="runs/r1/evaluation/evaluation.json", Body=b'{"promote": true}')
    assert read_evaluation(client("s3"), bucket, "r1") == {"promote": True}
    assert read_evaluation(client("s3"), bucket, "r2") == {}

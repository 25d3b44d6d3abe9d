"""What the stubs keep, count and let tests do to calls."""

import json
from base64 import b64decode

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from stubs.attributes import size_of
from stubs.in_process import connect
from stubs.memory import MemoryAws
from stubs.scores import score_of
from stubs.wire import RefusalError

_CREDENTIALS = {"region_name": "us-east-1", "aws_access_key_id": "none", "aws_secret_access_key": "none"}


def client(service: str, aws: MemoryAws, around=None, attempts: int = 1):
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts})
    return connect(boto3.client(service, config=config, **_CREDENTIALS), aws, around)


@pytest.fixture
def aws():
    made = MemoryAws()
    made.create_table("Histories", "entity")
    made.create_table("Events", "card", "at")
    made.create_bucket("archive")
    return made


def test_an_alert_is_kept_as_subscribers_would_get_it(aws):
    """Topic, subject, text and attributes, whatever characters they have."""
    entry = {
        "Id": "0",
        "Subject": "Review: 12.50 EUR & more",
        "Message": json.dumps({"terminal": "é+<b>&="}),
        "MessageAttributes": {"amount_minor": {"DataType": "Number", "StringValue": "1250"}},
    }
    topic = "arn:aws:sns:us-east-1:000000000000:alerts"
    client("sns", aws).publish_batch(TopicArn=topic, PublishBatchRequestEntries=[entry])
    (message,) = aws.published
    assert (message.topic, message.subject, message.text) == (topic, entry["Subject"], entry["Message"])
    assert message.attributes == {"amount_minor": "1250"}


def test_items_of_a_table_with_a_sort_key_are_told_apart(aws):
    """And conditions and updates of item-by-item calls are carried out."""
    dynamodb = client("dynamodb", aws)
    for at in ("1", "2"):
        dynamodb.put_item(TableName="Events", Item={"card": {"S": "a"}, "at": {"N": at}, "n": {"N": "1"}})
    add = {
        "TableName": "Events",
        "Key": {"card": {"S": "a"}, "at": {"N": "2"}},
        "UpdateExpression": "SET n = n + :one, #s = if_not_exists(#s, :text) ADD total :one",
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":text": {"S": "x"}},
    }
    dynamodb.update_item(**add)
    dynamodb.update_item(**add)
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamodb.put_item(
            TableName="Events",
            Item={"card": {"S": "a"}, "at": {"N": "2"}},
            ConditionExpression="attribute_not_exists(card)",
        )
    assert set(aws.tables["Events"]) == {("a", "1"), ("a", "2")}
    assert aws.tables["Events"]["a", "2"] == {
        "card": {"S": "a"},
        "at": {"N": "2"},
        "n": {"N": "3"},
        "state": {"S": "x"},
        "total": {"N": "2"},
    }


def test_units_are_counted_as_dynamodb_charges_them(aws):
    """A unit a KB written, also where the condition fails; half a unit for 4 KB read eventually."""
    dynamodb = client("dynamodb", aws)
    item = {"entity": {"S": "card#a"}, "packed": {"B": bytes(1024 - 6 - 6 - 6)}}
    assert size_of({"entity": item["entity"], "packed": {"B": "A" * 1344 + "AA=="}}) == 18 + 1009
    dynamodb.put_item(TableName="Histories", Item=item)
    assert aws.counts.of("dynamodb.PutItem").write_units == 1
    dynamodb.put_item(TableName="Histories", Item=item | {"x": {"S": ""}})
    assert aws.counts.of("dynamodb.PutItem").write_units == 1 + 2
    with pytest.raises(ClientError):
        dynamodb.put_item(TableName="Histories", Item=item, ConditionExpression="attribute_not_exists(entity)")
    assert aws.counts.of("dynamodb.PutItem").write_units == 1 + 2 + 2
    for consistent in (True, False):
        dynamodb.get_item(TableName="Histories", Key={"entity": item["entity"]}, ConsistentRead=consistent)
    assert aws.counts.of("dynamodb.GetItem").read_units == 1.5
    assert aws.counts.as_dict()["dynamodb.PutItem"]["requests"] == 3
    aws.reset()
    assert aws.counts.as_dict() == {}
    assert aws.tables == {"Histories": {}, "Events": {}}


def test_binary_values_are_kept_as_they_travel(aws):
    """In base64, as the item is in JSON."""
    client("dynamodb", aws).put_item(TableName="Histories", Item={"entity": {"S": "a"}, "packed": {"B": b"\x00\xff"}})
    assert b64decode(aws.tables["Histories"]["a"]["packed"]["B"]) == b"\x00\xff"


def test_a_call_can_fail_before_it_arrives_and_after_it_took_effect(aws):
    """Raised before `proceed` it leaves nothing; raised after it the reply is lost, which botocore retries."""
    seen = []

    def lose_the_first_reply(request, proceed):
        response = proceed()
        seen.append(request.operation)
        if len(seen) == 1:
            raise ConnectionClosedError(endpoint_url="memory")
        return response

    client("s3", aws, lose_the_first_reply, attempts=2).put_object(Bucket="archive", Key="k", Body=b"x")
    assert seen == ["PutObject", "PutObject"]

    class DeathError(BaseException):
        pass

    def die(request, proceed):
        raise DeathError

    with pytest.raises(DeathError):
        client("s3", aws, die, attempts=4).put_object(Bucket="archive", Key="never", Body=b"x")
    assert aws.objects["archive"] == {"k": b"x"}


def test_the_endpoint_scores_rows_or_refuses_as_told(aws):
    """Scores are a function of the row alone; a refusal has its code; None is an endpoint that is not there."""
    runtime = client("sagemaker-runtime", aws)

    def invoke(body: bytes) -> bytes:
        answer = runtime.invoke_endpoint(EndpointName="model", ContentType="text/csv", Body=body)
        return answer["Body"].read()

    scored = json.loads(invoke(b"#schema=ab,explain=9\n1,2\n3,nan"))
    assert scored["scores"] == [score_of(b"1,2"), score_of(b"3,nan")]
    assert [float(line) for line in invoke(b"1,2\n3,nan\n").splitlines()] == scored["scores"]
    for endpoint, code in (
        (RefusalError("ModelError", "the model raised", 424), "ModelError"),
        (None, "ValidationError"),
    ):
        aws.endpoint = endpoint
        with pytest.raises(ClientError) as caught:
            invoke(b"1,2")
        assert caught.value.response["Error"]["Code"] == code


def test_records_put_many_at_a_time_keep_their_order(aws):
    """Each with the key it was put under."""
    records = [{"Data": b"%d" % number, "PartitionKey": f"card-{number}"} for number in range(3)]
    client("kinesis", aws).put_records(StreamName="transactions", Records=records)
    assert [(put.data, put.key) for put in aws.stream] == [(b"%d" % n, f"card-{n}") for n in range(3)]

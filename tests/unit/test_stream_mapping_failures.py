"""What a failure destination gets."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.streams.answers import Answer
from local.streams.destinations import FailureDestination, NoDestination
from local.streams.errors import StopRequestedError
from local.streams.failures import failure_document, object_key, with_payload
from local.streams.records import event_payload
from local.streams.retries import RETRIES_EXHAUSTED, Discard
from local.streams.testing import (
    BUCKET_ARN,
    FUNCTION_ARN,
    NOW_SECONDS,
    SHARD_ID,
    STREAM_ARN,
    FakeClock,
    a_mapping,
    a_record,
)
from tests.reliability.proof import proves

RECORDS = (a_record(7, data=b'{"a":1}', arrived_at=NOW_SECONDS - 2), a_record(9, arrived_at=NOW_SECONDS - 0.5))
ERROR = Answer(request_id="the-request", payload=b"{}", function_error="Unhandled")


def a_discard(answer: Answer | None = ERROR, invocations: int = 3) -> Discard:
    return Discard(records=RECORDS, condition=RETRIES_EXHAUSTED, invocations=invocations, last_answer=answer)


class FakeClient:
    """Any AWS client: remembers its calls, and fails the first `failures` of them."""

    def __init__(self, failures: int = 0) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failures = failures

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> dict[str, str]:
            self.calls.append((name, arguments))
            if len(self.calls) <= self.failures:
                raise ClientError({"Error": {"Code": "NoSuchBucket"}}, name)
            return {"QueueUrl": "the-url"}

        return call


def send(arn: str, client: FakeClient, clock: FakeClock | None = None) -> bool:
    mapping = a_mapping(DestinationConfig={"OnFailure": {"Destination": arn}})
    destination = FailureDestination(
        dict.fromkeys(("s3", "sqs", "sns"), client), mapping=mapping, shard_id=SHARD_ID, clock=clock or FakeClock()
    )
    return destination.send(a_discard())


def test_the_document_says_what_failed_and_where_it_stands() -> None:
    """The fields and formats are those of AWS's documentation."""
    assert failure_document(a_discard(), a_mapping(), shard_id=SHARD_ID, now=NOW_SECONDS, request_id="unused") == {
        "requestContext": {
            "requestId": "the-request",
            "functionArn": FUNCTION_ARN,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2027-01-15T08:00:00.000Z",
        "KinesisBatchInfo": {
            "shardId": SHARD_ID,
            "startSequenceNumber": "7",
            "endSequenceNumber": "9",
            "approximateArrivalOfFirstRecord": "2027-01-15T07:59:58.000Z",
            "approximateArrivalOfLastRecord": "2027-01-15T07:59:59.500Z",
            "batchSize": 2,
            "streamArn": STREAM_ARN,
        },
    }


def test_records_that_were_never_delivered_have_no_response() -> None:
    """They expired first: there is nothing that the function could have answered."""
    document = failure_document(
        a_discard(None, 0), a_mapping(), shard_id=SHARD_ID, now=NOW_SECONDS, request_id="made-up"
    )
    assert "responseContext" not in document
    assert document["requestContext"]["requestId"] == "made-up"


def test_a_partial_answer_is_no_function_error() -> None:
    """The function answered, so the response names no error."""
    answer = Answer(request_id="r", payload=b'{"batchItemFailures":[]}')
    document = failure_document(a_discard(answer), a_mapping(), shard_id=SHARD_ID, now=0.0, request_id="unused")
    assert document["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}


@proves(faults=[9])
def test_the_payload_is_the_event_as_a_string() -> None:
    """Whoever redrives it parses twice, as with AWS, and has the records with their data."""
    payload = with_payload({}, a_discard())["payload"]
    assert payload == event_payload(RECORDS)
    assert json.loads(payload)["Records"][0]["kinesis"]["data"] == "eyJhIjoxfQ=="


def test_the_object_key_follows_awss_convention() -> None:
    """Mapping, shard, day, and the second with dots."""
    key = object_key("the-uuid", SHARD_ID, now=NOW_SECONDS, random_id="random")
    assert key == f"aws/lambda/the-uuid/{SHARD_ID}/2027/01/15/2027-01-15T08.00.00-random"


@proves(faults=[9])
def test_s3_gets_the_payload() -> None:
    """The only destination that keeps the records themselves."""
    client = FakeClient()
    assert send(BUCKET_ARN, client)
    [(name, arguments)] = client.calls
    assert (name, arguments["Bucket"]) == ("put_object", "quarantine")
    assert arguments["Key"].startswith(f"aws/lambda/{a_mapping().uuid}/{SHARD_ID}/2027/01/15/2027-01-15T08.00.00-")
    assert json.loads(json.loads(arguments["Body"])["payload"])["Records"][1]["kinesis"]["sequenceNumber"] == "9"


@pytest.mark.parametrize(
    ("arn", "call", "field"),
    [
        ("arn:aws:sqs:us-east-1:000000000000:failures", "send_message", "MessageBody"),
        ("arn:aws:sns:us-east-1:000000000000:failures", "publish", "Message"),
    ],
)
def test_queues_and_topics_get_a_pointer_without_payload(arn: str, call: str, field: str) -> None:
    """They say where the records are, as long as the stream keeps them."""
    client = FakeClient()
    assert send(arn, client)
    name, arguments = client.calls[-1]
    document = json.loads(arguments[field])
    assert name == call
    assert "payload" not in document
    assert document["KinesisBatchInfo"]["startSequenceNumber"] == "7"


@proves(faults=[9])
def test_a_destination_that_fails_for_a_moment_gets_it_in_the_end() -> None:
    """Delivery is tried several times, with pauses."""
    client, clock = FakeClient(failures=2), FakeClock()
    assert send(BUCKET_ARN, client, clock)
    assert len(client.calls) == 3
    assert clock.now() > NOW_SECONDS


def test_a_destination_out_of_reach_does_not_block_the_shard_for_ever() -> None:
    """As with Lambda the records are dropped in the end, and it is said."""
    assert not send(BUCKET_ARN, FakeClient(failures=100))


def test_a_stop_while_the_destination_fails_drops_nothing() -> None:
    """The records stay unresolved, and come again after the restart."""
    with pytest.raises(StopRequestedError):
        send(BUCKET_ARN, FakeClient(failures=100), FakeClock(stop_at_seconds=NOW_SECONDS + 0.1))


def test_without_a_destination_the_loss_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """It is the only trace of them; no payload is in it."""
    assert not NoDestination().send(a_discard())
    assert "2 records dropped" in caplog.text
    assert "eyJ" not in caplog.text

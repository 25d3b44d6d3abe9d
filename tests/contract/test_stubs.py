"""The stubs answer our adapters as the embedded AWS does, in the process and over HTTP."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from fraudstream.adapters.bucket import Bucket
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.decisions_table import DecisionsTable
from fraudstream.adapters.histories_table import HistoriesTable
from fraudstream.adapters.topic import Topic
from fraudstream.contract import Alert

from stubs.in_process import connect
from stubs.memory import MemoryAws
from tests.contract.test_ports import label_of, record_of
from tests.samples import NOW_MS
from tests.tables import make_table

pytestmark = pytest.mark.integration
_CREDENTIALS = {"region_name": "us-east-1", "aws_access_key_id": "none", "aws_secret_access_key": "none"}


@contextmanager
def served():
    """Give the address of a stub in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "stubs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.stdin.close()
            assert process.wait(10) == 0


@pytest.fixture(scope="module", params=["in process", "over HTTP", "embedded AWS"])
def client(request) -> Callable[[str], Any]:
    """Make boto3 clients of any service, each over the same AWS."""
    config = Config(retries={"total_max_attempts": 1})
    if request.param == "embedded AWS":
        yield request.getfixturevalue("aws").client
    elif request.param == "in process":
        aws = MemoryAws()
        yield lambda service: connect(boto3.client(service, config=config, **_CREDENTIALS), aws)
    else:
        with served() as url:
            yield lambda service: boto3.client(service, config=config, endpoint_url=url, **_CREDENTIALS)


@pytest.fixture
def histories(client):
    dynamodb = client("dynamodb")
    return HistoriesTable(dynamodb, make_table(dynamodb, "entity"), Calls(1))


@pytest.fixture
def decisions(client):
    dynamodb = client("dynamodb")
    return DecisionsTable(dynamodb, make_table(dynamodb, "transaction_id"), Calls(1))


@pytest.fixture
def bucket(client):
    name = f"bucket-{uuid4().hex[:8]}"
    client("s3").create_bucket(Bucket=name)
    return name


def run(table, *statements: tuple[str, list[dict]]) -> list[str | None]:
    """Run statements in one call and return the error code of each, None where it was carried out."""
    answer = table.client.batch_execute_statement(
        Statements=[
            {"Statement": text.format(table.table), "Parameters": parameters} for text, parameters in statements
        ]
    )
    return [response.get("Error", {}).get("Code") for response in answer["Responses"]]


INSERT = "INSERT INTO \"{}\" VALUE {{'entity':?,'version':?}}"


def test_a_conditional_insert_is_written_once_and_then_refused_by_name(decisions):
    """The first decision stands to the bit; the second is reported taken."""
    assert decisions.record([record_of(1), record_of(2)]) == set()
    assert decisions.record([record_of(2, decision="block"), record_of(3)]) == {"tx-2"}
    assert decisions.read(["tx-1", "tx-2", "tx-3"]) == {f"tx-{n}": record_of(n) for n in (1, 2, 3)}


def test_a_taken_insert_has_the_code_that_the_adapter_waits_for(histories):
    """`DuplicateItem`, without the trailing "Exception" of whole calls."""
    histories.save({"card#a": b"1"}, {}, NOW_MS)
    assert run(histories, (INSERT, [{"S": "card#a"}, {"N": "1"}])) == ["DuplicateItem"]


def test_an_update_writes_where_its_version_holds_and_nowhere_else(histories):
    """Held, at another version, and of an item that is not there."""
    histories.save({"card#a": b"first", "card#b": b"first"}, {}, NOW_MS)
    writes = {"card#a": b"second", "card#b": b"second", "card#c": b"second"}
    assert histories.save(writes, {"card#a": 1, "card#b": 7, "card#c": 1}, NOW_MS) == ["card#b", "card#c"]
    loaded = histories.load(["card#a", "card#b", "card#c"])
    found = {key: (value.packed, value.version) for key, value in loaded.items()}
    assert found == {"card#a": (b"second", 2), "card#b": (b"first", 1)}


def test_numbers_in_conditions_are_compared_by_value(histories):
    """Version 10 is not below version 9, and 1 is 1.0."""
    for version in range(10):
        assert histories.save({"card#a": b"%d" % version}, {"card#a": version} if version else {}, NOW_MS) == []
    text = 'UPDATE "{}" SET packed=? WHERE entity=? AND version<=?'
    parameters = [{"B": b"x"}, {"S": "card#a"}]
    assert run(histories, (text, [*parameters, {"N": "9"}])) == ["ConditionalCheckFailed"]
    assert run(histories, (text, [*parameters, {"N": "10.0"}])) == [None]


def test_a_condition_on_a_missing_attribute_does_not_hold(histories):
    """Neither is a comparison between a number and a text true."""
    run(histories, (INSERT, [{"S": "card#a"}, {"N": "1"}]))
    parameters = [{"B": b"x"}, {"S": "card#a"}, {"S": "1"}]
    for text in (
        'UPDATE "{}" SET packed=? WHERE entity=? AND missing=?',
        'UPDATE "{}" SET packed=? WHERE entity=? AND version=?',
    ):
        assert run(histories, (text, parameters)) == ["ConditionalCheckFailed"]


def test_a_label_joins_unless_a_later_one_stands(decisions):
    """`label_time<=?` compares texts; an id without a decision takes no label."""
    decisions.record([record_of(1)])
    early, late = label_of(1, NOW_MS - 5000, "fraud"), label_of(1, NOW_MS - 1000, "legitimate")
    assert decisions.label([label_of(9, NOW_MS, "fraud")]) == 0
    assert [decisions.label([label]) for label in (late, early, late)] == [1, 0, 1]
    assert decisions.find("tx-1").label == "legitimate"


def test_one_statement_of_a_batch_that_fails_leaves_the_others_done(histories):
    """Each statement has its own outcome, in the order in which they were sent."""
    histories.save({"card#b": b"first"}, {}, NOW_MS)
    statements = [(INSERT, [{"S": f"card#{name}"}, {"N": "1"}]) for name in "abc"]
    assert run(histories, *statements) == [None, "DuplicateItem", None]


def test_keys_that_are_there_are_read_and_those_that_are_not_are_left_out(histories):
    """A hundred keys and more, in as many calls as that takes."""
    packed = {f"card#{number}": bytes([number]) for number in range(120)}
    histories.save(packed, {}, NOW_MS)
    found = histories.load([*packed, "card#none", "terminal#none"])
    assert {key: value.packed for key, value in found.items()} == packed


def test_limits_of_a_call_are_refused_as_a_whole(histories):
    """A key twice, 101 keys, 26 statements, and a table that is not there."""

    def code(call: Callable[[], object]) -> str:
        with pytest.raises(ClientError) as caught:
            call()
        return caught.value.response["Error"]["Code"]

    def get(names: list[str], table: str = histories.table) -> Callable[[], object]:
        keys = [{"entity": {"S": name}} for name in names]
        return lambda: histories.client.batch_get_item(RequestItems={table: {"Keys": keys}})

    assert code(get(["a", "a"])) == "ValidationException"
    assert code(get([str(number) for number in range(101)])) == "ValidationException"
    assert code(get(["a"], "no-such-table")) == "ResourceNotFoundException"
    statements = [(INSERT, [{"S": f"card#{number}"}, {"N": "1"}]) for number in range(26)]
    assert code(lambda: run(histories, *statements)) == "ValidationException"


def test_two_statements_on_one_item_are_refused_by_the_stub(histories, request):
    """As by AWS; the embedded base lets them pass, so a batch that has them would be found only here."""
    if "embedded" in request.node.callspec.params["client"]:
        pytest.skip("the embedded base is more lenient than AWS")
    statement = (INSERT, [{"S": "card#a"}, {"N": "1"}])
    with pytest.raises(ClientError, match="duplicates"):
        run(histories, statement, statement)
    assert histories.load(["card#a"]) == {}


def test_an_object_comes_back_as_it_was_put(client, bucket):
    """Any bytes, under keys with `=` and spaces, and again under the same key."""
    s3 = client("s3")
    key = "archive/date=2026-09-21/hour=13/shardId-000000000000/49 1-2.jsonl"
    for content in (bytes(range(256)) * 300, b"", b"the later one\r\n"):
        Bucket(s3, bucket).put(key, content)
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == content
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == len(b"the later one\r\n")
    with pytest.raises(ClientError) as caught:
        s3.head_object(Bucket=bucket, Key="none")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_objects_are_listed_by_prefix_in_pages(client, bucket):
    """In order of their keys; a continuation begins where the page before ended."""
    s3 = client("s3")
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"a/{number}&", Body=b"x")
    s3.put_object(Bucket=bucket, Key="b", Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="a/", PaginationConfig={"PageSize": 2})
    assert [[entry["Key"] for entry in page["Contents"]] for page in pages] == [
        ["a/0&", "a/1&"],
        ["a/2&", "a/3&"],
        ["a/4&"],
    ]


def alert_of(number: int) -> tuple[str, Alert]:
    """A subject and an alert of a decision with awkward text."""
    decision = record_of(number, currency="EUR", terminal_id="é & <b>").decision
    return f"Review: {number} & <more>", Alert(
        alert_id=f"tx-{number}", decision=decision, reasons_in_words=['"why"'], console_url=None
    )


def test_alerts_are_published_ten_a_call_and_each_is_answered_for(client):
    """Ids come back in order, and none is reported failed."""
    sns = client("sns")
    topic = sns.create_topic(Name=f"alerts-{uuid4().hex[:8]}")["TopicArn"]
    sent: list[dict[str, Any]] = []
    sns.meta.events.register("after-call.sns.PublishBatch", lambda parsed, **_: sent.append(parsed))
    Topic(sns, topic, Calls(1)).publish([alert_of(number) for number in range(12)])
    assert [[entry["Id"] for entry in parsed["Successful"]] for parsed in sent] == [
        [str(number) for number in range(10)],
        ["10", "11"],
    ]
    assert [parsed.get("Failed", []) for parsed in sent] == [[], []]


def test_an_empty_batch_of_alerts_and_equal_entry_ids_are_refused(client):
    """With the codes of the service."""
    sns = client("sns")
    topic = sns.create_topic(Name=f"alerts-{uuid4().hex[:8]}")["TopicArn"]
    entry = {"Id": "1", "Message": "m"}
    with pytest.raises(ClientError) as caught:
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[entry, entry])
    assert "BatchEntryIdsNotDistinct" in caught.value.response["Error"]["Code"]


def test_a_record_put_on_the_stream_has_a_sequence_number(client):
    """The next one a higher number."""
    kinesis = client("kinesis")
    if isinstance(kinesis.meta.endpoint_url, str) and "amazonaws" not in kinesis.meta.endpoint_url:
        name = f"stream-{uuid4().hex[:8]}"
        try:
            kinesis.create_stream(StreamName=name, ShardCount=1)
            kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
        except ClientError:
            pass  # the stub has every stream already
    else:
        name = "stream"
    first, second = (
        kinesis.put_record(StreamName=name, Data=json.dumps(n).encode(), PartitionKey="card")["SequenceNumber"]
        for n in range(2)
    )
    assert int(first) < int(second)

"""What the reader of chargebacks asks of Kinesis, S3 and SNS; the handler that reads, counts and answers."""

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.dropped_files import DroppedFiles
from fraudstream.adapters.notices import Notices
from fraudstream.adapters.stream_batches import BYTES, ROUNDS, StreamBatches
from fraudstream.errors import StoreUnavailableError

from tests.reliability.proof import proves
from tests.unit.chargebacks_world import INCOMING, World
from tests.unit.function_loading import function_modules


class Kinesis:
    """A stream that refuses some entries of each call, by their position, call after call."""

    def __init__(self, *refused: set[int]) -> None:
        self.refused = list(refused)
        self.calls: list[list[bytes]] = []
        self.taken: list[tuple[bytes, str]] = []

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        assert StreamName == "transactions"
        self.calls.append([entry["Data"] for entry in Records])
        refused = self.refused.pop(0) if self.refused else set()
        outcomes = []
        for position, entry in enumerate(Records):
            if position in refused:
                outcomes.append({"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "slow down"})
            else:
                self.taken.append((entry["Data"], entry["PartitionKey"]))
                outcomes.append({"SequenceNumber": "1", "ShardId": "shardId-0"})
        return {"FailedRecordCount": len(refused), "Records": outcomes}


def batches(client: Kinesis) -> StreamBatches:
    return StreamBatches(client, "transactions", Calls(1, sleep=lambda _: None))


def entries(count: int, size: int = 1) -> list[tuple[bytes, str]]:
    return [(b"%d" % number + b" " * size, f"card_{number}") for number in range(count)]


@proves(faults=[12])
def test_only_the_entries_that_failed_are_sent_again():
    """Each record is taken once, whatever a call refuses; the key of each is its card."""
    client = Kinesis({0, 3}, {1})
    batches(client).put_many(entries(5))
    sent = [data for data, _ in entries(5)]
    assert client.calls == [sent, [sent[0], sent[3]], [sent[3]]]
    assert sorted(client.taken) == sorted(entries(5))


def test_calls_are_cut_by_number_and_by_size():
    """Five hundred records, or four and a half megabytes."""
    client = Kinesis()
    batches(client).put_many(entries(1_201))
    assert [len(call) for call in client.calls] == [500, 500, 201]
    client = Kinesis()
    batches(client).put_many(entries(3, BYTES // 2))
    assert [len(call) for call in client.calls] == [1, 1, 1]
    client = Kinesis()
    batches(client).put_many([])
    assert client.calls == []


@proves(faults=[12])
def test_a_stream_that_goes_on_refusing_is_said_to_be_away():
    """After a bounded number of tries; what was taken meanwhile stays taken."""
    client = Kinesis(*[{0}] * ROUNDS)
    with pytest.raises(StoreUnavailableError, match="1 records were refused"):
        batches(client).put_many(entries(2))
    assert len(client.calls) == ROUNDS
    assert [key for _, key in client.taken] == ["card_1"]


def test_an_answer_that_does_not_fit_is_no_success():
    """Fewer outcomes than records say nothing about any."""
    client = SimpleNamespace(put_records=lambda **_: {"FailedRecordCount": 0, "Records": []})
    with pytest.raises(StoreUnavailableError, match="0 outcomes of 1"):
        batches(client).put_many(entries(1))


class Objects:
    """A bucket with one file, or an error."""

    def __init__(self, body: bytes = b"", code: str = "") -> None:
        self.body, self.code = io.BytesIO(body), code
        self.size = len(body)

    def get_object(self, **_: str) -> dict[str, Any]:
        if self.code:
            raise ClientError({"Error": {"Code": self.code, "Message": "-"}}, "GetObject")
        return {"ContentLength": self.size, "Body": self.body}


def test_a_file_is_read_unless_it_is_too_large_or_gone():
    """Of a file above the limit no byte is read."""
    assert DroppedFiles(Objects(b"abc"), "b").read("k", 3) == b"abc"
    large = Objects(b"abcd")
    assert DroppedFiles(large, "b").read("k", 3) == 4
    assert large.body.closed
    assert DroppedFiles(Objects(code="NoSuchKey"), "b").read("k", 3) is None


def test_what_breaks_raises_our_error_without_the_key():
    """A file's name may hold what its sender put there."""
    with pytest.raises(StoreUnavailableError) as raised:
        DroppedFiles(Objects(code="SlowDown"), "b").read("4111111111111111.csv", 3)
    assert "4111" not in str(raised.value)

    def refuse(**_: str) -> None:
        raise ClientError({"Error": {"Code": "AuthorizationError", "Message": "-"}}, "Publish")

    with pytest.raises(StoreUnavailableError):
        Notices(SimpleNamespace(publish=refuse), "arn").send("subject", "text")


def test_the_handler_reads_counts_and_answers(monkeypatch, capsys):
    """The metrics of a file, one log line, and nothing of what a line says."""
    for name in ("DECISIONS_TABLE", "ARCHIVE_BUCKET", "TRANSACTION_STREAM", "OPERATIONS_TOPIC_ARN"):
        monkeypatch.setenv(name, "arn:aws:sns:us-east-1:1:a" if name.endswith("ARN") else "a")
    for name, value in {
        "POWERTOOLS_METRICS_NAMESPACE": "Fraudstream",
        "POWERTOOLS_SERVICE_NAME": "read_chargebacks",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    world = World()
    world.decide(1)
    world.files.files[INCOMING + "a.csv"] = b"transaction_id,dispute_date\ntx-1,2026-09-21\nnobody,2026-09-21\n"
    with function_modules("read_chargebacks", "handler") as (handler,):
        monkeypatch.setattr(handler, "chargebacks", world.service)
        context = SimpleNamespace(function_name="f", get_remaining_time_in_millis=lambda: 900_000)
        event = {"detail": {"bucket": {"name": "a"}, "object": {"key": INCOMING + "a.csv"}}}
        answer = handler.handler(event, context)
        gone = handler.handler({"detail": {"object": {"key": INCOMING + "b.csv"}}}, context)
    assert answer["counts"] == {
        "ChargebackLines": 2,
        "ChargebacksSent": 1,
        "ChargebacksUnchanged": 0,
        "ChargebacksUnmatched": 1,
        "ChargebacksRefused": 0,
        "ChargebackFilesRefused": 0,
    }
    assert gone == {"status": "no file"}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    emitted = [line for line in lines if "_aws" in line]
    assert emitted[0]["ChargebacksUnmatched"] == [1.0]
    assert emitted[0]["service"] == "read_chargebacks"
    assert "nobody" not in json.dumps(lines)

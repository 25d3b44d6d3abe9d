"""Reading one shard with GetRecords."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from local.streams.errors import ShardGoneError, SourceUnavailableError
from local.streams.shard_source import ShardSource, StartAt
from local.streams.testing import NOW_SECONDS, SHARD_ID, STREAM_ARN


class FakeKinesis:
    """Answers GetRecords from a list of answers or errors, and remembers what iterators were asked for."""

    def __init__(self, *answers: dict[str, Any] | Exception, shards: tuple[str, ...] = (SHARD_ID,)) -> None:
        self.answers = list(answers)
        self.shards = shards
        self.iterators: list[dict[str, Any]] = []
        self.limits: list[int] = []
        self.iterator_error: Exception | None = None

    def get_shard_iterator(self, **arguments: Any) -> dict[str, str]:
        """Give an iterator, or the error that was put in place."""
        self.iterators.append({k: v for k, v in arguments.items() if k not in ("StreamARN", "ShardId")})
        if self.iterator_error:
            error, self.iterator_error = self.iterator_error, None
            raise error
        return {"ShardIterator": f"iterator-{len(self.iterators)}"}

    def get_records(self, **arguments: Any) -> dict[str, Any]:
        """Give the next answer."""
        self.limits.append(arguments["Limit"])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def get_paginator(self, name: str) -> "FakeKinesis":
        """Page through the shards."""
        assert name == "list_shards"
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        """Give one page."""
        return [{"Shards": [{"ShardId": shard} for shard in self.shards]}]


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "GetRecords")


def records(*given: int, at: float = NOW_SECONDS, size: int = 2, following: str | None = "next") -> dict[str, Any]:
    return {
        "Records": [
            {
                "SequenceNumber": str(number),
                "PartitionKey": "card",
                "Data": b"x" * size,
                "ApproximateArrivalTimestamp": datetime.fromtimestamp(at, UTC),
            }
            for number in given
        ],
        "NextShardIterator": following,
        "MillisBehindLatest": 0,
    }


def source(kinesis: FakeKinesis, start: StartAt | None = None) -> ShardSource:
    return ShardSource(kinesis, stream_arn=STREAM_ARN, shard_id=SHARD_ID, start=start or StartAt())


def test_reading_begins_where_it_is_told() -> None:
    """A checkpoint wins, then a time, else the oldest record."""
    kinesis = FakeKinesis(records(), records(), records())
    source(kinesis, StartAt(sequence_number="7")).read(10)
    source(kinesis, StartAt(timestamp_seconds=NOW_SECONDS)).read(10)
    source(kinesis).read(10)
    assert kinesis.iterators == [
        {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": "7"},
        {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": datetime.fromtimestamp(NOW_SECONDS, UTC)},
        {"ShardIteratorType": "TRIM_HORIZON"},
    ]


def test_one_iterator_leads_to_the_next() -> None:
    """Reading on asks for no new iterator."""
    kinesis = FakeKinesis(records(1), records(2))
    shard = source(kinesis)
    assert [raw.sequence_number for _ in range(2) for raw in shard.read(10).records] == ["1", "2"]
    assert len(kinesis.iterators) == 1


def test_an_expired_iterator_is_replaced_after_the_last_record_read() -> None:
    """Nothing is read twice and nothing skipped, also when the base has restarted."""
    kinesis = FakeKinesis(records(1, 2), error("ExpiredIteratorException"), records(3))
    shard = source(kinesis)
    assert [raw.sequence_number for _ in range(3) for raw in shard.read(10).records] == ["1", "2", "3"]
    assert kinesis.iterators[-1] == {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": "2"}


def test_the_end_of_a_shard_is_told() -> None:
    """A shard that was split or merged has no next iterator."""
    shard = source(FakeKinesis(records(1), records(2, following=None)))
    assert [shard.read(10).closed for _ in range(2)] == [False, True]


def test_a_shard_that_the_stream_no_longer_has_is_gone() -> None:
    """The stream lists others, so this one will not come back."""
    with pytest.raises(ShardGoneError):
        source(FakeKinesis(error("ResourceNotFoundException"), shards=("shardId-000000000001",))).read(10)


@pytest.mark.parametrize(
    "problem",
    [
        error("ProvisionedThroughputExceededException"),
        error("ResourceNotFoundException"),
        ConnectionClosedError(endpoint_url="http://127.0.0.1:1"),
    ],
)
def test_a_passing_problem_is_no_end(problem: Exception) -> None:
    """Throttling, a base that restarts, a stream being made again: ask later."""
    kinesis = FakeKinesis(problem, records(1))
    shard = source(kinesis)
    with pytest.raises(SourceUnavailableError):
        shard.read(10)
    assert len(shard.read(10).records) == 1


def test_a_checkpoint_that_the_stream_does_not_know_starts_over() -> None:
    """The stream was made again under the old mapping: all its records are new."""
    kinesis = FakeKinesis(records(1))
    kinesis.iterator_error = error("InvalidArgumentException")
    shard = source(kinesis, StartAt(sequence_number="999"))
    assert shard.read(10).records == []
    assert len(shard.read(10).records) == 1
    assert kinesis.iterators[-1] == {"ShardIteratorType": "TRIM_HORIZON"}


def test_records_before_the_starting_moment_are_left_out() -> None:
    """The client sends whole seconds, so the first read may bring records that are too old by a fraction."""
    shard = source(FakeKinesis(records(1, at=NOW_SECONDS), records(2)), StartAt(timestamp_seconds=NOW_SECONDS + 0.5))
    assert shard.read(10).records == []
    assert [raw.sequence_number for raw in shard.read(10).records] == ["2"]


def test_large_records_are_read_few_at_a_time() -> None:
    """An emulator may not stop at 10 MB an answer, so the number asked for follows the size of the records."""
    kinesis = FakeKinesis(records(1, 2, size=1_000_000), records(3, size=100), records(4))
    shard = source(kinesis)
    for _ in range(3):
        shard.read(10_000)
    assert kinesis.limits == [512, 8, 10_000]

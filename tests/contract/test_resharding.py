"""A split or merged shard stays readable until it has been read to its end, as on AWS."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.stack import EmbeddedStack
from tests.reliability.proof import proves

pytestmark = pytest.mark.integration
HALF = str(2**127)
PARENT, LEFT, RIGHT, MERGED = (f"shardId-{number:012d}" for number in range(4))


class Stream:
    """A stream of one shard with a few records in it."""

    def __init__(self, aws: EmbeddedStack) -> None:
        self.client = aws.client("kinesis")
        self.name = f"resharded-{uuid.uuid4().hex[:8]}"
        self.client.create_stream(StreamName=self.name, ShardCount=1)
        self.put("a", "b", "c")

    def put(self, *texts: str, key: str = "k") -> list[str]:
        """Append records; return the shard of each."""
        entries = [{"Data": text.encode(), "PartitionKey": key} for text in texts]
        return [r["ShardId"] for r in self.client.put_records(StreamName=self.name, Records=entries)["Records"]]

    def split(self, shard: str) -> None:
        """Split a shard in the middle of all keys."""
        self.client.split_shard(StreamName=self.name, ShardToSplit=shard, NewStartingHashKey=HALF)

    def reads(self, shard: str, limit: int = 2, times: int = 9) -> Iterator[dict[str, Any]]:
        """Read a shard from its oldest record on, while there is a next iterator."""
        iterator = self.client.get_shard_iterator(
            StreamName=self.name, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator and times:
            answer = self.client.get_records(ShardIterator=iterator, Limit=limit)
            yield answer
            iterator, times = answer.get("NextShardIterator"), times - 1

    def texts(self, shard: str) -> list[str]:
        """Everything in a shard."""
        return [record["Data"].decode() for read in self.reads(shard) for record in read["Records"]]

    def shards(self) -> dict[str, dict[str, Any]]:
        """The shards that are listed."""
        return {shard["ShardId"]: shard for shard in self.client.list_shards(StreamName=self.name)["Shards"]}


@pytest.fixture
def stream(aws: EmbeddedStack) -> Stream:
    return Stream(aws)


@proves(faults=[11], invariants=[7])
def test_a_split_shard_is_read_to_its_end_and_then_has_no_next_iterator(stream: Stream) -> None:
    """Also by an iterator from before the split, which stands in the middle of it."""
    reading = stream.reads(PARENT)
    assert [r["Data"] for r in next(reading)["Records"]] == [b"a", b"b"]
    stream.split(PARENT)
    last = next(reading)
    assert [r["Data"] for r in last["Records"]] == [b"c"]
    assert "NextShardIterator" not in last
    assert stream.texts(PARENT) == ["a", "b", "c"]


@proves(faults=[11])
def test_children_take_all_new_records_and_name_their_parent(stream: Stream) -> None:
    """The parent is listed with its end, which is how a reader knows that it is closed; its children are open."""
    stream.split(PARENT)
    assert {shard for n in range(50) for shard in stream.put(f"n{n}", key=str(n))} == {LEFT, RIGHT}
    shards = stream.shards()
    assert "EndingSequenceNumber" in shards[PARENT]["SequenceNumberRange"]
    for child in (LEFT, RIGHT):
        assert shards[child]["ParentShardId"] == PARENT
        assert "EndingSequenceNumber" not in shards[child]["SequenceNumberRange"]
        assert len(list(stream.reads(child))) == 9  # an open shard always has a next iterator
        assert stream.texts(child)


@proves(faults=[11])
def test_merged_shards_stay_readable_beside_their_child(stream: Stream) -> None:
    """Both parents are closed and keep their records; the child has both as its parents."""
    stream.split(PARENT)
    stream.put("left", key="1")
    written = {shard: stream.texts(shard) for shard in (LEFT, RIGHT)}
    stream.client.merge_shards(StreamName=stream.name, ShardToMerge=LEFT, AdjacentShardToMerge=RIGHT)
    assert set(stream.put("after", key="1")) == {MERGED}
    shards = stream.shards()
    assert {shards[MERGED]["ParentShardId"], shards[MERGED]["AdjacentParentShardId"]} == {LEFT, RIGHT}
    assert [name for name, shard in shards.items() if "EndingSequenceNumber" not in shard["SequenceNumberRange"]] == [
        MERGED
    ]
    assert {shard: stream.texts(shard) for shard in (LEFT, RIGHT)} == written


def test_a_closed_shard_cannot_be_split_or_merged_again(stream: Stream) -> None:
    """Its records would have two sets of children."""
    stream.split(PARENT)
    with pytest.raises(ClientError):
        stream.split(PARENT)
    with pytest.raises(ClientError):
        stream.client.merge_shards(StreamName=stream.name, ShardToMerge=PARENT, AdjacentShardToMerge=LEFT)
    assert len(stream.shards()) == 3

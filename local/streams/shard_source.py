"""Reads one shard with GetRecords, from a checkpoint on."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from .errors import ShardGoneError, SourceUnavailableError

_LOG = logging.getLogger(__name__)

# GetRecords gives at most 10,000 records, and on AWS 10 MB; an emulator may not stop at the bytes, so we ask for
# no more records than fit into these, going by the size of the last ones.
_MOST_RECORDS = 10_000
_READ_BYTES = 8 * 1024 * 1024
_FIRST_GUESS_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAt:
    """Where to begin: after a record, else at a time, else at the oldest record."""

    sequence_number: str | None = None
    timestamp_seconds: float | None = None


class RawRecord(NamedTuple):
    """A record as Kinesis gives it."""

    sequence_number: str
    partition_key: str
    arrived_at_seconds: float
    data: bytes


class Read(NamedTuple):
    """What one GetRecords gave. `closed` says that this was the end of a split or merged shard."""

    records: list[RawRecord]
    millis_behind: int
    closed: bool


class ShardSource:
    """One shard, read in order.

    Parameters
    ----------
    client : Kinesis client
    stream_arn, shard_id : str
    start : StartAt
        Where the first read begins.
    """

    def __init__(self, client: Any, *, stream_arn: str, shard_id: str, start: StartAt) -> None:
        self._client = client
        self._stream_arn = stream_arn
        self._shard_id = shard_id
        self._start = start
        self._iterator: str | None = None
        self._record_bytes = float(_FIRST_GUESS_BYTES)

    def read(self, limit: int) -> Read:
        """Return the next records, at most `limit`.

        Raises
        ------
        ShardGoneError
            If the stream no longer has this shard.
        SourceUnavailableError
            If Kinesis did not answer, or throttled: ask again later.
        """
        fitting = max(1, int(_READ_BYTES / self._record_bytes))
        try:
            return self._read(min(limit, fitting, _MOST_RECORDS))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            self._iterator = None
            if code == "ExpiredIteratorException":
                return Read([], 1, closed=False)
            if code == "InvalidArgumentException" and self._start.sequence_number:
                _LOG.error("%s: the stream does not know our checkpoint; reading from the oldest record", self._name)
                self._start = StartAt()
                return Read([], 1, closed=False)
            if code == "ResourceNotFoundException" and self._is_gone():
                raise ShardGoneError(self._name) from error
            raise SourceUnavailableError(f"{self._name}: {code}") from error
        except BotoCoreError as error:
            raise SourceUnavailableError(f"{self._name}: {type(error).__name__}") from error

    @property
    def _name(self) -> str:
        return f"{self._stream_arn.rsplit('/', 1)[-1]}/{self._shard_id}"

    def _read(self, limit: int) -> Read:
        if self._iterator is None:
            self._iterator = self._client.get_shard_iterator(
                StreamARN=self._stream_arn, ShardId=self._shard_id, **_iterator_type(self._start)
            )["ShardIterator"]
        answer = self._client.get_records(ShardIterator=self._iterator, StreamARN=self._stream_arn, Limit=limit)
        self._iterator = answer.get("NextShardIterator")
        records = [
            RawRecord(
                record["SequenceNumber"],
                record["PartitionKey"],
                record["ApproximateArrivalTimestamp"].timestamp(),
                record["Data"],
            )
            for record in answer["Records"]
        ]
        earliest = self._start.timestamp_seconds
        if records:
            self._record_bytes = max(1.0, sum(len(record.data) for record in records) / len(records))
            self._start = StartAt(sequence_number=records[-1].sequence_number)
        if earliest is not None:
            # The AWS client sends the time in whole seconds, so what came earlier in that second is left out here.
            records = [record for record in records if record.arrived_at_seconds >= round(earliest, 3)]
        return Read(records, answer.get("MillisBehindLatest", 0), closed=self._iterator is None)

    def _is_gone(self) -> bool:
        try:
            pages = self._client.get_paginator("list_shards").paginate(StreamARN=self._stream_arn)
            return all(shard["ShardId"] != self._shard_id for page in pages for shard in page["Shards"])
        except (ClientError, BotoCoreError):
            return False


def _iterator_type(start: StartAt) -> dict[str, Any]:
    if start.sequence_number is not None:
        return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": start.sequence_number}
    if start.timestamp_seconds is not None:
        moment = datetime.fromtimestamp(start.timestamp_seconds, UTC)
        return {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": moment}
    return {"ShardIteratorType": "TRIM_HORIZON"}

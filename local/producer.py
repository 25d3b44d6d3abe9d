"""Putting records on a Kinesis stream, 500 a call; only the entries that failed are sent again."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from local.stream_plan import Record

RECORDS_A_CALL = 500
BYTES_A_CALL = 5 * 1024 * 1024
_ATTEMPTS = 8


class PutRecordsError(Exception):
    """Some records could not be put on the stream, however often they were tried."""


class Producer:
    """Sends records in order, one call in flight.

    A record that failed goes out again before the next call, so that a card's records stay in order except within one
    partly failed call, as with any Kinesis producer.

    Parameters
    ----------
    kinesis
        A boto3 client.
    stream
        Name of the stream.
    clock, sleep
        Wall clock in seconds, and how to wait.
    """

    def __init__(
        self,
        kinesis: Any,
        stream: str,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._kinesis = kinesis
        self._stream = stream
        self._clock = clock
        self._sleep = sleep
        self._jitter = random.Random(0)  # noqa: S311 spreads retries, protects nothing
        self.first_sent_at: dict[str, float] = {}
        """When each transaction was first given to PutRecords, seconds since 1970."""
        self.receipts: dict[str, Record] = {}
        """Every record that the stream has taken, by the shard and sequence number it was given: `shard:number`."""

    def send(self, records: Sequence[Record]) -> None:
        """Put all records on the stream.

        Raises
        ------
        PutRecordsError
            If an entry still fails after several attempts.
        """
        for batch in batches(records):
            self._put(batch)

    def _put(self, batch: list[Record]) -> None:
        now = self._clock()
        for record in batch:
            if record.transaction_id:
                self.first_sent_at.setdefault(record.transaction_id, now)
        codes: set[str] = set()
        for attempt in range(_ATTEMPTS):
            entries = [{"Data": record.data, "PartitionKey": record.partition_key} for record in batch]
            outcomes = self._kinesis.put_records(StreamName=self._stream, Records=entries)["Records"]
            failed = []
            for record, outcome in zip(batch, outcomes, strict=True):
                if outcome.get("ErrorCode"):
                    failed.append(record)
                    codes.add(outcome["ErrorCode"])
                else:
                    self.receipts[f"{outcome['ShardId']}:{outcome['SequenceNumber']}"] = record
            if not failed:
                return
            batch = failed
            self._sleep(self._jitter.uniform(0.0, min(5.0, 0.05 * 2.0**attempt)))
        raise PutRecordsError(
            f"stream {self._stream} refused {len(batch)} records {_ATTEMPTS} times: {', '.join(sorted(codes))}"
        )


def batches(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Cut records into calls of at most 500 records and 5 MiB, keys included."""
    batch: list[Record] = []
    size = 0
    for record in records:
        weight = len(record.data) + len(record.partition_key.encode())
        if batch and (len(batch) == RECORDS_A_CALL or size + weight > BYTES_A_CALL):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += weight
    if batch:
        yield batch

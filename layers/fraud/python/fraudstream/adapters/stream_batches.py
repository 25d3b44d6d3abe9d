"""Records onto Kinesis, 500 a call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fraudstream.adapters.calls import Calls, store_errors
from fraudstream.errors import StoreUnavailableError

RECORDS = 500
BYTES = 4_500_000
"""Of one call at most, keys counted in; Kinesis takes 5 MiB."""
ROUNDS = 12
"""A shard that was full takes records again within a second: more patience than for a table."""


@dataclass(frozen=True, slots=True)
class StreamBatches:
    """`chargebacks.reading.EventStreams` over a Kinesis stream."""

    client: Any
    name: str
    calls: Calls

    def put_many(self, records: Sequence[tuple[bytes, str]]) -> None:
        """Append records; those that a call reports as failed are sent again, alone.

        Raises
        ------
        StoreUnavailableError
            Where some are refused `ROUNDS` times, or the stream is away.
        """
        for batch in _batches(records):
            self._all(batch)

    def _all(self, batch: Sequence[tuple[bytes, str]]) -> None:
        waiting = [{"Data": data, "PartitionKey": key} for data, key in batch]
        for round_number in range(ROUNDS):
            with store_errors(f"PutRecords {self.name}"):
                answer = self.client.put_records(StreamName=self.name, Records=waiting)
            outcomes = answer["Records"]
            if len(outcomes) != len(waiting):
                raise StoreUnavailableError(f"{len(outcomes)} outcomes of {len(waiting)} records")
            waiting = [
                entry for entry, outcome in zip(waiting, outcomes, strict=True) if outcome.get("ErrorCode") is not None
            ]
            if not waiting:
                return
            self.calls.pause(round_number)
        raise StoreUnavailableError(f"{len(waiting)} records were refused by {self.name} {ROUNDS} times")


def _batches(records: Sequence[tuple[bytes, str]]) -> list[list[tuple[bytes, str]]]:
    batches: list[list[tuple[bytes, str]]] = [[]]
    size = 0
    for data, key in records:
        weight = len(data) + len(key.encode())
        if batches[-1] and (len(batches[-1]) == RECORDS or size + weight > BYTES):
            batches.append([])
            size = 0
        batches[-1].append((data, key))
        size += weight
    return [batch for batch in batches if batch]

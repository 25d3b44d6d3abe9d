"""Records onto Kinesis."""

from dataclasses import dataclass
from typing import Any

from fraudstream.adapters.calls import store_errors


@dataclass(frozen=True, slots=True)
class Stream:
    """`ports.EventStream` over a Kinesis stream."""

    client: Any
    name: str

    def put(self, data: bytes, key: str) -> None:
        """Append one record.

        Raises
        ------
        StoreUnavailableError
            The stream did not take it within botocore's own retries.
        """
        with store_errors(f"PutRecord {self.name}"):
            self.client.put_record(StreamName=self.name, Data=data, PartitionKey=key)

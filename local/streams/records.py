"""Stream records, encoded once as they stand in Lambda's Kinesis event."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

_HEAD, _TAIL = '{"Records":[', "]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One stream record. `event_json` is its entry in the event, so retries and bisecting encode nothing again."""

    sequence_number: str
    partition_key: str
    arrived_at_seconds: float
    event_json: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEncoder:
    """Builds records in the shape of Lambda's Kinesis event.

    Parameters
    ----------
    shard_id, stream_arn : str
        Where the records come from.
    role_arn : str
        The function's execution role, which the event names as `invokeIdentityArn`.
    """

    shard_id: str
    stream_arn: str
    role_arn: str

    def encode(self, *, sequence_number: str, partition_key: str, arrived_at_seconds: float, data: bytes) -> Record:
        """Encode one record as Lambda does: base64 data, arrival in seconds to the millisecond."""
        arrival = round(arrived_at_seconds, 3)
        entry = {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": partition_key,
                "sequenceNumber": sequence_number,
                "data": base64.b64encode(data).decode("ascii"),
                "approximateArrivalTimestamp": arrival,
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{self.shard_id}:{sequence_number}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": self.role_arn,
            "awsRegion": self.stream_arn.split(":")[3],
            "eventSourceARN": self.stream_arn,
        }
        return Record(
            sequence_number=sequence_number,
            partition_key=partition_key,
            arrived_at_seconds=arrival,
            event_json=json.dumps(entry, separators=(",", ":")),
        )


def event_payload(records: Sequence[Record]) -> str:
    """Return the whole event as JSON text. It is ASCII, so its length is its size in bytes."""
    return _HEAD + ",".join(record.event_json for record in records) + _TAIL


def payload_bytes(records_count: int, entries_bytes: int) -> int:
    """Return the event's size for that many entries of that many bytes together."""
    return len(_HEAD) + len(_TAIL) + entries_bytes + max(0, records_count - 1)

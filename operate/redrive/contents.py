"""What the objects of the quarantine bucket hold: records, as the scoring function's event has them."""

import json
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

GIVEN_UP = "aws/lambda/"
"""Where Lambda keeps the batches that it gave up on, one document each, the records' bytes as they came."""
QUARANTINE = "quarantine/"
"""Where the scoring function keeps refused records, one JSON line each, card numbers masked."""

Held = Literal["masked", "cut"]
"""Why a record cannot be sent again: its bytes are not those that came."""

# What `fraudstream.contract.masking` leaves of a number: seven stars or more with no more than marks between them.
_masked = re.compile(rb"\*(?:[ \-._:@/+=~|\x00]*\*){6,}").search


class NotUnderstoodError(Exception):
    """An object has not the form that Lambda or the scoring function gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A record in the quarantine bucket.

    Attributes
    ----------
    reason
        Why it was refused; None for a record that was given up.
    entry
        Its entry in the event, JSON in ASCII.
    line
        Its line in the quarantine, without the line's end; empty for a record that was given up.
    held
        Why it must not be sent again; None if it may.
    """

    shard_id: str
    sequence_number: str
    arrived_at_ms: int
    reason: str | None
    entry: str
    line: bytes = b""
    held: Held | None = None

    @property
    def source(self) -> str:
        """Name the record as decisions name it."""
        return f"{self.shard_id}:{self.sequence_number}"


def read(key: str, body: bytes, stream_arn: Callable[[str], str]) -> list[Waiting]:
    """Return the records of an object, in the order in which they were delivered.

    Parameters
    ----------
    stream_arn
        Gives the ARN of a stream by its name, which is all that a quarantined record has of it.

    Raises
    ------
    NotUnderstoodError
        If the object is neither a given-up batch nor quarantine lines.
    """
    try:
        if key.startswith(GIVEN_UP):
            return _given_up(body)
        return [_quarantined(line, stream_arn) for line in body.split(b"\n") if line.strip()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotUnderstoodError(f"{key}: {type(error).__name__}") from error


def without_payload(key: str, body: bytes) -> bytes:
    """Return what of an object is kept once its records went through.

    Lambda writes bytes as they came, which may hold a card number; what became of each record is in the archive or in
    the quarantine by then, so the bytes go. Quarantine lines are masked, and stay.
    """
    if not key.startswith(GIVEN_UP):
        return body
    document = json.loads(body)
    return json.dumps({name: value for name, value in document.items() if name != "payload"}).encode()


def _given_up(body: bytes) -> list[Waiting]:
    payload = json.loads(body)["payload"]
    event = json.loads(payload) if isinstance(payload, str) else payload
    return [
        Waiting(
            shard_id=entry["eventID"].partition(":")[0],
            sequence_number=entry["kinesis"]["sequenceNumber"],
            arrived_at_ms=round(entry["kinesis"]["approximateArrivalTimestamp"] * 1000),
            reason=None,
            entry=json.dumps(entry, separators=(",", ":")),
        )
        for entry in event["Records"]
    ]


def _quarantined(line: bytes, stream_arn: Callable[[str], str]) -> Waiting:
    known = json.loads(line)
    shard, number, arrived = known["shard_id"], known["sequence_number"], known["arrived_at_ms"]
    entry = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "redriven",
            "sequenceNumber": number,
            "data": known["data_base64"],
            "approximateArrivalTimestamp": arrived / 1000,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{number}",
        "eventName": "aws:kinesis:record",
        "eventSourceARN": stream_arn(known["stream"]),
    }
    return Waiting(
        shard_id=shard,
        sequence_number=number,
        arrived_at_ms=arrived,
        reason=known["reason"],
        entry=json.dumps(entry, separators=(",", ":")),
        line=line,
        held=_held(known),
    )


def _held(known: dict[str, Any]) -> Held | None:
    """Return why a line's bytes are not those that came, or None if they are."""
    data = b64decode(known["data_base64"], validate=True)
    whole = known.get("whole")  # lines of before do not say
    if known["reason"] == "too_large" and not whole:
        return "cut"
    if whole is None:
        whole = not known["reason"].startswith("card_number_in_") and _masked(data) is None
    return None if whole else "masked"

"""The quarantine: every record that cannot be decided upon, with its reason and its (masked) bytes."""

from base64 import b64encode
from collections.abc import Sequence

import msgspec

from fraudstream.archiving import object_key
from fraudstream.ports import ObjectStore
from fraudstream.records import Record, Refused

_encoder = msgspec.json.Encoder()


def keep(
    quarantine: ObjectStore, records: Sequence[Record], refused: Sequence[Refused], *, part: str = "refused"
) -> None:
    """Write a batch's refused records as one object, one JSON line each; nothing where there are none."""
    if refused:
        body = b"\n".join(_encoder.encode(_line(refusal)) for refusal in refused) + b"\n"
        quarantine.put(object_key("quarantine", records, f"{part}.jsonl"), body)


def _line(refusal: Refused) -> dict[str, str | int | bool]:
    record, rejected = refusal.record, refusal.rejected
    return {
        "stream": record.stream,
        "shard_id": record.shard_id,
        "sequence_number": record.sequence_number,
        "reason": str(rejected.reason),
        "detail": rejected.detail,
        "arrived_at_ms": record.arrived_at_ms,
        "whole": rejected.data == record.data,  # neither masked nor cut: fit to be sent through again
        "data_base64": b64encode(rejected.data).decode(),
    }

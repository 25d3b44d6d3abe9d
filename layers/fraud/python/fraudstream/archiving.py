"""The archive: one object a batch, one JSON line a transaction or label, as it was served."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np
import zstandard

from fraudstream.contract import Label
from fraudstream.hashing import lettered_digest
from fraudstream.ports import ObjectStore
from fraudstream.records import Record
from fraudstream.scoring import json_rows
from fraudstream.settling import Standing

_LEVEL = 3
_encoder = msgspec.json.Encoder()


def keep(
    archive: ObjectStore, records: Sequence[Record], standing: Sequence[Standing], labels: Sequence[Label]
) -> None:
    """Write what a batch decided and learned, under a key that the retry of the same records writes again."""
    lines = archive_lines(standing, labels)
    if lines:
        body = zstandard.ZstdCompressor(level=_LEVEL).compress(b"\n".join(lines) + b"\n")
        archive.put(object_key("archive", records, "jsonl.zst"), body)


def archive_lines(standing: Sequence[Standing], labels: Sequence[Label]) -> list[bytes]:
    """Return a line each: the transaction as sent with its decision and served features; the label as sent."""
    packed = b"".join(s.record.features for s in standing)
    rows = json_rows(np.frombuffer(packed, "<f4").reshape(len(standing), -1)) if standing else []
    lines = [
        b'{"kind":"transaction","transaction":%s,"decision":%s,"features":%s}'
        % (s.accepted.transaction.raw, _encoder.encode(s.record.decision), row)
        for s, row in zip(standing, rows, strict=True)
    ]
    return lines + [b'{"kind":"label","label":%s}' % label.raw for label in labels]


def object_key(prefix: str, records: Sequence[Record], extension: str) -> str:
    """Name a batch by its arrival hour, shard, first and last number and a digest of all: the same at every retry.

    The digest is for redrives, which may send a batch's first and last record alone: other records, another object.
    """
    first = records[0]
    arrived = datetime.fromtimestamp(first.arrived_at_ms / 1000, UTC)
    digest = lettered_digest(" ".join([record.sequence_number for record in records]), 8)
    span = f"{first.sequence_number}-{records[-1].sequence_number}-{digest}"
    return f"{prefix}/date={arrived:%Y-%m-%d}/hour={arrived:%H}/{first.shard_id}/{span}.{extension}"

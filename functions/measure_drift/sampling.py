"""A sample of the archive: the same for the same hours and seed, whoever asks and however often."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from fraudstream.adapters.calls import Calls, chunks, store_errors
from lines import Row, rows_of

_AT_A_TIME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is read: until there are rows enough of objects enough, or a bound is met.

    Attributes
    ----------
    fewest_objects
        Rows of one batch arrived together: a few large batches would be a few moments of the day.
    """

    rows: int = 20_000
    fewest_objects: int = 200
    most_objects: int = 4_000
    most_bytes: int = 256 << 20


@dataclass(slots=True, kw_only=True)
class Sampled:
    """What was read.

    Attributes
    ----------
    unreadable
        Objects that are none of the archive's, or damaged.
    """

    rows: list[Row] = field(default_factory=list)
    objects: int = 0
    objects_read: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive's bucket, looked at only; `seconds_left` ends the reading in time."""

    s3: Any
    bucket: str
    calls: Calls
    seconds_left: Callable[[], float]

    def sample(self, prefixes: Sequence[str], seed: str, bounds: Bounds) -> Sampled:
        """Return a sample of the transactions below some prefixes, each as likely as any other.

        Objects come in the order of their keys' digests, and of all rows read those with the smallest digests of their
        ids are kept, each transaction once, so that a batch of a thousand weighs a thousand times a batch of one.
        """
        found = self.calls.map(self._list, prefixes)
        listed = sorted((entry for page in found for entry in page), key=lambda entry: _digest(seed, entry[0]))
        sampled = Sampled(objects=len(listed))
        kept: dict[bytes, Row] = {}
        size = rows = 0
        for some in chunks(listed, _AT_A_TIME):
            enough = rows >= bounds.rows and sampled.objects_read >= bounds.fewest_objects
            if enough or sampled.objects_read >= bounds.most_objects or size >= bounds.most_bytes:
                break
            if self.seconds_left() < 0:
                break
            for read in self.calls.map(self._read, [key for key, _ in some]):
                sampled.objects_read += 1
                sampled.unreadable += read is None
                rows += len(read or ())
                kept |= {_digest(seed, row.transaction_id): row for row in read or ()}
            size += sum(length for _, length in some)
            if len(kept) > 2 * bounds.rows:
                kept = _smallest(kept, bounds.rows)
        sampled.rows = list(_smallest(kept, bounds.rows).values())
        return sampled

    def _list(self, prefix: str) -> list[tuple[str, int]]:
        with store_errors(f"ListObjectsV2 {prefix}"):
            pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            return [(entry["Key"], entry["Size"]) for page in pages for entry in page.get("Contents", ())]

    def _read(self, key: str) -> list[Row] | None:
        with store_errors(f"GetObject {key}"):
            return rows_of(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())


def _digest(seed: str, text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8, key=seed.encode()[:64]).digest()


def _smallest(kept: dict[bytes, Row], wanted: int) -> dict[bytes, Row]:
    return {digest: kept[digest] for digest in sorted(kept)[:wanted]}

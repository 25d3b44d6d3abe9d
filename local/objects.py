"""Reading what the system leaves in its buckets, while it still writes."""

import json
from collections.abc import Iterator
from typing import Any

import zstandard


class NewObjects:
    """Gives each object under a prefix once; one that was written again with other bytes is given again.

    Parameters
    ----------
    s3
        A boto3 client.
    bucket, prefix
        Where to look.
    """

    def __init__(self, s3: Any, bucket: str, prefix: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._prefix = prefix
        self._seen: dict[str, str] = {}

    def poll(self) -> Iterator[tuple[str, bytes]]:
        """Yield key and bytes of what is new since the last call, in order of keys."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        for entry in (entry for page in pages for entry in page.get("Contents", ())):
            key, version = entry["Key"], entry["ETag"]
            if self._seen.get(key) == version:
                continue
            body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            self._seen[key] = version
            yield key, body


def archive_lines(body: bytes) -> list[dict[str, Any]]:
    """Decode one object of the archive: JSON lines under zstd."""
    text = zstandard.ZstdDecompressor().decompressobj().decompress(body)
    return json_lines(text)


def json_lines(body: bytes) -> list[dict[str, Any]]:
    """Decode JSON lines."""
    return [json.loads(line) for line in body.splitlines() if line.strip()]

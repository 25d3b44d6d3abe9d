"""Objects of S3 by their address."""

from typing import Any


def read_object(s3: Any, address: str) -> bytes:
    """Return the bytes at an `s3://bucket/key`."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body

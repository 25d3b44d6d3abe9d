"""Bringing the console's files to its bucket, and away again."""

from collections.abc import Iterable
from typing import Any

from files import ConsoleFile

_AT_ONCE = 1_000  # keys in one request of S3's
_SHOWN = 10


class RemovalError(Exception):
    """S3 did not remove everything it was asked to."""


def publish(files: Iterable[ConsoleFile], *, bucket: str, s3: Any) -> dict[str, int]:
    """Put every file, in the order given, and then remove what is there and is none of them.

    Returns
    -------
    dict
        How many were put and removed.

    Raises
    ------
    RemovalError
        If something could not be removed.
    """
    names = set()
    for file in files:
        s3.put_object(
            Bucket=bucket,
            Key=file.name,
            Body=file.content,
            ContentType=file.content_type,
            CacheControl=file.cache_control,
        )
        names.add(file.name)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    there = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    gone = [{"Key": key} for key in there if key not in names]
    _remove(gone, bucket=bucket, s3=s3)
    return {"put": len(names), "removed": len(gone)}


def empty(bucket: str, *, s3: Any) -> int:
    """Remove every version of every file, so that the bucket can be deleted; return how many.

    Raises
    ------
    RemovalError
        If something could not be removed.
    """
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    versions = [
        {"Key": entry["Key"], "VersionId": entry["VersionId"]}
        for page in pages
        for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
    ]
    _remove(versions, bucket=bucket, s3=s3)
    return len(versions)


def forget_cached(distribution: str, *, reference: str, cloudfront: Any) -> None:
    """Have CloudFront ask the bucket anew for every file; the same reference again asks for nothing more."""
    paths = {"Quantity": 1, "Items": ["/*"]}
    cloudfront.create_invalidation(
        DistributionId=distribution, InvalidationBatch={"Paths": paths, "CallerReference": reference}
    )


def _remove(objects: list[dict[str, str]], *, bucket: str, s3: Any) -> None:
    for start in range(0, len(objects), _AT_ONCE):
        asked = {"Objects": objects[start : start + _AT_ONCE], "Quiet": True}
        failed = s3.delete_objects(Bucket=bucket, Delete=asked).get("Errors")
        if failed:
            said = ", ".join(f"{entry['Key']} ({entry['Code']})" for entry in failed[:_SHOWN])
            raise RemovalError(f"not removed from {bucket}: {said}")

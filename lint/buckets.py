"""Every bucket is private, and reached over encrypted connections only."""

from collections.abc import Iterator, Mapping
from typing import Any

from lint.findings import Finding
from lint.resources import Resources, of_type, target

_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def buckets_are_private(resources: Resources) -> Iterator[Finding]:
    """Find buckets that could become public, or be read over an open connection."""
    guarded = {
        target(properties.get("Bucket"))
        for _, properties in of_type(resources, "AWS::S3::BucketPolicy")
        if _refuses_open_connections(properties.get("PolicyDocument") or {})
    }
    for bucket, properties in of_type(resources, "AWS::S3::Bucket"):
        path = ("Resources", bucket, "Properties")
        block = properties.get("PublicAccessBlockConfiguration") or {}
        if not all(block.get(name) is True for name in _BLOCKS):
            yield Finding(path=path, message=f"{bucket} does not block public access")
        if bucket not in guarded:
            yield Finding(path=path, message=f"no policy of {bucket} refuses connections without TLS")


def _refuses_open_connections(document: Mapping[str, Any]) -> bool:
    return any(
        statement.get("Effect") == "Deny"
        and str(statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")).lower() == "false"
        for statement in document.get("Statement") or []
    )

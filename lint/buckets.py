"""Every bucket, topic and queue is private, and reached over encrypted connections only."""

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


def messages_are_private(resources: Resources) -> Iterator[Finding]:
    """Find topics and queues that take a message over an open connection, or from anybody."""
    policies = {"AWS::SNS::TopicPolicy": "Topics", "AWS::SQS::QueuePolicy": "Queues"}
    guarded = set()
    for kind, named in policies.items():
        for policy, properties in of_type(resources, kind):
            document = properties.get("PolicyDocument") or {}
            if _refuses_open_connections(document):
                guarded.update(target(value) for value in properties.get(named) or ())
            for index, statement in enumerate(document.get("Statement") or ()):
                anybody = statement.get("Principal") in ("*", {"AWS": "*"})
                if statement.get("Effect") == "Allow" and anybody and not statement.get("Condition"):
                    path = ("Resources", policy, "Properties", "PolicyDocument", "Statement", index)
                    yield Finding(path=path, message=f"{policy} lets anybody in")
    for name, _ in of_type(resources, "AWS::SNS::Topic", "AWS::SQS::Queue"):
        if name not in guarded:
            yield Finding(path=("Resources", name), message=f"no policy of {name} refuses connections without TLS")

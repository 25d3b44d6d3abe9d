"""Everything that keeps data is encrypted with the key of this template."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lint.findings import Finding
from lint.resources import Resources, explanation, is_kind, of_type


def _bucket_key(properties: Mapping[str, Any]) -> Any:
    rules = (properties.get("BucketEncryption") or {}).get("ServerSideEncryptionConfiguration") or [{}]
    return (rules[0].get("ServerSideEncryptionByDefault") or {}).get("KMSMasterKeyID")


# Of each kind of store, where its key is.
_KEYS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "AWS::DynamoDB::Table": lambda properties: (properties.get("SSESpecification") or {}).get("KMSMasterKeyId"),
    "AWS::Kinesis::Stream": lambda properties: (properties.get("StreamEncryption") or {}).get("KeyId"),
    "AWS::Logs::LogGroup": lambda properties: properties.get("KmsKeyId"),
    "AWS::S3::Bucket": _bucket_key,
    "AWS::SNS::Topic": lambda properties: properties.get("KmsMasterKeyId"),
    "AWS::SQS::Queue": lambda properties: properties.get("KmsMasterKeyId"),
}


def stores_are_encrypted(resources: Resources) -> Iterator[Finding]:
    """Find stores without our key, unless `Metadata.NotWithTheKey` says why it cannot be."""
    for kind, key_of in _KEYS.items():
        for store, properties in of_type(resources, kind):
            if not is_kind(resources, key_of(properties), "AWS::KMS::Key") and not explanation(
                resources[store], "NotWithTheKey"
            ):
                yield Finding(
                    path=("Resources", store, "Properties"),
                    message=f"{store} is not encrypted with the key of this template, "
                    "and Metadata.NotWithTheKey does not say why",
                )
    for key, properties in of_type(resources, "AWS::KMS::Key"):
        if properties.get("EnableKeyRotation") is not True:
            yield Finding(path=("Resources", key, "Properties"), message=f"{key} is not rotated")

"""What the system holds when the stream is done, read back from its tables and buckets."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any


def scan(dynamodb: Any, table: str, attributes: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the wanted attributes of every item, as plain values; numbers are the floats that were stored."""
    names = {f"#a{i}": name for i, name in enumerate(attributes)}
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ProjectionExpression=", ".join(names),
        ExpressionAttributeNames=names,
        ConsistentRead=True,
    )
    for page in pages:
        for item in page["Items"]:
            yield {name: _plain(value) for name, value in item.items()}


def download(s3: Any, bucket: str, prefix: str, directory: Path) -> int:
    """Copy all objects under a prefix into a directory, the prefix left out of their paths; return how many."""
    count = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", ()):
            path = directory / entry["Key"].removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read())
            count += 1
    return count


def _plain(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    return float(Decimal(content)) if kind == "N" else content

"""Objects in S3."""

from dataclasses import dataclass
from typing import Any

from fraudstream.adapters.calls import store_errors


@dataclass(frozen=True, slots=True)
class Bucket:
    """`ports.ObjectStore` over a bucket; its own default encryption applies."""

    client: Any
    name: str

    def put(self, key: str, body: bytes) -> None:
        """Write one object."""
        with store_errors(f"PutObject {key}"):
            self.client.put_object(Bucket=self.name, Key=key, Body=body)

"""Documents in the models bucket."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from fraudstream.adapters.calls import store_errors

_GONE = frozenset({"NoSuchKey", "404"})
_LARGEST = 16 << 20


@dataclass(frozen=True, slots=True)
class Documents:
    """JSON objects of a bucket."""

    s3: Any
    bucket: str

    def read(self, key: str) -> dict[str, Any] | None:
        """Return a document; None where it is gone, larger than any of ours, or none.

        Raises
        ------
        StoreUnavailableError
            S3 is away.
        """
        with store_errors(f"GetObject {key}"):
            try:
                answer = self.s3.get_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in _GONE:
                    return None
                raise
            if answer["ContentLength"] > _LARGEST:
                return None
            body = answer["Body"].read()
        try:
            found = json.loads(body)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def listed(self, prefix: str, after: str) -> list[tuple[str, str]]:
        """Return key and tag of the objects below a prefix, those after a key, in their order.

        Raises
        ------
        StoreUnavailableError
            S3 is away.
        """
        with store_errors(f"ListObjectsV2 {prefix}"):
            found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix, StartAfter=after)
        return [(entry["Key"], entry["ETag"]) for entry in found.get("Contents", ())]

    def key_of(self, address: str) -> str | None:
        """Return the key of an address below `s3://`, if it is in this bucket."""
        bucket, _, key = address.removeprefix("s3://").partition("/")
        return key if bucket == self.bucket and key else None

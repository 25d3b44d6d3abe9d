"""Files that people drop in a bucket."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from fraudstream.adapters.calls import store_errors

_GONE = {"NoSuchKey", "404"}


@dataclass(frozen=True, slots=True)
class DroppedFiles:
    """`chargebacks.service.DroppedFiles` over a bucket."""

    client: Any
    name: str

    def read(self, key: str, limit_bytes: int) -> bytes | int | None:
        """Return a file's bytes; its size if that is above the limit, of which nothing is read; None if it is gone."""
        # The key may hold what its sender put there, so it is in no error text.
        with store_errors("GetObject of a dropped file"):
            try:
                answer = self.client.get_object(Bucket=self.name, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in _GONE:
                    return None
                raise
            size = int(answer["ContentLength"])
            if size > limit_bytes:
                answer["Body"].close()
                return size
            body: bytes = answer["Body"].read()
            return body

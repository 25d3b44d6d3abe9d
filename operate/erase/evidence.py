"""The record that a card was erased: it proves the erasure to who knows the token, and tells the token to nobody."""

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from operate.target import Target

PREFIX = "erasures/"
_CONTEXT = b"fraudstream erasure v1\x00"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Records under `erasures/` of the archive bucket, named by a keyed hash of the token.

    The key is the SecureString `/<stack>/erasure-key`, made at the first erasure. A plain hash would tell a card to
    whoever has a list of tokens.
    """

    target: Target

    def name(self, card: str) -> str:
        """Return the keyed hash of a card: 32 letters and digits 2 to 7."""
        mac = hmac.digest(self._key(), _CONTEXT + card.encode(), "sha256")
        return base64.b32encode(mac[:20]).decode().lower()

    def write(self, card: str, now: datetime, said: dict[str, Any]) -> str:
        """Write the record of an erasure that was verified, and return its address."""
        name = self.name(card)
        bucket = self.target.outputs["ArchiveBucketName"]
        key = f"{PREFIX}{now:%Y-%m-%d}/{name}.json"
        caller = self.target.client("sts").get_caller_identity()["Arn"]
        document = {"card_hmac": name, "erased_at": now.isoformat(timespec="seconds"), "by": caller, **said}
        self.target.client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(document, indent=1).encode())
        return f"s3://{bucket}/{key}"

    def _key(self) -> bytes:
        ssm, name = self.target.client("ssm"), f"/{self.target.name}/erasure-key"
        try:
            return base64.b64decode(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise
        fresh = base64.b64encode(secrets.token_bytes(32)).decode()
        description = "Key of the hashes under erasures/; without it no erasure can be proven"
        try:
            ssm.put_parameter(Name=name, Value=fresh, Type="SecureString", Description=description)
        except ClientError as error:  # another erasure was faster: its key holds
            if error.response["Error"]["Code"] != "ParameterAlreadyExists":
                raise
        return base64.b64decode(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])

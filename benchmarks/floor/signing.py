"""AWS Signature Version 4, for one account and a few fixed forms of request."""

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Self


@dataclass(frozen=True, slots=True)
class Account:
    """As whom requests are signed, and where."""

    access_key: str
    secret: str
    region: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read what boto3 would read."""
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
        return cls(*(environment[name] for name in names))


class Signer:
    """Signs requests of one service and shape.

    Parameters
    ----------
    signed
        Names of the signed headers beside `x-amz-date`, in lower case, with their fixed values; `host` among them.
    """

    def __init__(self, account: Account, service: str, signed: Mapping[str, str]) -> None:
        self._account = account
        self._scope_parts = (account.region, service, "aws4_request")
        headers = {"x-amz-date": "\0", **signed}
        self._before, self._after = (
            part.encode() for part in "".join(f"{name}:{headers[name]}\n" for name in sorted(headers)).split("\0")
        )
        self._names = ";".join(sorted(headers)).encode()
        self._day = ""
        self._key = b""
        self._scope = b""
        self._head = b""

    def headers(self, method_and_path: bytes, body_hash: bytes) -> bytes:
        """Return the lines that date and sign a request; method and path come with a line end between them."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        if stamp[:8] != self._day:
            self._renew(stamp[:8])
        date = stamp.encode()
        named = (self._before, date, self._after, self._names)
        canonical = b"%b\n\n%b%b%b\n%b\n%b" % (method_and_path, *named, body_hash)
        text = b"AWS4-HMAC-SHA256\n%b\n%b\n%b" % (date, self._scope, sha256(canonical).hexdigest().encode())
        signature = hmac.digest(self._key, text, "sha256").hex().encode()
        return b"x-amz-date: %b\r\n%b%b\r\n" % (date, self._head, signature)

    def _renew(self, day: str) -> None:
        self._day = day
        key = f"AWS4{self._account.secret}".encode()
        for part in (day, *self._scope_parts):
            key = hmac.digest(key, part.encode(), "sha256")
        self._key = key
        self._scope = "/".join((day, *self._scope_parts)).encode()
        self._head = b"authorization: AWS4-HMAC-SHA256 Credential=%b/%b, SignedHeaders=%b, Signature=" % (
            self._account.access_key.encode(),
            self._scope,
            self._names,
        )

"""botocore's signatures without what it does twice: a batch signs more than a hundred requests.

Algorithm and canonical form stay botocore's (`SigV4Auth`). Three of its steps are replaced: the signing key, the same
for a day, is derived once; the headers to sign are collected once and not twice; the hash of the body is taken of the
body, not of a copy of the request made for that. In a botocore without these steps nothing is replaced.
"""

import hmac
from functools import lru_cache
from hashlib import sha256
from typing import Any

import botocore.auth

_NAME = "fraudstream-v4"


def sign_without_repetition(client: Any) -> None:
    """Let a boto3 client sign like this wherever it would sign by version 4; credentials are renewed as ever."""
    signers = getattr(botocore.auth, "AUTH_TYPE_MAPS", None)
    if signers is not None:
        signers[_NAME] = _SigV4Auth
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"choose-signer.{service}", _choose, unique_id=f"{_NAME}-{service}")


def _choose(signature_version: str, **_: Any) -> str | None:
    return _NAME if signature_version == "v4" else None  # no other algorithm, no presigned address


class _SigV4Auth(botocore.auth.SigV4Auth):  # type: ignore[misc]  # botocore has no types
    """Signs one request; botocore makes another for the next, and for each attempt."""

    _collected: Any = None

    def headers_to_sign(self, request: Any) -> Any:
        if self._collected is None:
            self._collected = super().headers_to_sign(request)
        return self._collected

    def payload(self, request: Any) -> str:
        ordinary = isinstance(request.data, bytes) and "payload_signing_enabled" not in request.context
        return sha256(request.data).hexdigest() if ordinary else str(super().payload(request))

    def signature(self, string_to_sign: str, request: Any) -> str:
        key = _signing_key(self.credentials.secret_key, self.credential_scope(request))
        return hmac.digest(key, string_to_sign.encode(), sha256).hex()


@lru_cache(maxsize=4)
def _signing_key(secret: str, scope: str) -> bytes:
    """Return the key for a scope: day, region, service and `aws4_request`."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), sha256)
    return key

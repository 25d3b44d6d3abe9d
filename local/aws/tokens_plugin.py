"""Signatures of tokens (RS256): the base checks them with a library that it does not require, and refuses all without.

RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2.2): the signature, raised to the public exponent, must be the one padding
of the digest. Checking takes no secret, so nothing here needs to be fast or take the same time always.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from hashlib import sha256
from typing import Any

from local.aws.patch_points import PatchPoint

_SERVICE = "ministack.services.apigateway"
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""Says that 32 bytes of SHA-256 follow (RFC 8017, 9.2, note 1)."""
_FEWEST_BITS = 2048

VERIFY = PatchPoint(
    module=_SERVICE,
    attribute="_verify_rs256_signature",
    parameters=("token", "jwk"),
    purpose="replaced: checks a token's signature",
)
PATCH_POINTS = (VERIFY,)


def install() -> None:
    """Plug it in.

    Raises
    ------
    PatchPointError
        If the embedded AWS is not what this was written for.
    """
    VERIFY.resolve()
    module = __import__(_SERVICE, fromlist=["_"])
    module._verify_rs256_signature = is_signed  # noqa: SLF001 (the patch point)


def is_signed(token: str, jwk: dict[str, Any]) -> bool:
    """Return whether a token, in three parts, is signed with the private half of a key; False for what is no token."""
    try:
        head, claims, signature = token.split(".")
        if json.loads(_decoded(head)).get("alg") != "RS256" or jwk.get("kty", "RSA") != "RSA":
            return False
        modulus, exponent = (int.from_bytes(_decoded(jwk[name]), "big") for name in ("n", "e"))
        signed = _decoded(signature)
    except (ValueError, KeyError, AttributeError, TypeError):
        return False
    size = (modulus.bit_length() + 7) // 8
    if modulus.bit_length() < _FEWEST_BITS or len(signed) != size:
        return False
    return pow(int.from_bytes(signed, "big"), exponent, modulus) == _padded(f"{head}.{claims}".encode(), size)


def _padded(message: bytes, size: int) -> int:
    digest = _DIGEST_INFO + sha256(message).digest()
    return int.from_bytes(b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest, "big")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

"""Signed tokens (RS256, RFC 7519), and the public half of the key as an issuer tells it (RFC 7517)."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_FILE = "key.pem"
"""Below the state of the process; tests sign with it as the issuer does."""
_KEY_ID = "embedded"


class TokenKey:
    """A key that signs tokens.

    Examples
    --------
    >>> TokenKey.generate().sign({"sub": "ada"}).count(".")
    2
    """

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Self:
        """Make a new one."""
        return cls(rsa.generate_private_key(public_exponent=65_537, key_size=2_048))

    @classmethod
    def kept_in(cls, path: Path) -> Self:
        """Return the key of a file, made and written there if there is none; nobody else may read it."""
        if not path.exists():
            made = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
                file.write(made.private_bytes(encoding, form, serialization.NoEncryption()))
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(found, rsa.RSAPrivateKey):
            raise TypeError(f"{path} has a key of another kind than RSA")
        return cls(found)

    def sign(self, claims: dict[str, Any], *, algorithm: str = "RS256", kind: str = "JWT") -> str:
        """Return a signed token with these claims; `algorithm` is what its head says, the signature is RS256's."""
        head = {"alg": algorithm, "typ": kind, "kid": _KEY_ID}
        signed = f"{_coded(head)}.{_coded(claims)}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64(signature)}"

    def public(self) -> dict[str, str]:
        """Return the public half as a JSON Web Key."""
        numbers = self._key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": _KEY_ID,
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }


def _coded(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _number(value: int) -> str:
    return _base64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()

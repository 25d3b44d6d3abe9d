"""Signatures of tokens, held to a library that signs."""

import json
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.aws.tokens_plugin import is_signed

KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
OTHER = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
SHORT = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)  # noqa: S505 (which is the point)


def coded(data: bytes) -> str:
    """Base64 as tokens have it."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def public(key: rsa.RSAPrivateKey) -> dict[str, str]:
    """The public half, as an issuer tells it."""
    numbers = key.public_key().public_numbers()
    size = (key.key_size + 7) // 8
    return {"kty": "RSA", "n": coded(numbers.n.to_bytes(size, "big")), "e": coded(b"\1\0\1")}


def token(key: rsa.RSAPrivateKey = KEY, algorithm: str = "RS256", digest: hashes.HashAlgorithm | None = None) -> str:
    """A signed token."""
    text = f"{coded(json.dumps({'alg': algorithm, 'kid': 'one'}).encode())}.{coded(b'{}')}"
    return f"{text}.{coded(key.sign(text.encode(), padding.PKCS1v15(), digest or hashes.SHA256()))}"


def test_a_token_of_the_key_is_signed():
    """As often as it is made."""
    assert is_signed(token(), public(KEY))


@pytest.mark.parametrize(
    "wrong",
    [
        token(OTHER),
        token(algorithm="none"),
        token(algorithm="HS256"),
        token(digest=hashes.SHA512()),
        token()[:-4] + "AAAA",
        token() + "AAAA",
        token().replace(".", ".e30", 1),
        token().rpartition(".")[0] + ".",
        "x.y.z",
        "",
        "..",
        "ü.ü.ü",
    ],
)
def test_any_other_is_not(wrong):
    """Another key, another algorithm, another text, or no token at all."""
    assert not is_signed(wrong, public(KEY))


@pytest.mark.parametrize("key", [{}, {"n": "", "e": ""}, {"n": 1, "e": 2}, public(KEY) | {"kty": "EC"}])
def test_a_key_that_is_none_signs_nothing(key):
    """Whatever an issuer tells."""
    assert not is_signed(token(), key)


def test_a_short_key_is_not_trusted():
    """Below 2,048 bits."""
    assert not is_signed(token(SHORT), public(SHORT))

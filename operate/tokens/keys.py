"""Where the key is: in a file that its owner alone may read, or in KMS, which never gives it out."""

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path
from typing import Any

from fraudstream.tokens import KEY_BYTES, KeyUnusableError, Mac, keyed


def from_file(path: Path) -> Mac:
    """Return the MAC of the key in a file: 32 bytes in Base64 on one line, as `new_key_file` writes it.

    Raises
    ------
    KeyUnusableError
        Others may read the file, or it holds no such key.
    """
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyUnusableError(f"others may read {path}: chmod 600 it, and ask whether the key is still a secret")
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except binascii.Error:
        raise KeyUnusableError(f"{path} holds no Base64") from None
    return keyed(key)


def new_key_file(path: Path) -> None:
    """Write a fresh key where none is yet, readable to its owner alone.

    Raises
    ------
    FileExistsError
        A key that is in use is never overwritten: without it no token can be made again.
    """
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")


def from_kms(kms: Any, key: str) -> Mac:
    """Return the MAC of an HMAC_256 key in KMS; each is a call, and the key never leaves KMS."""

    def mac(message: bytes) -> bytes:
        answer: bytes = kms.generate_mac(KeyId=key, MacAlgorithm="HMAC_SHA_256", Message=message)["Mac"]
        return answer

    return mac

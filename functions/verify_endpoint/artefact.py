"""The artefact in its bucket, held against the digest that was registered with it."""

import hashlib
from typing import Any

from botocore.exceptions import ClientError

_PIECE_BYTES = 1 << 20
_SHOWN_DIGITS = 12


def doubt_about(address: str, *, registered_sha256: str, s3: Any) -> str | None:
    """Say why the object at ``s3://bucket/key`` is not what was registered; None if it is.

    The artefact holds the model, its metadata and the program that serves it. Whoever can change one of them can change
    all three so that they agree, and answer golden rows too; only the registry, which others write, tells.
    """
    bucket, _, key = address.removeprefix("s3://").partition("/")
    digest = hashlib.sha256()
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
        while piece := body.read(_PIECE_BYTES):
            digest.update(piece)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("NoSuchKey", "404"):
            raise
        return f"the artefact {address} is gone"
    found = digest.hexdigest()
    if found == registered_sha256:
        return None
    shown, wanted = found[:_SHOWN_DIGITS], registered_sha256[:_SHOWN_DIGITS]
    return f"the artefact {address} was changed after it was registered: its SHA-256 begins {shown}, not {wanted}"

"""Who says something: a name for the record that nobody can be read out of, and that anybody can check."""

from collections.abc import Mapping
from typing import Any

from fraudstream.hashing import lettered_digest

UNKNOWN = "unknown"
_DIGEST_BYTES = 16


def said_by(authorizer: Mapping[str, Any] | None) -> str:
    """Return the caller that API Gateway authorised, as its kind and a digest of its name.

    Of a signed request the name is the principal's ARN, of a token its issuer and subject: both may hold a person's
    name or address, and account numbers, whose digits could pass for a card's. The digest holds none of it. Who knows
    the name computes the digest again: docs/api.md shows how.

    Parameters
    ----------
    authorizer
        `requestContext.authorizer` of the event.

    Examples
    --------
    >>> said_by({"iam": {"userArn": "arn:aws:iam::111122223333:user/ada"}})
    'iam-gjjplhdbdmcicoelgeffbkdgdkapcpgj'
    >>> said_by(None)
    'unknown'
    """
    authorizer = authorizer or {}
    arn = (authorizer.get("iam") or {}).get("userArn")
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    if arn:
        return f"iam-{lettered_digest(str(arn), _DIGEST_BYTES)}"
    if claims.get("sub"):
        name = f"{claims.get('iss', '')} {claims['sub']}"
        return f"jwt-{lettered_digest(name, _DIGEST_BYTES)}"
    return UNKNOWN

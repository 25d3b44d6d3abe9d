"""Authorization codes: each is good once, for a minute, for the client, the page and the verifier it was made for."""

from __future__ import annotations

import hmac
import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from local.people.persons import Person

_GOOD_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a code stands for.

    Parameters
    ----------
    challenge
        SHA-256 of the verifier that the client keeps to itself (RFC 7636), in base64url without padding.
    token_seconds
        How long the tokens will be good.
    """

    person: Person
    client_id: str
    redirect_uri: str
    challenge: str
    scopes: tuple[str, ...]
    nonce: str | None
    token_seconds: int


class Codes:
    """The codes that were given out and not used.

    Parameters
    ----------
    clock
        Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._grants: dict[str, tuple[float, Grant]] = {}
        self._lock = threading.Lock()

    def give(self, grant: Grant) -> str:
        """Return a new code for a grant."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            now = self._clock()
            self._grants = {name: kept for name, kept in self._grants.items() if kept[0] > now}
            self._grants[code] = (now + _GOOD_SECONDS, grant)
        return code

    def redeem(self, code: str, *, client_id: str, redirect_uri: str, verifier: str) -> Grant | None:
        """Return what a code stands for, and forget it; None if it is not good, or not this client's."""
        with self._lock:
            until, grant = self._grants.pop(code, (0.0, None))
        if grant is None or until <= self._clock():
            return None
        same = client_id == grant.client_id and redirect_uri == grant.redirect_uri
        return grant if same and hmac.compare_digest(challenge_of(verifier), grant.challenge) else None


def challenge_of(verifier: str) -> str:
    """Return the challenge of a verifier (method S256).

    Examples
    --------
    >>> challenge_of("verifier") == challenge_of("verifier") != challenge_of("another")
    True
    """
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()

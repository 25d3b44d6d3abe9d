"""The people of an embedded stack: tokens as its issuer signs them, good ones and others."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.people.persons import AUDIENCE, READ, REVIEW, RULES
from local.people.tokens import KEY_FILE, TokenKey
from tests.e2e.conftest import Deployed, deployed_stack

__all__ = ["AUDIENCE", "READ", "REVIEW", "RULES", "Issuer", "people_stack"]


class Issuer:
    """Signs with the key of a stack's issuer, whatever it is asked to."""

    def __init__(self, deployed: Deployed) -> None:
        info = deployed.stack.info
        assert info is not None
        self.url = info.issuer_url
        self._key = TokenKey.kept_in(deployed.stack.paths.state / "people" / KEY_FILE)

    def token(self, *, key: TokenKey | None = None, algorithm: str = "RS256", **claims: Any) -> str:
        """Return a token that is good for an hour and all scopes, but for the claims given; None leaves one out."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "ada@example.com", "iat": now - 5, "exp": now + 3_600}
        said = usual | {"scope": f"{READ} {REVIEW} {RULES}"} | claims
        return (key or self._key).sign(
            {name: value for name, value in said.items() if value is not None}, algorithm=algorithm
        )


@contextmanager
def people_stack(directory: Path, **parameters: str) -> Iterator[tuple[Deployed, Issuer]]:
    """Start a stack, and give the issuer of its tokens with it."""
    with deployed_stack(directory, **parameters) as deployed:
        yield deployed, Issuer(deployed)

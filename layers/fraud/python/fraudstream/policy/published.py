"""What stands in the bucket: a policy with who published it, when and why."""

from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from fraudstream.errors import PolicyError
from fraudstream.policy.building import compile_policy
from fraudstream.policy.compiled import CompiledPolicy, Origin
from fraudstream.policy.mistakes import without_card_numbers
from fraudstream.policy.reading import read_policy
from fraudstream.policy.trial import tried
from fraudstream.undecodable import UNDECODABLE

LIVE_KEY, PREVIOUS_KEY = "rules/live.json", "rules/previous.json"
MAX_PUBLISHED_BYTES = 24 << 20
"""The document, and the YAML that it was written as."""
_Said = Annotated[str, Meta(min_length=1, max_length=1_000)]


class Published(Struct, frozen=True, kw_only=True):
    """A published policy.

    Attributes
    ----------
    sha256
        Of the bytes of `policy`, which are its canonical JSON.
    replaces
        Version that was live before; None for the first.
    changes
        What is different from it, a line each.
    yaml
        The text it was written as, with its comments.
    """

    version: _Said
    sha256: str
    author: _Said
    at: _Said
    why: _Said
    replaces: str | None = None
    changes: tuple[str, ...] = ()
    policy: msgspec.Raw
    yaml: str = ""

    @property
    def document(self) -> bytes:
        """The canonical JSON of the policy."""
        return bytes(self.policy)


def digest(document: bytes) -> str:
    """Return the digest that a published policy carries."""
    return sha256(document).hexdigest()


def read_envelope(body: bytes) -> Published:
    """Return what was published, its policy not yet read.

    Raises
    ------
    PolicyError
        If it is not what `operate rules publish` writes: it was changed by hand.
    """
    if len(body) > MAX_PUBLISHED_BYTES:
        raise PolicyError(f"published rules: larger than {MAX_PUBLISHED_BYTES >> 20} MB")
    try:
        published = msgspec.json.decode(body, type=Published)
    except UNDECODABLE as error:
        raise PolicyError(without_card_numbers(f"published rules: {error}; publish again")) from None
    if published.sha256 != digest(published.document):
        raise PolicyError("published rules: the document is not the one that was published; publish again")
    return published


def read_published(body: bytes) -> CompiledPolicy:
    """Return a published policy, ready to be evaluated, with its origin.

    Raises
    ------
    PolicyError
        With the place, if the document is not valid; or if it was changed by hand.
    """
    published = read_envelope(body)
    policy = read_policy(published.document)
    if policy.version != published.version:
        raise PolicyError("published rules: the version is not the document's; publish again")
    origin = Origin(author=published.author, at=published.at, why=published.why, sha256=published.sha256)
    return tried(lambda: compile_policy(policy, origin))

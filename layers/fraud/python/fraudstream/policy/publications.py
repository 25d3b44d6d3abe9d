"""Publications as they are kept: what is live, what was before, every version, and the log of who made which live."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from fraudstream.errors import PolicyError
from fraudstream.policy.published import Published, read_envelope


class BeatenError(Exception):
    """Somebody else wrote first: nothing of ours was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An object as it stands; the tag is what a conditional write names."""

    body: bytes
    etag: str

    @property
    def published(self) -> Published | None:
        """What was published; None if it is no such document."""
        try:
            return read_envelope(self.body)
        except PolicyError:
            return None


class Entry(Struct, frozen=True, kw_only=True):
    """One publication, as the log has it."""

    version: str
    sha256: str
    author: str
    at: str
    why: str
    replaces: str | None = None
    changes: tuple[str, ...] = ()


class Publications(Protocol):
    """Where the policies of one stack are kept."""

    def live(self) -> Stored | None:
        """Return what is live; None where nothing was published yet."""

    def previous(self) -> Stored | None:
        """Return what was live before."""

    def version(self, name: str) -> Stored | None:
        """Return a version as it was first published."""

    def keep(self, published: Published, body: bytes) -> None:
        """Keep a version for good: its document, and the text it was written as.

        Raises
        ------
        BeatenError
            The version is there already.
        """

    def put_previous(self, body: bytes) -> None:
        """Note what is live before another takes its place."""

    def put_live(self, body: bytes, replaces: Stored | None) -> None:
        """Make a policy live in place of what was seen there.

        Raises
        ------
        BeatenError
            Another stands there by now.
        """

    def note(self, published: Published) -> None:
        """Put a publication into the log; a second time changes nothing."""

    def log(self) -> Iterator[Entry]:
        """Yield the publications, the newest first."""

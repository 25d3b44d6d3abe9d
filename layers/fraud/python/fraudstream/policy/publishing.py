"""Making a policy live, so that two who do it at once cannot lose each other's work."""

from dataclasses import dataclass
from typing import Protocol

import msgspec

from fraudstream.errors import PolicyError
from fraudstream.policy.building import default_policy
from fraudstream.policy.changes import changes
from fraudstream.policy.document import Policy, canonical_json
from fraudstream.policy.publications import BeatenError, Publications, Stored
from fraudstream.policy.published import Published, digest
from fraudstream.policy.reading import read_policy

RESERVED = frozenset({"live", "previous", "default", "shipped"})
"""Words that name a version in commands and addresses."""


class RefusedError(Exception):
    """It was not published; the message says why, and what to do."""


class OtherLiveError(RefusedError):
    """Another version is live than the one that was to be replaced.

    Attributes
    ----------
    live
        What is; None where it is the policy that ships, or what stands there is no published policy.
    """

    def __init__(self, message: str, live: Published | None) -> None:
        super().__init__(message)
        self.live = live


class AlreadyLiveError(OtherLiveError):
    """The very same document is live: there is nothing to publish."""


class VersionTakenError(RefusedError):
    """The version stands for another document, and stays what it is."""


class VersionNameError(RefusedError):
    """The version is a word that commands use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who publishes, when (RFC 3339, UTC) and why; `replaces` names what must be live for it to be meant."""

    author: str
    at: str
    why: str
    replaces: str | None = None


class Written(Protocol):
    """A valid policy, its canonical JSON, and the YAML it was written as."""

    @property
    def policy(self) -> Policy:
        """What it says."""

    @property
    def document(self) -> bytes:
        """What is stored, hashed and read in Lambda."""

    @property
    def text(self) -> str:
        """As people read it, with their comments."""


def publish(kept: Publications, written: Written, change: Change) -> Published:
    """Make a policy live. First its version is kept, then what is live becomes previous, then it takes its place.

    Raises
    ------
    RefusedError
        The version stands for another document; it is live already; or somebody else published meanwhile.
    """
    version = written.policy.version
    if version in RESERVED:
        raise VersionNameError(f"'{version}' is no name for a version: {', '.join(sorted(RESERVED))} are taken")
    return _publish(kept, written.policy, written.document, written.text, change)


def republish(kept: Publications, version: str, change: Change) -> Published:
    """Make an older version live again, as it was.

    Raises
    ------
    RefusedError
        There is no such version, or it is not valid for the code that runs here; or as for `publish`.
    """
    stored = kept.version(version)
    published = stored.published if stored else None
    if published is None:
        raise RefusedError(f"no version '{version}' was published; `rules log` names those that were")
    try:
        policy = read_policy(published.document)
    except PolicyError as error:
        raise RefusedError(f"version '{version}' is not valid any more: {error}") from None
    return _publish(kept, policy, published.document, published.yaml, change)


def changes_of_live(live: Published | None, policy: Policy) -> tuple[str, ...]:
    """Return what a policy changes of the one that is live; of the one that ships, if none was published yet."""
    if live is None:
        return tuple(changes(default_policy().policy, policy))
    try:
        return tuple(changes(read_policy(live.document), policy))
    except PolicyError:
        return (f"in place of '{live.version}', which this program cannot read any more",)


def _publish(kept: Publications, policy: Policy, document: bytes, text: str, change: Change) -> Published:
    standing = kept.live()
    before = standing.published if standing else None
    if before is not None:
        kept.note(before)  # had its publisher been stopped before the log, it would be missing there
        if change.replaces not in (None, before.version):
            raise OtherLiveError(
                f"version '{before.version}' is live, not '{change.replaces}': see what it changed with "
                f"`rules diff {change.replaces} live`, and take it into yours",
                before,
            )
        if before.sha256 == digest(document):
            raise AlreadyLiveError(f"version '{before.version}' is live already, since {before.at}", before)
    published = Published(
        version=policy.version,
        sha256=digest(document),
        author=change.author,
        at=change.at,
        why=change.why,
        replaces=before.version if before else None,
        changes=_told(before, policy),
        policy=msgspec.Raw(document),
        yaml=text,
    )
    body = msgspec.json.encode(published)
    _keep(kept, published, body)
    _take_place(kept, standing, before, body)
    kept.note(published)
    return published


def _keep(kept: Publications, published: Published, body: bytes) -> None:
    shipped = default_policy().policy
    if published.version == shipped.version and published.sha256 != digest(canonical_json(shipped)):
        raise VersionTakenError(
            f"version '{published.version}' is the policy that ships, and yours is another: give it another `version`"
        )
    try:
        kept.keep(published, body)
    except BeatenError:
        found = kept.version(published.version)
        other = found.published if found else None
        if other is None or other.sha256 != published.sha256:
            by = f" by {other.author} at {other.at}" if other else ""
            raise VersionTakenError(
                f"version '{published.version}' was published{by} with another content, and stays what it is; "
                "give yours another `version`"
            ) from None


def _take_place(kept: Publications, standing: Stored | None, before: Published | None, body: bytes) -> None:
    if standing is not None and before is not None:  # what is no policy is nothing to go back to
        kept.put_previous(standing.body)
    try:
        kept.put_live(body, standing)
    except BeatenError:
        now = kept.live()
        theirs = now.published if now else None
        who = f"{theirs.author} published '{theirs.version}' at {theirs.at} ({theirs.why})" if theirs else "somebody"
        raise OtherLiveError(
            f"meanwhile {who}; yours is not live. See what theirs changed with `rules diff`, take it into your file, "
            "give it another `version` and publish again",
            theirs,
        ) from None


def _told(before: Published | None, policy: Policy) -> tuple[str, ...]:
    lines = changes_of_live(before, policy)
    return ("first published, in place of the policy that ships", *lines) if before is None else lines

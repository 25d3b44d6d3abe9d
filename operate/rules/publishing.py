"""Making a policy live, so that two who do it at once cannot lose each other's work."""

from dataclasses import dataclass

import msgspec
from fraudstream.errors import PolicyError
from fraudstream.policy import Policy, default_policy, read_policy
from fraudstream.policy.published import Published, digest

from operate.rules.changes import changes
from operate.rules.reading import RulesFile
from operate.rules.store import BeatenError, RulesBucket, Stored

RESERVED = frozenset({"live", "previous", "default"})
"""Words that name a version in commands."""


class RefusedError(Exception):
    """It was not published; the message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who publishes, when (RFC 3339, UTC) and why; `replaces` names what must be live for it to be meant."""

    author: str
    at: str
    why: str
    replaces: str | None = None


def publish(bucket: RulesBucket, rules: RulesFile, change: Change) -> Published:
    """Make a policy live. First its version is kept, then what is live becomes previous, then it takes its place.

    Raises
    ------
    RefusedError
        The version stands for another document; it is live already; or somebody else published meanwhile.
    """
    if rules.policy.version in RESERVED:
        raise RefusedError(
            f"'{rules.policy.version}' is no name for a version: {', '.join(sorted(RESERVED))} are taken"
        )
    return _publish(bucket, rules.policy, rules.document, rules.text, change)


def republish(bucket: RulesBucket, version: str, change: Change) -> Published:
    """Make an older version live again, as it was.

    Raises
    ------
    RefusedError
        There is no such version, or it is not valid for the code that runs here; or as for `publish`.
    """
    stored = bucket.version(version)
    published = stored.published if stored else None
    if published is None:
        raise RefusedError(f"no version '{version}' was published; `rules log` names those that were")
    try:
        policy = read_policy(published.document)
    except PolicyError as error:
        raise RefusedError(f"version '{version}' is not valid any more: {error}") from None
    return _publish(bucket, policy, published.document, published.yaml, change)


def _publish(bucket: RulesBucket, policy: Policy, document: bytes, text: str, change: Change) -> Published:
    standing = bucket.live()
    before = standing.published if standing else None
    if before is not None:
        bucket.note(before)  # had its publisher been stopped before the log, it would be missing there
        if change.replaces not in (None, before.version):
            raise RefusedError(
                f"version '{before.version}' is live, not '{change.replaces}': see what it changed with "
                f"`rules diff {change.replaces} live`, and take it into yours"
            )
        if before.sha256 == digest(document):
            raise RefusedError(f"version '{before.version}' is live already, since {before.at}")
    published = Published(
        version=policy.version,
        sha256=digest(document),
        author=change.author,
        at=change.at,
        why=change.why,
        replaces=before.version if before else None,
        changes=_changes(before, policy),
        policy=msgspec.Raw(document),
        yaml=text,
    )
    body = msgspec.json.encode(published)
    _keep(bucket, published, body)
    _take_place(bucket, standing, before, body)
    bucket.note(published)
    return published


def _keep(bucket: RulesBucket, published: Published, body: bytes) -> None:
    try:
        bucket.keep(published, body)
    except BeatenError:
        kept = bucket.version(published.version)
        other = kept.published if kept else None
        if other is None or other.sha256 != published.sha256:
            by = f" by {other.author} at {other.at}" if other else ""
            raise RefusedError(
                f"version '{published.version}' was published{by} with another content, and stays what it is; "
                "give yours another `version`"
            ) from None


def _take_place(bucket: RulesBucket, standing: Stored | None, before: Published | None, body: bytes) -> None:
    if standing is not None and before is not None:  # what is no policy is nothing to go back to
        bucket.put_previous(standing.body)
    try:
        bucket.put_live(body, standing)
    except BeatenError:
        now = bucket.live()
        theirs = now.published if now else None
        who = f"{theirs.author} published '{theirs.version}' at {theirs.at} ({theirs.why})" if theirs else "somebody"
        raise RefusedError(
            f"meanwhile {who}; yours is not live. See what theirs changed with `rules diff`, take it into your file, "
            "give it another `version` and publish again"
        ) from None


def _changes(before: Published | None, policy: Policy) -> tuple[str, ...]:
    """Return what a policy changes of the one that is live; of the one that ships, if none was published yet."""
    if before is None:
        return ("first published, in place of the policy that ships", *changes(default_policy().policy, policy))
    try:
        return tuple(changes(read_policy(before.document), policy))
    except PolicyError:
        return (f"in place of '{before.version}', which this program cannot read any more",)

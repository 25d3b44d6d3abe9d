"""Versions of the rules, as they were published; and the policy that ships."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from aged import Aged
from fraudstream.adapters.calls import Calls, store_errors
from fraudstream.adapters.rules_bucket import RulesBucket
from fraudstream.console.rules import SHIPPED, RulesDocument, RulesVersion
from fraudstream.policy import canonical_json, default_policy
from fraudstream.policy.publications import Entry
from fraudstream.policy.published import Published

_YAML = Path(__file__).with_name("shipped.yaml")
"""rules/default.yaml, by `make docs`."""
_is_version = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRules:
    """Reads publications. An entry of the log never changes; what is live is asked for each time."""

    bucket: RulesBucket
    calls: Calls
    entries: Aged[Entry | None]

    def newest(self, limit: int) -> list[RulesVersion]:
        """Return the newest publications, at most so many, and the policy that ships.

        Raises
        ------
        StoreUnavailableError
            S3 is away.
        """
        live = self._live()
        with store_errors("ListObjectsV2 rules/log/"):
            keys = self.bucket.log_keys()[:limit]
        noted = [entry for entry in self.calls.map(self._entry, keys) if entry is not None]
        if live is not None and all((entry.version, entry.at) != (live.version, live.at) for entry in noted):
            noted.insert(0, _entry_of(live))  # its publisher was stopped before the log
        of = None if live is None else (live.version, live.at)
        shown = [
            RulesVersion(
                version=entry.version,
                author=entry.author,
                at=entry.at,
                why=entry.why,
                replaces=entry.replaces,
                changes=entry.changes,
                live=(entry.version, entry.at) == of,
            )
            for entry in noted[:limit]
        ]
        return [*shown, _shipped(live=live is None)]

    def document(self, version: str) -> RulesDocument | None:
        """Return a version with its document; None if there is no such version.

        Raises
        ------
        StoreUnavailableError
            S3 is away.
        """
        live = self._live()
        if version == SHIPPED:
            return _shipped_document(SHIPPED, live=live is None)
        published = self.published(version, live)
        if published is not None:
            return RulesDocument(
                version=published.version,
                author=published.author,
                at=published.at,
                why=published.why,
                replaces=published.replaces,
                changes=published.changes,
                live=live is not None and live.version == version,
                document=json.loads(published.document),
                yaml=published.yaml,
            )
        # Decisions of a stack in which nothing was published name the shipped policy by its own version.
        return _shipped_document(version, live=live is None) if version == default_policy().version else None

    def published(self, version: str, live: Published | None) -> Published | None:
        """Return a version that was published: as it is live, else as it was first published."""
        if live is not None and live.version == version:
            return live
        if not _is_version(version):
            return None
        with store_errors("GetObject rules/history/"):
            stored = self.bucket.version(version)
        return stored.published if stored else None

    def _live(self) -> Published | None:
        with store_errors("GetObject rules/live.json"):
            stored = self.bucket.live()
        return stored.published if stored else None

    def _entry(self, key: str) -> Entry | None:
        def read() -> Entry | None:
            with store_errors(f"GetObject {key}"):
                return self.bucket.entry(key)

        return self.entries.get(key, read)


def _entry_of(live: Published) -> Entry:
    return Entry(
        version=live.version,
        sha256=live.sha256,
        author=live.author,
        at=live.at,
        why=live.why,
        replaces=live.replaces,
        changes=live.changes,
    )


def _shipped(*, live: bool) -> RulesVersion:
    return RulesVersion(version=SHIPPED, author=None, at=None, why=None, replaces=None, changes=(), live=live)


def _shipped_document(version: str, *, live: bool) -> RulesDocument:
    return RulesDocument(
        version=version,
        author=None,
        at=None,
        why=None,
        replaces=None,
        changes=(),
        live=live,
        document=json.loads(canonical_json(default_policy().policy)),
        yaml=_YAML.read_text(encoding="utf-8"),
    )

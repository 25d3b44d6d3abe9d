"""Publications in the models bucket, below `rules/`."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from fraudstream.policy.publications import BeatenError, Entry, Stored
from fraudstream.policy.published import LIVE_KEY, MAX_PUBLISHED_BYTES, PREVIOUS_KEY, Published

_HISTORY = "rules/history/"
_LOG = "rules/log/"
_GONE = {"NoSuchKey", "404"}
_BEATEN = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409"}


@dataclass(frozen=True, slots=True)
class RulesBucket:
    """`policy.publications.Publications` over a bucket: every write that could lose somebody's work is conditional."""

    client: Any
    name: str

    def live(self) -> Stored | None:
        """Return what is live; None where nothing was published yet."""
        return self._get(LIVE_KEY)

    def previous(self) -> Stored | None:
        """Return what was live before."""
        return self._get(PREVIOUS_KEY)

    def version(self, name: str) -> Stored | None:
        """Return a version as it was first published."""
        return self._get(f"{_HISTORY}{name}.json")

    def keep(self, published: Published, body: bytes) -> None:
        """Keep a version for good, unless it is there."""
        self._put(f"{_HISTORY}{published.version}.json", body, IfNoneMatch="*")
        with suppress(BeatenError):  # a publication was cut off between the two, and its text stays
            self._put(f"{_HISTORY}{published.version}.yaml", published.yaml.encode(), IfNoneMatch="*")

    def put_previous(self, body: bytes) -> None:
        """Note what is live before another takes its place."""
        self._put(PREVIOUS_KEY, body)

    def put_live(self, body: bytes, replaces: Stored | None) -> None:
        """Make a policy live, if what was seen there still stands."""
        condition = {"IfNoneMatch": "*"} if replaces is None else {"IfMatch": replaces.etag}
        self._put(LIVE_KEY, body, **condition)

    def note(self, published: Published) -> None:
        """Put a publication into the log; a second time changes nothing."""
        key = f"{_LOG}{published.at}-{published.version}.json"
        with suppress(BeatenError):
            self._put(key, msgspec.json.encode(_entry(published)), IfNoneMatch="*")

    def log(self) -> Iterator[Entry]:
        """Yield the publications, the newest first."""
        for key in self.log_keys():
            if (entry := self.entry(key)) is not None:
                yield entry

    def log_keys(self) -> list[str]:
        """Return where the publications stand, the newest first."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=_LOG)
        return sorted((item["Key"] for page in pages for item in page.get("Contents", ())), reverse=True)

    def entry(self, key: str) -> Entry | None:
        """Return a publication; it never changes. None where it is gone."""
        stored = self._get(key)
        return None if stored is None else msgspec.json.decode(stored.body, type=Entry)

    def _get(self, key: str) -> Stored | None:
        try:
            answer = self.client.get_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        return Stored(body=answer["Body"].read(MAX_PUBLISHED_BYTES + 1), etag=answer["ETag"])

    def _put(self, key: str, body: bytes, **condition: str) -> None:
        try:
            self.client.put_object(Bucket=self.name, Key=key, Body=body, **condition)
        except ClientError as error:
            if condition and error.response["Error"]["Code"] in _BEATEN:
                raise BeatenError(key) from None
            raise


def _entry(published: Published) -> Entry:
    return Entry(
        version=published.version,
        sha256=published.sha256,
        author=published.author,
        at=published.at,
        why=published.why,
        replaces=published.replaces,
        changes=published.changes,
    )

"""Objects of a versioned bucket rewritten under their keys, with every older version that mentions the card gone.

Each object by itself, in an order that any interruption may cut: the new bytes first, then the versions that still have
the old ones. A repetition looks at all versions again, so it finds what is left, whatever is the newest by then.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from botocore.exceptions import ClientError

from operate.erase.lines import NotUnderstoodError, Without

_CHANGED = {"PreconditionFailed", "412", "ConditionalRequestConflict", "NoSuchKey"}
_TRIES = 5
Cut = Callable[[str, bytes], Without]
"""From an object's key and bytes to what is left of it."""


@dataclass(slots=True)
class Rewritten:
    """What was found, and done unless it was only looked at.

    Attributes
    ----------
    versions
        Older versions that had the card.
    mentioned
        Keys of objects in which others' lines mention the token.
    not_understood
        Keys of objects that mention the card and could not be taken apart.
    """

    objects: int = 0
    lines: int = 0
    versions: int = 0
    looked_at: int = 0
    mentioned: list[str] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """The objects of a bucket under some prefixes.

    Attributes
    ----------
    on_object
        Called with how many objects were looked at.
    """

    s3: Any
    bucket: str
    prefixes: tuple[str, ...]
    cut: Cut
    on_object: Callable[[int], object]

    def run(self, *, change: bool) -> Rewritten:
        """Take the card out of every object, or only look."""
        done = Rewritten()
        for prefix in self.prefixes:
            for key, versions in groupby(self._versions(prefix), key=lambda version: version["Key"]):
                done.looked_at += 1
                self.on_object(done.looked_at)
                self._one(key, list(versions), done, change=change)
        return done

    def _one(self, key: str, versions: list[dict[str, Any]], done: Rewritten, *, change: bool) -> None:
        for version in versions:
            if version["IsLatest"]:
                self._newest(key, done, change=change)
            elif self._cut(key, self._read(key, version["VersionId"]), done).taken:
                done.versions += 1
                if change:
                    self.s3.delete_object(Bucket=self.bucket, Key=key, VersionId=version["VersionId"])

    def _newest(self, key: str, done: Rewritten, *, change: bool) -> None:
        for _ in range(_TRIES):
            try:
                answer = self.s3.get_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in _CHANGED:
                    return
                raise
            left = self._cut(key, answer["Body"].read(), done)
            if left.mentions:
                done.mentioned.append(key)
            if not left.taken:
                return
            if not change or self._replace(key, answer, left.body):
                done.objects += 1
                done.lines += left.taken
                return

    def _replace(self, key: str, answer: dict[str, Any], body: bytes) -> bool:
        """Write the new bytes and delete the old; False if another writer was faster: then it is read again."""
        try:
            if body:
                kept = {name: answer[name] for name in ("Metadata", "ContentType") if answer.get(name)}
                self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, IfMatch=answer["ETag"], **kept)
            else:  # a mark of deletion first: without it an older version would be the newest again
                self.s3.delete_object(Bucket=self.bucket, Key=key, IfMatch=answer["ETag"])
            self.s3.delete_object(Bucket=self.bucket, Key=key, VersionId=answer.get("VersionId", "null"))
        except ClientError as error:
            if error.response["Error"]["Code"] in _CHANGED:
                return False
            raise
        return True

    def _cut(self, key: str, body: bytes, done: Rewritten) -> Without:
        try:
            return self.cut(key, body)
        except NotUnderstoodError:
            if key not in done.not_understood:
                done.not_understood.append(key)
            return Without(body=body, taken=0)

    def _read(self, key: str, version: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=self.bucket, Key=key, VersionId=version)["Body"].read()
        return body

    def _versions(self, prefix: str) -> Iterator[dict[str, Any]]:
        """Yield all versions, those of a key together; marks of deletion hold nothing."""
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix):
            yield from page.get("Versions", ())

"""The quarantine bucket as a queue: objects are taken out before their records are sent, and never lost on the way.

`redriving/<run>/<key>` holds what a run took and has not finished; `redriven/<run>/<key>` what went through. Every run
has places of its own, and deletes only what it read or copied itself: two runs at once may do work twice, and cannot
delete what the other still needs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from botocore.exceptions import ClientError

from operate.redrive.contents import GIVEN_UP, QUARANTINE, Waiting

TAKEN = "redriving/"
DONE = "redriven/"
_PLACES = (GIVEN_UP, QUARANTINE)  # given-up batches first: they came before what was refused after them
_ELSEWHERE = {"NoSuchKey", "404", "PreconditionFailed", "412", "ConditionalRequestConflict"}
_ASIDE = re.compile(r"(\.[a-p]{16}\.aside)?\.jsonl$")
_AS_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


@dataclass(frozen=True, slots=True)
class Item:
    """An object as it was when it was listed.

    Attributes
    ----------
    key
        Where it is.
    original
        Where it was before any run took it.
    modified
        When it was written, to the second: the function may write the very bytes anew, under the same key.
    """

    key: str
    original: str
    etag: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class QuarantineBucket:
    """The bucket's objects, for one run.

    Parameters
    ----------
    s3
        A boto3 client.
    run
        Names this run; no other run has the same name.
    prefix
        Only objects of which the original key begins so.
    """

    s3: Any
    name: str
    run: str
    prefix: str = ""

    def interrupted(self) -> list[Item]:
        """Return what earlier runs took and did not finish, or what a run under way is at."""
        found = []
        for key, etag, modified in self._list(TAKEN):
            _, _, original = key.removeprefix(TAKEN).partition("/")
            if original.startswith(_PLACES) and original.startswith(self.prefix):
                found.append(Item(key, original, etag, modified))
        return found

    def waiting(self) -> list[Item]:
        """Return the given-up batches and the quarantine's objects, in the order of their keys."""
        found: list[Item] = []
        for place in _PLACES:
            if place.startswith(self.prefix) or self.prefix.startswith(place):
                listed = self._list(max(place, self.prefix, key=len))
                found += (Item(key, key, etag, modified) for key, etag, modified in listed)
        return found

    def read(self, item: Item) -> bytes | None:
        """Return an object's bytes, or None if it is no longer what was listed: another run has it, or it is new."""
        try:
            answer = self.s3.get_object(Bucket=self.name, Key=item.key, IfMatch=item.etag)
            body: bytes = answer["Body"].read()
        except ClientError as error:
            if _is_elsewhere(error):
                return None
            raise
        return body if _second(answer["LastModified"]) == item.modified else None

    def take(self, item: Item, body: bytes, left: Sequence[Waiting] = ()) -> Item:
        """Move an object to where this run works; lines not to be sent stay in the quarantine, under a key of theirs.

        However much of it is done when the run dies: each record is in the quarantine or in the run's place.
        """
        if left:
            lines = b"".join(record.line + b"\n" for record in left)
            self.s3.put_object(Bucket=self.name, Key=aside_key(item.original, lines), Body=lines)
        key = f"{TAKEN}{self.run}/{item.original}"
        etag = self.s3.put_object(Bucket=self.name, Key=key, Body=body)["ETag"]
        self._delete(item)
        return Item(key, item.original, etag, item.modified)

    def finish(self, taken: Item, body: bytes, receipt: Mapping[str, int]) -> None:
        """Put what is kept, with the receipt as its metadata, where finished objects are, and let go of the rest."""
        self.s3.put_object(
            Bucket=self.name,
            Key=f"{DONE}{self.run}/{taken.original}",
            Body=body,
            Metadata={name: str(count) for name, count in receipt.items()},
        )
        self._delete(taken)

    def _delete(self, item: Item) -> None:
        """Delete an object unless its bytes are others by now; what another run has deleted is deleted."""
        try:
            self.s3.delete_object(Bucket=self.name, Key=item.key, IfMatch=item.etag)
        except ClientError as error:
            if not _is_elsewhere(error):
                raise

    def _list(self, prefix: str) -> Iterator[tuple[str, str, datetime]]:
        token: dict[str, str] = {}
        while True:
            page = self.s3.list_objects_v2(Bucket=self.name, Prefix=prefix, **token)
            for entry in page.get("Contents", ()):
                yield entry["Key"], entry["ETag"], _second(entry["LastModified"])
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}


def aside_key(original: str, lines: bytes) -> str:
    """Return the key of lines that stay behind: named by what they say, so that no two things have one name."""
    digest = blake2b(lines, digest_size=8).hexdigest().translate(_AS_LETTERS)  # no card number shows in letters
    return _ASIDE.sub("", original) + f".{digest}.aside.jsonl"


def _second(moment: datetime) -> datetime:
    """Drop what a header, unlike a listing, does not say."""
    return moment.replace(microsecond=0)


def _is_elsewhere(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in _ELSEWHERE

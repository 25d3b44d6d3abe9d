"""Where the objects of an archive lie: a bucket, or a directory that holds copies of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

from operate.archive.errors import ArchiveError, UnreadableObjectError

ENDING = ".jsonl.zst"
PREFIX = "archive/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveObject:
    """One object.

    Attributes
    ----------
    hour
        When its first record arrived, as the key says it: `date=2026-03-01/hour=07`; empty where it names none.
    version
        Changes whenever the bytes do: an ETag, or a file's size and time.
    """

    key: str
    hour: str
    version: str
    size: int


class Place(Protocol):
    """Somewhere that archive objects are."""

    @property
    def name(self) -> str:
        """What people call it."""

    def objects(self, since: str = "") -> list[ArchiveObject]:
        """Return what arrived from an hour on (`date=2026-03-01/hour=07`), in order of keys."""

    def read(self, wanted: ArchiveObject) -> bytes:
        """Return an object's bytes.

        Raises
        ------
        UnreadableObjectError
            If it went away, or changed, since it was listed.
        """


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory with copies of archive objects at any depth."""

    path: Path

    @property
    def name(self) -> str:
        """The directory, absolute."""
        return str(self.path.resolve())

    def objects(self, since: str = "") -> list[ArchiveObject]:
        """Return what arrived from an hour on, in order of keys.

        Raises
        ------
        ArchiveError
            If there is no such directory.
        """
        if not self.path.is_dir():
            raise ArchiveError(f"{self.path} is no directory; give one that holds archive objects (*{ENDING})")
        return sorted(self._found(since), key=lambda each: each.key)

    def read(self, wanted: ArchiveObject) -> bytes:
        """Return a file's bytes."""
        try:
            return (self.path / wanted.key).read_bytes()
        except OSError as error:
            raise UnreadableObjectError(f"{wanted.key} cannot be read: {error.strerror}") from error

    def _found(self, since: str) -> Iterator[ArchiveObject]:
        for path in self.path.rglob(f"*{ENDING}"):
            key = path.relative_to(self.path).as_posix()
            if (hour := hour_of(key)) >= since:
                status = path.stat()
                version = f"{status.st_size}-{status.st_mtime_ns}"
                yield ArchiveObject(key=key, hour=hour, version=version, size=status.st_size)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The archive bucket of a stack. Listing and reading is all that is done to it."""

    s3: Any
    bucket: str
    where: str = ""

    @property
    def name(self) -> str:
        """The bucket, and on which AWS."""
        return f"s3://{self.bucket}/{PREFIX}{f' ({self.where})' if self.where else ''}"

    def objects(self, since: str = "") -> list[ArchiveObject]:
        """Return what arrived from an hour on, in order of keys."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=PREFIX, StartAfter=f"{PREFIX}{since}"
        )
        return [
            ArchiveObject(key=e["Key"], hour=hour_of(e["Key"]), version=e["ETag"].strip('"'), size=e["Size"])
            for page in pages
            for e in page.get("Contents", ())
            if e["Key"].endswith(ENDING)
        ]

    def read(self, wanted: ArchiveObject) -> bytes:
        """Return an object's bytes, as they were listed."""
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=wanted.key, IfMatch=f'"{wanted.version}"')
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "PreconditionFailed", "404", "412"):
                raise UnreadableObjectError(f"{wanted.key} changed or went while it was read; run again") from error
            raise
        body: bytes = answer["Body"].read()
        return body


def hour_of(key: str) -> str:
    """Return date and hour that a key names.

    Examples
    --------
    >>> hour_of("archive/date=2026-03-01/hour=07/shardId-000000000000/1-2-abc.jsonl.zst")
    'date=2026-03-01/hour=07'
    """
    return "/".join(part for part in key.split("/") if part.startswith(("date=", "hour=")))

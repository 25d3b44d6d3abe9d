"""Files that people put into the buckets, and what runs made of them: searched for the card, and never rewritten."""

import gzip
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import zstandard
from botocore.exceptions import ClientError

_CHUNK = 1 << 20
PLACES = {
    "ArchiveBucketName": ("raw/", "batch/", "chargebacks/", "exports/"),
    "ModelsBucketName": ("runs/", "rules/", "drift/", "backtests/"),
}
"""Where such files are, by the output that names their bucket."""


@dataclass(slots=True)
class Searched:
    """What was found; addresses as `s3://bucket/key`.

    Attributes
    ----------
    mention
        Files that mention the card, each with the day on which it expires by itself.
    unreadable
        Files that could not be opened: nobody knows whether they mention the card.
    """

    files: int = 0
    mention: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search of all current objects below some prefixes of a bucket."""

    s3: Any
    bucket: str
    prefixes: tuple[str, ...]
    on_file: Callable[[int], object]

    def run(self, card: str, searched: Searched) -> None:
        """Look into each file: plain, gzip or zstd by its name, Parquet column by column."""
        pages = self.s3.get_paginator("list_objects_v2")
        days = expirations(self.s3, self.bucket)
        for prefix in self.prefixes:
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
                for entry in page.get("Contents", ()):
                    searched.files += 1
                    self.on_file(searched.files)
                    address = f"s3://{self.bucket}/{entry['Key']}"
                    try:
                        if card in entry["Key"] or self._mentions(entry["Key"], card):
                            searched.mention.append(f"{address} ({_expires(entry, days)})")
                    except (OSError, EOFError, pa.ArrowException, zstandard.ZstdError):
                        searched.unreadable.append(address)

    def _mentions(self, key: str, card: str) -> bool:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "file"
            with path.open("wb") as file:
                self.s3.download_fileobj(self.bucket, key, file)
            return file_mentions(path, key, card)


def expirations(s3: Any, bucket: str) -> dict[str, int]:
    """Return the days after which a bucket's objects expire, by prefix; empty where nothing does."""
    try:
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
            return {}
        raise
    return {
        rule.get("Filter", rule).get("Prefix", ""): rule["Expiration"]["Days"]
        for rule in rules
        if rule["Status"] == "Enabled" and "Days" in rule.get("Expiration", {})
    }


def _expires(entry: Mapping[str, Any], days: Mapping[str, int]) -> str:
    """Say when an object goes by itself: the shortest of the rules that mean it."""
    meant = [after for prefix, after in days.items() if entry["Key"].startswith(prefix)]
    return f"expires {entry['LastModified'] + timedelta(days=min(meant)):%Y-%m-%d}" if meant else "never expires"


def file_mentions(path: Path, name: str, card: str) -> bool:
    """Tell whether a file mentions a token, going by its name's ending.

    Raises
    ------
    OSError, EOFError, pyarrow.ArrowException, zstandard.ZstdError
        It is not what its name says.
    """
    lower = name.lower()
    if lower.endswith((".parquet", ".pq")):
        return _in_parquet(path, card)
    if lower.endswith((".gz", ".tgz")):
        with gzip.open(path) as file:
            return _in_chunks(file, card.encode())
    with path.open("rb") as file:
        if lower.endswith(".zst"):
            return _in_chunks(zstandard.ZstdDecompressor().stream_reader(file), card.encode())
        return _in_chunks(file, card.encode())


def _in_chunks(file: IO[bytes] | Any, token: bytes) -> bool:
    tail = b""
    while chunk := file.read(_CHUNK):
        if token in tail + chunk:
            return True
        tail = (tail + chunk)[-len(token) :]
    return False


def _in_parquet(path: Path, card: str) -> bool:
    with pq.ParquetFile(path) as file:
        return any(_in_batch(column, card) for batch in file.iter_batches() for column in _texts(batch))


def _texts(batch: pa.RecordBatch) -> Iterator[pa.Array]:
    for column in batch.columns:
        plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        if pa.types.is_string(plain.type) or pa.types.is_large_string(plain.type):
            yield plain


def _in_batch(column: pa.Array, card: str) -> bool:
    return bool(pc.any(pc.match_substring(column, card)).as_py())

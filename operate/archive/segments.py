"""Decoded columns on this disk: a few large Parquet files, each of which says which objects it holds.

There is no index that could be wrong: a segment is made whole under another name and then renamed, and its own metadata
says the key and version of every object in it. A run that was stopped loses what it had under way; two runs at once at
most do the same work twice. Rows of an object that was changed or removed in the archive are removed here too, so that
what was erased there does not live on.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from operate.archive.columns import LABELS, TRANSACTIONS
from operate.archive.decoding import Lines
from operate.archive.places import ArchiveObject

_FORMAT = 1
_OBJECTS, _MADE_BY = b"objects", b"made_by"
_LABELS_ENDING, _ENDING = ".labels.parquet", ".rows.parquet"
MADE_BY = hashlib.sha256(f"{_FORMAT}|{TRANSACTIONS}|{LABELS}".encode()).hexdigest()[:16].encode()
"""Another version of this program, or of the features, makes other columns: its segments are made anew."""


@dataclass(frozen=True, slots=True)
class Held:
    """One object in a segment, and how many rows and labels it has there."""

    key: str
    version: str
    rows: int
    labels: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows and labels of some objects, one object after the other."""

    path: Path
    objects: tuple[Held, ...]

    @property
    def rows(self) -> int:
        """How many transactions it holds."""
        return sum(held.rows for held in self.objects)

    def lines(self) -> Lines:
        """Return all of it."""
        return Lines(transactions=pq.read_table(self.path, memory_map=True), labels=self.labels())

    def labels(self) -> pa.Table:
        """Return its labels."""
        return pq.read_table(_labels_of(self.path))

    def remove(self) -> None:
        """Take it from the disk."""
        self.path.unlink(missing_ok=True)
        _labels_of(self.path).unlink(missing_ok=True)


def read_segments(directory: Path) -> list[Segment]:
    """Return the segments in a directory; what no reader of this version can use is removed."""
    found = []
    for path in sorted(directory.glob(f"*{_ENDING}")):
        try:
            metadata = pq.read_schema(path).metadata or {}
            usable = metadata.get(_MADE_BY) == MADE_BY and _labels_of(path).is_file()
            held = tuple(Held(*each) for each in json.loads(metadata[_OBJECTS])) if usable else ()
        except (OSError, pa.ArrowInvalid, KeyError, ValueError, TypeError):
            usable, held = False, ()
        segment = Segment(path, held)
        if usable:
            found.append(segment)
        else:
            segment.remove()
    return found


def write_segment(directory: Path, objects: Sequence[Held], lines: Iterable[Lines]) -> Segment:
    """Write a segment of decoded objects, each with its lines."""
    parts = list(lines)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{secrets.token_hex(8)}{_ENDING}"
    rows = pa.concat_tables([part.transactions for part in parts])
    labels = pa.concat_tables([part.labels for part in parts])
    told = {_MADE_BY: MADE_BY, _OBJECTS: json.dumps([[o.key, o.version, o.rows, o.labels] for o in objects]).encode()}
    # The rows come last: where they are, the labels are.
    for target, table in ((_labels_of(path), labels), (path, rows.replace_schema_metadata(told))):
        unfinished = target.with_suffix(".unfinished")
        pq.write_table(table, unfinished, compression="zstd", compression_level=1, row_group_size=max(len(table), 1))
        unfinished.rename(target)
    return Segment(path, tuple(objects))


def without(segment: Segment, gone: set[tuple[str, str]]) -> tuple[list[Held], Lines]:
    """Return what a segment holds besides some objects, named by key and version."""
    kept = [held for held in segment.objects if (held.key, held.version) not in gone]
    lines = segment.lines()
    stays = np.array([(held.key, held.version) not in gone for held in segment.objects], bool)
    rows = np.repeat(stays, [held.rows for held in segment.objects])
    labels = np.repeat(stays, [held.labels for held in segment.objects])
    return kept, Lines(
        transactions=lines.transactions.filter(pa.array(rows)), labels=lines.labels.filter(pa.array(labels))
    )


def held_by(each: ArchiveObject, lines: Lines) -> Held:
    """Return the entry of an object that was just decoded."""
    return Held(each.key, each.version, lines.transactions.num_rows, lines.labels.num_rows)


def _labels_of(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(_ENDING) + _LABELS_ENDING)

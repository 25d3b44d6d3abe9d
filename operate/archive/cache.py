"""Keeps the decoded columns of a place up to date with its objects."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from operate.archive.decoding import Lines, decode
from operate.archive.errors import UnreadableObjectError
from operate.archive.places import ArchiveObject, Place, hour_of
from operate.archive.segments import Held, Segment, held_by, read_segments, without, write_segment

DEFAULT = Path(".local") / "backtest"
_SEGMENT_ROWS = 65_536
_SMALL_ROWS, _MOST_SMALL = 8_192, 8

Progress = Callable[[int, int, int], None]
"""Is told how many objects of how many are decoded, and their rows so far."""


def in_silence(_objects: int, _of: int, _rows: int) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a place holds, decoded, and what that took.

    Attributes
    ----------
    segments
        All that the wanted objects are in, and possibly older ones.
    wanted
        Key and version of each object that was listed and could be read.
    decoded, rows_decoded
        What had to be decoded in this run: 0 where nothing had changed.
    unreadable
        Why objects were passed over, each named.
    """

    segments: Sequence[Segment]
    wanted: frozenset[tuple[str, str]]
    decoded: int
    rows_decoded: int
    unreadable: Sequence[str]

    @property
    def rows(self) -> int:
        """How many transactions the wanted objects hold, repeats among them."""
        held = {(each.key, each.version): each.rows for segment in self.segments for each in segment.objects}
        return sum(rows for name, rows in held.items() if name in self.wanted)


@dataclass(slots=True)
class Cache:
    """Decoded columns of one place, below a directory.

    Attributes
    ----------
    skip_unreadable
        Pass over an object that cannot be read, and say so, rather than stop.
    """

    place: Place
    root: Path = DEFAULT
    skip_unreadable: bool = False
    progress: Progress = in_silence
    _passed_over: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        """Where the columns of this place are kept."""
        return self.root / hashlib.sha256(self.place.name.encode()).hexdigest()[:12]

    def fill(self, since: str = "") -> Filled:
        """Decode what arrived from an hour on and is not here yet; remove what is not there any more.

        Raises
        ------
        UnreadableObjectError
            For an object that cannot be read, unless those are passed over. What was decoded before it is kept.
        """
        listed = self.place.objects(since)
        names = {(each.key, each.version) for each in listed}
        segments = list(self._cleaned(names, since))
        here = {(held.key, held.version) for segment in segments for held in segment.objects}
        missing = [each for each in listed if (each.key, each.version) not in here]
        self._passed_over.clear()
        new = list(self._write(missing))
        return Filled(
            segments=[*segments, *new],
            wanted=frozenset(names - set(self._passed_over)),
            decoded=len(missing) - len(self._passed_over),
            rows_decoded=sum(segment.rows for segment in new),
            unreadable=tuple(self._passed_over.values()),
        )

    def _cleaned(self, names: set[tuple[str, str]], since: str) -> Iterator[Segment]:
        """Yield the segments that are here, without what was changed or removed, many small ones made one."""
        segments = read_segments(self.directory) if self.directory.is_dir() else []
        small = [segment for segment in segments if segment.rows < _SMALL_ROWS]
        merged: list[tuple[list[Held], Lines]] = []
        for segment in segments:
            gone = {
                (held.key, held.version)
                for held in segment.objects
                if hour_of(held.key) >= since and (held.key, held.version) not in names
            }
            if len(small) > _MOST_SMALL and segment in small:
                merged.append(without(segment, gone))
            elif gone:
                held, lines = without(segment, gone)
                if held:
                    yield write_segment(self.directory, held, [lines])
                segment.remove()
            else:
                yield segment
        if merged:
            yield write_segment(self.directory, [each for held, _ in merged for each in held], [m for _, m in merged])
            for segment in small:
                segment.remove()

    def _write(self, missing: Sequence[ArchiveObject]) -> Iterator[Segment]:
        """Decode objects in their order and yield the segments they fill."""
        held: list[Held] = []
        parts: list[Lines] = []
        rows = total = 0
        try:
            for number, (each, lines) in enumerate(self._decoded(missing), 1):
                if lines is not None:
                    held.append(held_by(each, lines))
                    parts.append(lines)
                    rows += lines.transactions.num_rows
                    total += lines.transactions.num_rows
                self.progress(number, len(missing), total)
                if rows >= _SEGMENT_ROWS:
                    yield write_segment(self.directory, held, parts)
                    held, parts, rows = [], [], 0
        except BaseException:
            if held:  # interrupted: what is decoded need not be decoded again
                write_segment(self.directory, held, parts)
            raise
        if held:
            yield write_segment(self.directory, held, parts)

    def _decoded(self, missing: Sequence[ArchiveObject]) -> Iterator[tuple[ArchiveObject, Lines | None]]:
        """Yield each object with its lines; None where it was passed over. A few are fetched and decoded at once."""
        workers = 2 * (os.cpu_count() or 1)
        pending = iter(missing)
        with ThreadPoolExecutor(workers) as pool:
            running = [(each, pool.submit(self._read, each)) for each in islice(pending, 2 * workers)]
            try:
                while running:
                    each, future = running.pop(0)
                    result = future.result()
                    running += [(following, pool.submit(self._read, following)) for following in islice(pending, 1)]
                    if isinstance(result, UnreadableObjectError):
                        if not self.skip_unreadable:
                            raise result
                        self._passed_over[each.key, each.version] = str(result)
                        yield each, None
                    else:
                        yield each, result
            finally:
                pool.shutdown(cancel_futures=True)

    def _read(self, each: ArchiveObject) -> Lines | UnreadableObjectError:
        try:
            return decode(self.place.read(each), each.key)
        except UnreadableObjectError as error:
            return error

"""Decisions of a period out of the archive, object by object: what is held is one object, the labels, and the ids."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from fraudstream.records import CALLER

from operate.archive.decoding import decode, unpacked
from operate.archive.errors import UnreadableObjectError
from operate.archive.places import ArchiveObject, Place
from operate.archive.wish import Asked
from operate.export.columns import pick, pseudonyms
from operate.export.labels import Labels
from operate.export.repeats import Seen

Progress = Callable[[str, int, int], None]
"""Is told the step, and how many objects of how many it has done."""


@dataclass(slots=True)
class Export:
    """Reads the archive twice: first for the labels, which come later than what they are about, then for the rows.

    Attributes
    ----------
    rows, labels
        Written so far; labels known.
    unreadable
        Why objects were passed over, each named.
    """

    place: Place
    wish: Asked
    names: Sequence[str]
    progress: Progress
    rows: int = 0
    labels: Labels = field(default_factory=Labels)
    unreadable: dict[str, str] = field(default_factory=dict)

    def tables(self) -> Iterator[pa.Table]:
        """Yield the wanted columns of the period's rows, each transaction once, in order of their arrival.

        Raises
        ------
        UnreadableObjectError
            For an object that cannot be read, unless those are passed over.
        """
        objects = self.place.objects(self.wish.since_hour)
        for body, each in self._bodies("labels of object", objects):
            with self._passing_over(each):
                self.labels.take(unpacked(body, each.key), each.key)
        seen, name_card = Seen(), pseudonyms()
        for body, each in self._bodies("rows of object", [each for each in objects if self._may_hold(each)]):
            with self._passing_over(each):
                rows = self._of_period(decode(body, each.key).transactions)
                rows = rows.filter(pa.array(seen.first(rows.column("transaction_id").to_pylist())))
                self.rows += len(rows)
                yield pick(self.labels.join(rows), self.names, name_card)

    def _bodies(self, step: str, objects: Sequence[ArchiveObject]) -> Iterator[tuple[bytes, ArchiveObject]]:
        for number, each in enumerate(objects, 1):
            if each.key not in self.unreadable:
                with self._passing_over(each):
                    yield self.place.read(each), each
            self.progress(step, number, len(objects))

    def _passing_over(self, each: ArchiveObject) -> "_PassingOver":
        return _PassingOver(self, each)

    def _of_period(self, rows: pa.Table) -> pa.Table:
        decided = rows.column("decided_ms")
        if self.wish.since_ms is not None:
            rows = rows.filter(pc.greater_equal(decided, self.wish.since_ms))
        if self.wish.until_ms is not None:
            rows = rows.filter(pc.less(rows.column("decided_ms"), self.wish.until_ms))
        return rows

    def _may_hold(self, each: ArchiveObject) -> bool:
        """Tell whether an object may hold rows of the period: none arrives after it was decided.

        But what a caller of the API asked for, and did not get written, may be completed by a later call.
        """
        if self.wish.until_ms is None or f"/{CALLER}/" in each.key:
            return True
        last = datetime.fromtimestamp(self.wish.until_ms / 1000, UTC) + timedelta(hours=1)
        return each.hour < f"date={last:%Y-%m-%d}/hour={last:%H}"


class _PassingOver:
    """Notes an object that cannot be read, where that was asked for."""

    def __init__(self, export: Export, each: ArchiveObject) -> None:
        self._export, self._each = export, each

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if isinstance(error, UnreadableObjectError) and self._export.wish.skip_unreadable:
            self._export.unreadable.setdefault(self._each.key, str(error))
            return True
        return False

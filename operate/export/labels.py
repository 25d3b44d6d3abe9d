"""The labels of an archive as they are known now: the last of each transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from fraudstream.contract import to_epoch_ms

from operate.archive.errors import UnreadableObjectError
from operate.export.columns import LABEL

_MARK = b'"kind":"label"'


class _Said(msgspec.Struct, frozen=True):
    transaction_id: str
    label: str
    label_time: str
    source: str | None = None


class _Line(msgspec.Struct, frozen=True):
    kind: str
    label: _Said | None = None


_LINE = msgspec.json.Decoder(_Line)


@dataclass(slots=True)
class Labels:
    """Labels by transaction, taken up object by object, in the order of their keys."""

    _last: dict[str, tuple[int, str, str | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._last)

    def take(self, text: bytes, name: str) -> None:
        """Take up the labels among an object's lines; `name` is what a failure calls it.

        Raises
        ------
        UnreadableObjectError
            For a label that is none.
        """
        if _MARK not in text:
            return
        for line in text.splitlines():
            if _MARK in line:  # which a field of a transaction may say too
                try:
                    said = _LINE.decode(line)
                    self._keep(said.label if said.kind == "label" else None)
                except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
                    raise UnreadableObjectError(f"{name} holds a label that is none; restore the object") from None

    def _keep(self, said: _Said | None) -> None:
        if said is None:
            return
        at_ms = to_epoch_ms(said.label_time)
        if at_ms is None:
            raise ValueError("label_time")
        standing = self._last.get(said.transaction_id)
        if standing is None or standing[0] <= at_ms:
            self._last[said.transaction_id] = (at_ms, said.label, said.source)

    def join(self, rows: pa.Table) -> pa.Table:
        """Return rows with the three columns of their labels, null where there is none."""
        found = [self._last.get(name) for name in _texts(rows.column("transaction_id"))]
        columns = [
            pa.array([each and each[1] for each in found], LABEL["label"]),
            pc.cast(pa.array([each and each[0] for each in found], pa.int64()), LABEL["label_time"]),
            pa.array([each and each[2] for each in found], LABEL["label_source"]),
        ]
        for name, column in zip(LABEL, columns, strict=True):
            rows = rows.append_column(name, column)
        return rows


def _texts(column: pa.ChunkedArray) -> Iterable[str]:
    texts: Iterable[str] = column.to_pylist()
    return texts

"""What the demo sends, in the data's own order of time: transactions, labels among them, repeats and garbage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Kind(StrEnum):
    """Why a record is in the stream."""

    TRANSACTION = "transaction"
    LABEL = "label"
    REPEAT = "repeat"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One Kinesis record to send; `transaction_id` is empty where the bytes hold no usable one."""

    kind: Kind
    transaction_id: str
    partition_key: str
    data: bytes


def interleave(
    transactions: Sequence[Record],
    transaction_times_ms: NDArray[np.int64],
    labels: Sequence[Record],
    label_times_ms: NDArray[np.int64],
) -> list[Record]:
    """Merge labels among transactions by time; of one moment, labels first: they were known when the payment came."""
    records = [*labels, *transactions]
    order = np.argsort(np.concatenate([label_times_ms, transaction_times_ms]), kind="stable")
    return [records[i] for i in order]


def with_repeats(records: Sequence[Record], *, count: int, distance: int) -> list[Record]:
    """Send `count` transactions a second time: every other one at once, the rest `distance` records later."""
    positions = [i for i, record in enumerate(records) if record.kind is Kind.TRANSACTION]
    chosen = positions[:: max(1, len(positions) // max(1, count))][:count] if count else []
    later: dict[int, list[Record]] = {}
    for rank, position in enumerate(chosen):
        record = records[position]
        again = Record(
            kind=Kind.REPEAT,
            transaction_id=record.transaction_id,
            partition_key=record.partition_key,
            data=record.data,
        )
        after = position if rank % 2 == 0 else min(position + distance, len(records) - 1)
        later.setdefault(after, []).append(again)
    return [sent for i, record in enumerate(records) for sent in (record, *later.get(i, ()))]


def scattered(records: Sequence[Record], strays: Iterable[Record]) -> list[Record]:
    """Put strays among the records at even distances."""
    strays = list(strays)
    gap = len(records) // (len(strays) + 1)
    result: list[Record] = []
    for number, stray in enumerate(strays):
        result += [*records[number * gap : (number + 1) * gap], stray]
    return result + list(records[len(strays) * gap :])

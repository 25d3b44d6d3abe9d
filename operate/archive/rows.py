"""The transactions of an archive as arrays, each once, with what is known of them now."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from fraudstream.columns import FRAUD, LEGITIMATE, UNKNOWN
from fraudstream.features import FEATURES_VERSION
from fraudstream.policy.columns import Coded
from numpy.typing import NDArray

from operate.archive.cache import Filled
from operate.archive.coding import coded_of, first_of_each, last_of_each, taken, whole
from operate.archive.columns import FIRED, LABELS, TRANSACTIONS
from operate.archive.segments import Segment

NEVER = np.iinfo(np.int64).min
"""Stands where no label is."""
CODED = ("currency", "decision", "model_version", "rules_version", "features_version", *FIRED)
TEXTUAL = frozenset(field.name for field in TRANSACTIONS if field.type == "string")
_NUMBERED = {"fraud": FRAUD, "legitimate": LEGITIMATE}
_PLAIN = ("transaction_id", "event_ms", "decided_ms", "amount_minor", "fraud_score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rows that one segment gives: where they stand in it, in rising order."""

    segment: Segment
    positions: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Transactions, one element of each array a transaction; the parts follow one another in the same order.

    Attributes
    ----------
    score
        NaN where rules alone decided.
    label, label_ms
        What is said of it now, as the feature engine numbers labels, and since when (`NEVER` without one).
    coded
        Texts by name: `CODED`.
    all_label_ms
        When every label of the archive became known, whatever rows were chosen.
    latest_ms
        The latest event or label of all that was read, chosen or not: the data's own clock.
    repeats
        Lines that repeated a transaction: retries write the same decision again.
    orphans
        Labels whose transaction is not among all that was read; None of a sample.
    other_features
        Rows of the period that were served another version's features; they are left out.
    """

    parts: Sequence[Part]
    event_ms: NDArray[np.int64]
    decided_ms: NDArray[np.int64]
    amount_minor: NDArray[np.int64]
    score: NDArray[np.float64]
    label: NDArray[np.int8]
    label_ms: NDArray[np.int64]
    coded: Mapping[str, Coded]
    all_label_ms: NDArray[np.int64]
    latest_ms: int
    repeats: int
    orphans: int | None
    other_features: int

    def __len__(self) -> int:
        return len(self.event_ms)


def read_rows(
    filled: Filled, *, since_ms: int | None = None, until_ms: int | None = None, share: float | None = None
) -> Rows:
    """Return the transactions that were decided in a period, with the labels known now.

    Of several labels of one transaction the last by `label_time` holds.

    Parameters
    ----------
    share
        Of the cards: all transactions of some cards, chosen by a hash of the card, the same ones every time.
    """
    parts, table = _live(filled, share)
    ids = whole(table.column("transaction_id")).dictionary_encode()
    codes = ids.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    first = first_of_each(codes)
    event_ms, decided_ms = (table.column(name).to_numpy() for name in ("event_ms", "decided_ms"))
    labels = _last_labels(filled)
    label, label_ms, orphans = _joined(ids.dictionary, labels)
    all_label_ms = labels.column("label_ms").to_numpy()
    version = coded_of(table.column("features_version"))
    current = version.where(lambda value: value == FEATURES_VERSION)
    chosen = first & (decided_ms >= (NEVER if since_ms is None else since_ms))
    if until_ms is not None:
        chosen &= decided_ms < until_ms
    kept = np.flatnonzero(chosen & current)
    return Rows(
        parts=_chosen(parts, kept),
        event_ms=event_ms[kept],
        decided_ms=decided_ms[kept],
        amount_minor=table.column("amount_minor").to_numpy()[kept],
        score=table.column("fraud_score").to_numpy()[kept],
        label=label[codes[kept]],
        label_ms=label_ms[codes[kept]],
        coded={name: taken(coded_of(table.column(name)), kept) for name in CODED},
        all_label_ms=all_label_ms,
        latest_ms=max((int(times.max()) for times in (event_ms, all_label_ms) if len(times)), default=0),
        repeats=int((~first).sum()),
        orphans=None if share is not None else orphans,
        other_features=int((chosen & ~current).sum()),
    )


def _live(filled: Filled, share: float | None) -> tuple[list[Part], pa.Table]:
    """Return the rows of wanted objects, and some of their columns; an object that is in two segments counts once."""
    parts, tables, seen = [], [], set[tuple[str, str]]()
    names = (*_PLAIN, *CODED)
    texts = [name for name in names if name in TEXTUAL]
    for segment in filled.segments:
        objects = [(held.key, held.version) for held in segment.objects]
        wanted = np.array([each in filled.wanted and each not in seen for each in objects], bool)
        seen.update(objects)
        mask = np.repeat(wanted, [held.rows for held in segment.objects])
        if share is not None and mask.any():
            cards = pq.read_table(segment.path, columns=["card_id"], read_dictionary=["card_id"])
            mask &= coded_of(cards.column(0)).where(lambda card: _draw(card) < share)
        if mask.any():
            parts.append(Part(segment=segment, positions=np.flatnonzero(mask)))
            table = pq.read_table(segment.path, columns=list(names), read_dictionary=texts)
            tables.append(table if mask.all() else table.filter(pa.array(mask)))
    if not tables:
        return [], pa.schema([TRANSACTIONS.field(name) for name in names]).empty_table()
    return parts, pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _last_labels(filled: Filled) -> pa.Table:
    """Return the label of each id that has any: the last by its time, then by the object and line it stands in."""
    tables, keys, seen = [LABELS.empty_table()], [np.empty(0, object)], set[tuple[str, str]]()
    for segment in filled.segments:
        objects = [(held.key, held.version) for held in segment.objects]
        wanted = np.array([each in filled.wanted and each not in seen for each in objects], bool)
        seen.update(objects)
        counts = [held.labels for held in segment.objects]
        mask = np.repeat(wanted, counts)
        if mask.any():
            tables.append(segment.labels().filter(pa.array(mask)))
            keys.append(np.repeat(np.array([key for key, _ in objects], object), counts)[mask])
    table = pa.concat_tables(tables).combine_chunks()
    order = np.lexsort((np.concatenate(keys).astype(str), table.column("label_ms").to_numpy()))
    table = table.take(pa.array(order))
    codes = whole(table.column("transaction_id")).dictionary_encode().indices.to_numpy(zero_copy_only=False)
    last = last_of_each(codes.astype(np.int64))
    return table.filter(pa.array(last))


def _joined(ids: pa.Array, labels: pa.Table) -> tuple[NDArray[np.int8], NDArray[np.int64], int]:
    """Return label and time of each id, and how many labels found none."""
    found = pc.index_in(labels.column("transaction_id"), value_set=ids)
    places = pc.fill_null(found, -1).to_numpy().astype(np.int64)
    meets = places >= 0
    label = np.full(len(ids), UNKNOWN, np.int8)
    label_ms = np.full(len(ids), NEVER)
    said = coded_of(labels.column("label")).numbers(lambda text: _NUMBERED.get(text, UNKNOWN), UNKNOWN)
    label[places[meets]] = said[meets]
    label_ms[places[meets]] = labels.column("label_ms").to_numpy()[meets]
    return label, label_ms, int((~meets).sum())


def _chosen(parts: Sequence[Part], kept: NDArray[np.int64]) -> list[Part]:
    """Return the parts with the kept rows alone; `kept` counts through all parts."""
    ends = np.cumsum([len(part.positions) for part in parts])
    chosen = []
    for part, end in zip(parts, ends, strict=True):
        start = end - len(part.positions)
        low, high = np.searchsorted(kept, [start, end])
        if high > low:
            chosen.append(Part(segment=part.segment, positions=part.positions[kept[low:high] - start]))
    return chosen


def _draw(card: str) -> float:
    return int.from_bytes(hashlib.blake2b(card.encode(), digest_size=4).digest(), "big") / 2**32

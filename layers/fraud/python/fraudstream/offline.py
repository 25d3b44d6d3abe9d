"""The engine over a whole log at once: features for training, histories for backfill."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.columns import FRAUD, Transactions
from fraudstream.features.engine import Past, compute, run_all
from fraudstream.features.numbering import Numbered
from fraudstream.features.rows import MERCHANT, Rows
from fraudstream.features.targets import Targets
from fraudstream.hashing import short_hashes
from fraudstream.histories import CARD, TERMINAL, Bounds, Entries, Ledger
from fraudstream.histories.entries import MAX_AMOUNT_MINOR, label_rank
from fraudstream.histories.order import same_moment

__all__ = ["Numbered", "compute_features", "entries_of", "fold_histories"]


def compute_features(transactions: Transactions, *, workers: int = 1) -> NDArray[np.float32]:
    """Return the features of every transaction of a log, shape (n, features), in input order.

    Each row sees strictly earlier transactions, and labels known strictly before it. Fastest where the log is in order
    of time and its ids are `Numbered` already. `workers` threads share the work; their number changes no value.
    """
    card, terminal = Numbered.of(transactions.card_id), Numbered.of(transactions.terminal_id)
    targets = Targets.build(transactions)
    cards, terminals = run_all(
        [
            partial(_past, CARD, transactions, targets, card, terminal),
            partial(_past, TERMINAL, transactions, targets, terminal, card),
        ],
        workers,
    )
    return compute(targets, cards, terminals, workers=workers)


def _past(bounds: Bounds, transactions: Transactions, targets: Targets, own: Numbered, other: Numbered) -> Past:
    """Return the rows of a log beside the histories that the same log makes.

    Ids and labels are looked at where features depend on them: ids of transactions of one history at one millisecond,
    labels there and of frauds.
    """
    rows = Rows.of(targets, _by_activity(own), other.hashed, merchants=bounds.places > 0)
    tied = same_moment(rows.entity, rows.time)
    ident, rank = np.zeros(len(rows), np.uint16), np.zeros(len(rows), np.int32)
    ties = np.flatnonzero(tied)
    if len(ties):
        ties = np.union1d(ties - 1, ties)
        ident[ties] = short_hashes([transactions.transaction_id[place] for place in rows.place[ties].tolist()])
        order = ties[np.lexsort((ident[ties], rows.time[ties], rows.entity[ties]))]
        columns: list[NDArray[Any]] = [rows.place, rows.counterpart, rows.amount, ident]
        columns += [column for column in (rows.category, rows.country, rows.cell) if column is not None]
        if rows.units.flags.writeable:  # rather than one value, broadcast
            columns.append(rows.units)
        for column in columns:
            column[ties] = column[order]
    if transactions.label is not None and transactions.label_time_ms is not None:
        told = np.union1d(np.flatnonzero((transactions.label == FRAUD)[rows.place]), ties)
        place = rows.place[told]
        rank[told] = label_rank(transactions.label[place], transactions.label_time_ms[place], rows.time[told])
    entries = Entries(
        entity=rows.entity,
        time=rows.time,
        ident=ident,
        counterpart=rows.counterpart,
        amount=rows.amount,
        rank=rank,
        marker=np.zeros(len(rows), np.bool_),
        category=rows.category,
        country=rows.country,
        cell=rows.cell,
    )
    repeated = tied[ties] & (ident[ties] == ident[ties - 1])
    if repeated.any():
        return Past(rows, Ledger.build(bounds, [None] * len(own.names), entries))
    return Past(rows, Ledger.of_log(bounds, len(own.names), entries))


def _by_activity(numbered: Numbered) -> NDArray[np.int64]:
    """Return each row's history, numbered by how much is in it: neighbours then look back about equally far."""
    busiest_last = np.argsort(np.bincount(numbered.code, minlength=len(numbered.names)), kind="stable")
    number = np.empty(len(busiest_last), np.int64)
    number[busiest_last] = np.arange(len(busiest_last))
    return number[numbered.code]


def fold_histories(transactions: Transactions) -> dict[str, bytes]:
    """Return the packed history of every card and terminal of a log, by the key of its item."""
    card, terminal = Numbered.of(transactions.card_id), Numbered.of(transactions.terminal_id)
    idents = short_hashes(transactions.transaction_id)
    targets = Targets.build(transactions)
    return _fold(
        CARD, card.names, entries_of(transactions, card.code, terminal.hashed, idents, merchants=targets)
    ) | _fold(TERMINAL, terminal.names, entries_of(transactions, terminal.code, card.hashed, idents))


def entries_of(
    transactions: Transactions,
    entity: NDArray[np.int64],
    counterpart: NDArray[np.uint16],
    idents: NDArray[np.uint16],
    *,
    merchants: Targets | None = None,
) -> Entries:
    """Return transactions, with their labels if any and their merchants if told, as entries of one kind of history."""
    n = len(transactions)
    labels = transactions.label is not None and transactions.label_time_ms is not None
    return Entries(
        entity=entity,
        time=transactions.event_time_ms,
        ident=idents,
        counterpart=counterpart,
        amount=np.minimum(transactions.amount_minor, MAX_AMOUNT_MINOR),
        rank=label_rank(transactions.label, transactions.label_time_ms, transactions.event_time_ms)
        if labels and transactions.label is not None and transactions.label_time_ms is not None
        else np.zeros(n, np.int32),
        marker=np.zeros(n, np.bool_),
        **{name: getattr(merchants, name) for name in MERCHANT if merchants is not None},
    )


def _fold(bounds: Bounds, names: list[str], entries: Entries) -> dict[str, bytes]:
    packed = Ledger.build(bounds, [None] * len(names), entries).pack()
    return {bounds.prefix + name: blob for name, blob in zip(names, packed, strict=True)}

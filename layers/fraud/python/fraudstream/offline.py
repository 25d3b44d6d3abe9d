"""The engine over a whole log at once: features for training, histories for backfill."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.columns import Transactions
from fraudstream.features.engine import compute
from fraudstream.features.targets import Targets
from fraudstream.hashing import short_hashes
from fraudstream.histories import CARD, TERMINAL, Bounds, Entries, Ledger
from fraudstream.histories.entries import MAX_AMOUNT_MINOR, label_rank


@dataclass(frozen=True, slots=True)
class Numbered:
    """Names of one kind in columns: the distinct ones, which of them each row has, and each row's short hash."""

    names: list[str]
    code: NDArray[np.int64]
    hashed: NDArray[np.uint16]

    @classmethod
    def of(cls, names: Sequence[str]) -> "Numbered":
        """Return names numbered in order of first appearance."""
        codes: dict[str, int] = {}
        code = np.fromiter((codes.setdefault(name, len(codes)) for name in names), np.int64, len(names))
        distinct = list(codes)
        return cls(distinct, code, short_hashes(distinct)[code] if distinct else np.empty(0, np.uint16))


def compute_features(transactions: Transactions) -> NDArray[np.float32]:
    """Return the features of every transaction of a log, shape (n, features), in input order.

    Each row sees strictly earlier transactions, and labels known strictly before it.
    """
    card, terminal = Numbered.of(transactions.card_id), Numbered.of(transactions.terminal_id)
    idents = short_hashes(transactions.transaction_id)
    targets = Targets.build(transactions, card.code, terminal.code, card.hashed, terminal.hashed)
    cards = entries_of(transactions, card.code, terminal.hashed, idents)
    terminals = entries_of(transactions, terminal.code, card.hashed, idents)
    return compute(
        targets,
        Ledger.build(CARD, [None] * len(card.names), cards),
        Ledger.build(TERMINAL, [None] * len(terminal.names), terminals),
    )


def fold_histories(transactions: Transactions) -> dict[str, bytes]:
    """Return the packed history of every card and terminal of a log, by the key of its item."""
    card, terminal = Numbered.of(transactions.card_id), Numbered.of(transactions.terminal_id)
    idents = short_hashes(transactions.transaction_id)
    return _fold(CARD, card.names, entries_of(transactions, card.code, terminal.hashed, idents)) | _fold(
        TERMINAL, terminal.names, entries_of(transactions, terminal.code, card.hashed, idents)
    )


def entries_of(
    transactions: Transactions, entity: NDArray[np.int64], counterpart: NDArray[np.uint16], idents: NDArray[np.uint16]
) -> Entries:
    """Return transactions, with their labels if any, as entries of one kind of history."""
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
    )


def _fold(bounds: Bounds, names: list[str], entries: Entries) -> dict[str, bytes]:
    packed = Ledger.build(bounds, [None] * len(names), entries).pack()
    return {bounds.prefix + name: blob for name, blob in zip(names, packed, strict=True)}

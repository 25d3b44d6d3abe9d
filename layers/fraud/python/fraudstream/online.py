"""The engine over one batch: features from stored histories, and those histories with the batch added."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.columns import Transactions
from fraudstream.features.engine import Past, compute
from fraudstream.features.numbering import Numbered
from fraudstream.features.rows import Rows
from fraudstream.features.targets import Targets
from fraudstream.hashing import short_hashes
from fraudstream.histories import CARD, TERMINAL, Bounds, Entries, Ledger
from fraudstream.histories.entries import label_rank
from fraudstream.offline import entries_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Label events in columns, one sequence or array of length n each; times in epoch milliseconds."""

    transaction_id: Sequence[str]
    card_id: Sequence[str]
    terminal_id: Sequence[str]
    event_time_ms: NDArray[np.int64]
    label: NDArray[np.int8]
    label_time_ms: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Side:
    """The batch as one kind of history sees it: who is in it, and what is new for each."""

    bounds: Bounds
    keys: list[str]
    new: Entries

    def ledger(self, stored: Mapping[str, bytes]) -> Ledger:
        return Ledger.build(self.bounds, [stored.get(key) for key in self.keys], self.new)

    def only(self, keys: Collection[str]) -> "_Side":
        wanted = [position for position, key in enumerate(self.keys) if key in keys]
        number = np.full(len(self.keys), -1, np.int64)
        number[wanted] = np.arange(len(wanted))
        rows = self.new.take(number[self.new.entity] >= 0)
        entries = replace(rows, entity=number[rows.entity])
        return _Side(self.bounds, [self.keys[position] for position in wanted], entries)


class BatchUpdate:
    """What a batch of transactions and labels asks of, and adds to, the histories of its cards and terminals.

    Features and histories come of one merge, `apply`. Where another writer was faster, `reapply` merges the batch's
    own events into what that writer left; as merging is a union, doing it twice changes nothing.
    """

    def __init__(self, transactions: Transactions, labels: Labels) -> None:
        n = len(transactions)
        card = Numbered.of([*transactions.card_id, *labels.card_id])
        terminal = Numbered.of([*transactions.terminal_id, *labels.terminal_id])
        idents = short_hashes(transactions.transaction_id)
        label_idents = short_hashes(labels.transaction_id)
        self._targets = Targets.build(transactions)
        self._card_rows = Rows.of(self._targets, card.code[:n], terminal.hashed[:n], merchants=True)
        self._terminal_rows = Rows.of(self._targets, terminal.code[:n], card.hashed[:n], merchants=False)
        self._cards, self._terminals = (
            _Side(
                bounds,
                [bounds.prefix + name for name in own.names],
                Entries.concatenate(
                    [
                        entries_of(transactions, own.code[:n], other.hashed[:n], idents, merchants=merchants),
                        _markers(labels, own.code[n:], other.hashed[n:], label_idents),
                    ]
                ),
            )
            for bounds, own, other, merchants in (
                (CARD, card, terminal, self._targets),
                (TERMINAL, terminal, card, None),  # whose merchant is always the same
            )
        )

    @property
    def keys(self) -> list[str]:
        """The items this batch reads and writes."""
        return self._cards.keys + self._terminals.keys

    def apply(self, stored: Mapping[str, bytes]) -> tuple[NDArray[np.float32], dict[str, bytes]]:
        """Return the features of the transactions, shape (n, features), and the histories that changed, by key.

        Raises
        ------
        HistoryFormatError
            Where a stored history has bytes that no version of this code wrote.
        """
        cards, terminals = self._cards.ledger(stored), self._terminals.ledger(stored)
        features = compute(self._targets, Past(self._card_rows, cards), Past(self._terminal_rows, terminals))
        changed = _changed(self._cards.keys, cards, stored) | _changed(self._terminals.keys, terminals, stored)
        return features, changed

    def reapply(self, keys: Collection[str], stored: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the histories of the given keys, as stored now, with this batch merged in, where that changes them."""
        changed: dict[str, bytes] = {}
        for side in (self._cards.only(keys), self._terminals.only(keys)):
            changed |= _changed(side.keys, side.ledger(stored), stored)
        return changed


def _changed(keys: list[str], ledger: Ledger, stored: Mapping[str, bytes]) -> dict[str, bytes]:
    packed = zip(keys, ledger.pack(), strict=True)
    return {key: blob for key, blob in packed if stored.get(key) != blob}


def _markers(
    labels: Labels, entity: NDArray[np.int64], counterpart: NDArray[np.uint16], idents: NDArray[np.uint16]
) -> Entries:
    n = len(labels.transaction_id)
    return Entries(
        entity=entity,
        time=labels.event_time_ms,
        ident=idents,
        counterpart=counterpart,
        amount=np.zeros(n, np.int64),
        rank=label_rank(labels.label, labels.label_time_ms, labels.event_time_ms),
        marker=np.ones(n, np.bool_),
    )

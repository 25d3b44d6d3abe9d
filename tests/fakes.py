"""The ports of the pipeline in memory: small, and held to the real adapters by tests/contract/test_ports.py."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np
from fraudstream.cases import disposition_of, risk
from fraudstream.contract import Alert, Case, Decision, Disposition, Label, from_epoch_ms
from fraudstream.errors import CursorError, EndpointMissingError
from fraudstream.features import FEATURE_NAMES
from fraudstream.ports import DecisionRecord, QueueOrder, QueuePage, StoredCase, StoredHistory
from fraudstream.scoring import Scores, Thresholds


@dataclass
class FakeHistories:
    """Histories in a dictionary."""

    items: dict[str, StoredHistory] = field(default_factory=dict)

    def load(self, keys: Sequence[str]) -> dict[str, StoredHistory]:
        return {key: self.items[key] for key in keys if key in self.items}

    def save(self, packed: Mapping[str, bytes], versions: Mapping[str, int], now_ms: int) -> list[str]:
        lost = []
        for key, blob in packed.items():
            version = versions.get(key, 0)
            standing = self.items[key].version if key in self.items else 0
            if standing == version:
                self.items[key] = StoredHistory(packed=blob, version=version + 1)
            else:
                lost.append(key)
        return lost


@dataclass
class FakeDecisions:
    """Decisions in a dictionary, their labels in another."""

    items: dict[str, DecisionRecord] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    completed: set[str] = field(default_factory=set)

    def record(self, records: Sequence[DecisionRecord]) -> set[str]:
        taken = {r.decision.transaction_id for r in records if r.decision.transaction_id in self.items}
        self.items |= {r.decision.transaction_id: r for r in records if r.decision.transaction_id not in taken}
        return taken

    def read(self, transaction_ids: Collection[str]) -> dict[str, DecisionRecord]:
        found = {name: self.items[name] for name in transaction_ids if name in self.items}
        return {
            name: replace(record, completed=name in self.completed, disposition=self._disposition(name))
            for name, record in found.items()
        }

    def _disposition(self, name: str) -> Disposition | None:
        return disposition_of(self.labels[name]) if name in self.labels else None

    def complete(self, transaction_ids: Sequence[str]) -> None:
        self.completed.update(name for name in transaction_ids if name in self.items)

    def find(self, transaction_id: str) -> Decision | None:
        if transaction_id not in self.items:
            return None
        decision, label = self.items[transaction_id].decision, self.labels.get(transaction_id)
        if label is None:
            return decision
        # As the table keeps it, in the canonical form of a moment.
        when = from_epoch_ms(label.label_time_ms)
        return msgspec.structs.replace(decision, label=label.label, label_time=when, label_source=label.source)

    def find_all(self, transaction_ids: Collection[str]) -> dict[str, Decision]:
        return {name: found for name in transaction_ids if (found := self.find(name)) is not None}

    def label(self, labels: Sequence[Label]) -> int:
        noted = set()
        for label in labels:
            standing = self.labels.get(label.transaction_id)
            if label.transaction_id in self.items and (
                standing is None or standing.label_time_ms <= label.label_time_ms
            ):
                self.labels[label.transaction_id] = label
                noted.add(label.transaction_id)
        return len(noted)


@dataclass
class FakeCases:
    """Cases in a dictionary; a cursor is the order and the card that a page ended with."""

    items: dict[str, StoredCase] = field(default_factory=dict)

    def load(self, card_ids: Sequence[str]) -> dict[str, StoredCase]:
        return {card: self.items[card] for card in card_ids if card in self.items}

    def save(self, cases: Sequence[Case], versions: Mapping[str, int], now_ms: int) -> list[str]:
        lost = []
        for case in cases:
            version = versions.get(case.card_id, 0)
            standing = self.items[case.card_id].version if case.card_id in self.items else 0
            if standing == version:
                self.items[case.card_id] = StoredCase(case=case, version=version + 1)
            else:
                lost.append(case.card_id)
        return lost

    def queue(self, order: QueueOrder, limit: int, cursor: str | None = None) -> QueuePage:
        waiting = [stored.case for stored in self.items.values() if stored.case.is_open]
        if order == "risk":
            waiting.sort(key=lambda case: (-risk(case), case.card_id))
        else:
            waiting.sort(key=lambda case: (case.opened_at, case.card_id))
        start = 0
        if cursor is not None:
            cards = [f"{order} {case.card_id}" for case in waiting]
            if cursor not in cards:
                raise CursorError("the cursor is none of this queue")
            start = cards.index(cursor) + 1
        page = waiting[start : start + limit]
        more = start + limit < len(waiting)
        return QueuePage(cases=page, cursor=f"{order} {page[-1].card_id}" if more else None)

    def recent(self, limit: int, *, now_ms: int, days: int) -> Sequence[Case]:
        since, until = (from_epoch_ms(now_ms - back * 86_400_000)[:10] for back in (days - 1, 0))
        found = [s.case for s in self.items.values() if since <= s.case.opened_at[:10] <= until]
        return sorted(found, key=lambda case: (case.opened_at, case.card_id), reverse=True)[:limit]


@dataclass
class FakeScorer:
    """A model: the score grows with the amount. `failure` is raised instead, while it is set."""

    failure: Exception | None = None
    calls: int = 0

    def score(self, features: np.ndarray, explain: int) -> Scores:
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        amount = features[:, FEATURE_NAMES.index("amount")].astype(np.float64)
        values = amount / (amount + 1000)
        flagged = np.flatnonzero(values >= 0.5)[:explain]
        contributions = {int(row): [float(values[row]), *([0.0] * len(FEATURE_NAMES))] for row in flagged}
        return Scores(
            values=values,
            model_version="fake-1",
            thresholds=Thresholds(review=0.5, block=0.9),
            contributions=contributions,
        )


def no_model() -> FakeScorer:
    """Return a scorer before the first model exists."""
    return FakeScorer(failure=EndpointMissingError("no endpoint"))


@dataclass
class FakeObjects:
    """A bucket in a dictionary."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def put(self, key: str, body: bytes) -> None:
        self.objects[key] = body


@dataclass
class FakeAlerts:
    """A topic that remembers."""

    published: list[tuple[str, Alert]] = field(default_factory=list)

    def publish(self, alerts: Sequence[tuple[str, Alert]]) -> None:
        self.published.extend(alerts)


@dataclass
class FakeStream:
    """A stream in a list of records with their keys. `failure` is raised instead, while it is set."""

    failure: Exception | None = None
    records: list[tuple[bytes, str]] = field(default_factory=list)

    def put(self, data: bytes, key: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.records.append((data, key))

"""Decisions in DynamoDB: one item a transaction, written once; labels join it later."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from fraudstream.adapters.calls import Calls
from fraudstream.adapters.dynamodb import Attribute, Binary, Found, Items, Number, Statement, Text, statement_text
from fraudstream.contract import Decision, Disposition, Label, Payment, Reason, from_epoch_ms
from fraudstream.policy import SHADOW_PREFIX
from fraudstream.ports import DecisionRecord

_TEXTS = (
    "transaction_id",
    "card_id",
    "terminal_id",
    "event_time",
    "currency",
    "decision",
    "scored_by",
    "rules_version",
    "features_version",
    "decided_at",
)
_WRITTEN = (
    *_TEXTS,
    "amount_minor",
    "reasons",
    "rules_fired",
    "features",
    "payload_hash",
    "source",
    "label_time",
    "expires_at",
)
"""Attributes of every item, in the order in which an insert has them; then `_BY_MODEL`, where a model scored, and
`_FLAGGED`, where there is something to say of it."""
_BY_MODEL = ("fraud_score", "model_version")
_FLAGGED = ("payment",)
_INSERT = 'INSERT INTO "{}" VALUE {{{}}}'
_LABEL = 'UPDATE "{}" SET label=? SET label_time=? SET label_source=? WHERE transaction_id=? AND label_time<=?'
_COMPLETE = 'UPDATE "{}" SET completed=? WHERE transaction_id=?'
_COMPLETED: Attribute = {"S": "yes"}
_NOT_LABELLED: Attribute = {"S": ""}
"""`label_time` from the start: text that sorts before every moment, so that one comparison tells whether a label is
the latest (PartiQL conditions on batches take no "is missing")."""
_DAY_SECONDS = 86_400
_encode = msgspec.json.Encoder().encode
_reasons = msgspec.json.Decoder(tuple[Reason, ...])
_names = msgspec.json.Decoder(tuple[str, ...])
_payment = msgspec.json.Decoder(Payment)


class _Item(Struct, frozen=True):
    transaction_id: Text
    card_id: Text
    terminal_id: Text
    event_time: Text
    currency: Text
    decision: Text
    scored_by: Text
    rules_version: Text
    features_version: Text
    decided_at: Text
    amount_minor: Number
    reasons: Text
    rules_fired: Text
    features: Binary
    payload_hash: Text
    source: Text
    label_time: Text
    fraud_score: Number | None = None
    model_version: Text | None = None
    label: Text | None = None
    label_source: Text | None = None
    completed: Text | None = None
    payment: Text | None = None


class DecisionsTable:
    """`ports.Decisions` over a table with the key `transaction_id`. Items expire `keep_days` after the decision."""

    def __init__(self, client: Any, table: str, calls: Calls, keep_days: int = 180) -> None:
        self.client = client
        self.table = table
        self._items = Items(client, table, key="transaction_id", found=Found[_Item], calls=calls)
        self._keep_days = keep_days
        self._insert_texts = {
            (by_model, flagged): _insert_text(
                table, (*_WRITTEN, *(_BY_MODEL if by_model else ()), *(_FLAGGED if flagged else ()))
            )
            for by_model in (False, True)
            for flagged in (False, True)
        }
        self._complete_text = statement_text(_COMPLETE.format(table))
        self._label_text = statement_text(_LABEL.format(table))

    def record(self, records: Sequence[DecisionRecord]) -> set[str]:
        """Insert the decisions that do not exist; return the ids of those that do."""
        held = self._items.write_conditionally([self._insert(record) for record in records])
        return {record.decision.transaction_id for record, written in zip(records, held, strict=True) if not written}

    def read(self, transaction_ids: Collection[str]) -> dict[str, DecisionRecord]:
        """Return the decisions of the ids that have one, read consistently."""
        return {item.transaction_id.value: _record(item) for item in self._items.read(list(transaction_ids))}

    def find(self, transaction_id: str) -> Decision | None:
        """Return the decision of one id, read consistently, with the label that joined it since."""
        for item in self._items.read([transaction_id]):
            return _labelled(item)
        return None

    def find_all(self, transaction_ids: Collection[str]) -> dict[str, Decision]:
        """Return the decisions of the ids that have one, read consistently, each with the label that joined it."""
        return {item.transaction_id.value: _labelled(item) for item in self._items.read(list(transaction_ids))}

    def complete(self, transaction_ids: Sequence[str]) -> None:
        """Note on decisions that all their effects are done."""
        self._items.write_conditionally(
            [Statement(self._complete_text, [_COMPLETED, {"S": name}]) for name in transaction_ids]
        )

    def label(self, labels: Sequence[Label]) -> int:
        """Note each label on its decision unless a later one stands there; return how many were noted."""
        return sum(self._items.write_conditionally([self._note(label) for label in _latest(labels)]))

    def _insert(self, record: DecisionRecord) -> Statement:
        text = self._insert_texts[record.decision.fraud_score is not None, record.decision.payment is not None]
        return Statement(text, _attributes(record, self._keep_days))

    def _note(self, label: Label) -> Statement:
        when: Attribute = {"S": from_epoch_ms(label.label_time_ms)}
        return Statement(
            self._label_text, [{"S": label.label}, when, {"S": label.source}, {"S": label.transaction_id}, when]
        )


def _insert_text(table: str, names: Sequence[str]) -> msgspec.Raw:
    return statement_text(_INSERT.format(table, ",".join(f"'{name}':?" for name in names)))


def _attributes(record: DecisionRecord, keep_days: int) -> list[Attribute]:
    """Return what `_WRITTEN` names, `_BY_MODEL` where a model scored, and `_FLAGGED` where it has something to say."""
    decision = record.decision
    attributes: list[Attribute] = [
        {"S": decision.transaction_id},
        {"S": decision.card_id},
        {"S": decision.terminal_id},
        {"S": decision.event_time},
        {"S": decision.currency},
        {"S": decision.decision},
        {"S": decision.scored_by},
        {"S": decision.rules_version},
        {"S": decision.features_version},
        {"S": decision.decided_at},
        {"N": str(decision.amount_minor)},
        {"S": _encode(decision.reasons).decode()},
        {"S": _encode(_fired(decision)).decode()},
        {"B": record.features},
        {"S": record.payload_hash},
        {"S": record.source},
        _NOT_LABELLED,
        {"N": _later(decision.decided_at, keep_days)},
    ]
    if decision.fraud_score is not None and decision.model_version is not None:
        attributes += [{"N": repr(decision.fraud_score)}, {"S": decision.model_version}]
    if decision.payment is not None:
        attributes.append({"S": _encode(decision.payment).decode()})
    return attributes


def _fired(decision: Decision) -> tuple[str, ...]:
    """Return all rules that fired, those in the shadow marked: they share an attribute."""
    if not decision.shadow_rules_fired:
        return decision.rules_fired
    return decision.rules_fired + tuple(SHADOW_PREFIX + name for name in decision.shadow_rules_fired)


def _rules_fired(text: str) -> dict[str, Any]:
    names = _names.decode(text)
    return {
        "rules_fired": tuple(name for name in names if not name.startswith(SHADOW_PREFIX)),
        "shadow_rules_fired": tuple(name[len(SHADOW_PREFIX) :] for name in names if name.startswith(SHADOW_PREFIX)),
    }


@lru_cache(maxsize=1)
def _later(moment: str, days: int) -> str:
    """Return the epoch second so many days after a moment, the same for a whole batch of decisions."""
    return str(int(datetime.fromisoformat(moment).timestamp()) + days * _DAY_SECONDS)


def _record(item: _Item) -> DecisionRecord:
    """Return the decision of an item as it was made (labels that joined later are left aside)."""
    texts: dict[str, Any] = {name: getattr(item, name).value for name in _TEXTS}
    return DecisionRecord(
        decision=Decision(
            **texts,
            amount_minor=int(item.amount_minor.value),
            fraud_score=float(item.fraud_score.value) if item.fraud_score else None,
            model_version=item.model_version.value if item.model_version else None,
            reasons=_reasons.decode(item.reasons.value),
            **_rules_fired(item.rules_fired.value),
            payment=_payment.decode(item.payment.value) if item.payment else None,
        ),
        features=item.features.value,
        payload_hash=item.payload_hash.value,
        source=item.source.value,
        completed=item.completed is not None,
        disposition=_disposition(item),
    )


def _disposition(item: _Item) -> Disposition | None:
    if item.label is None or item.label_source is None:
        return None
    return msgspec.convert(
        {"label": item.label.value, "label_time": item.label_time.value, "source": item.label_source.value},
        Disposition,
    )


def _labelled(item: _Item) -> Decision:
    decision = _record(item).decision
    if item.label is None or item.label_source is None:
        return decision
    return msgspec.structs.replace(
        decision, label=item.label.value, label_time=item.label_time.value, label_source=item.label_source.value
    )


def _latest(labels: Sequence[Label]) -> list[Label]:
    """Return the latest label of each transaction: one call may not write an item twice."""
    latest: dict[str, Label] = {}
    for label in labels:
        standing = latest.get(label.transaction_id)
        if standing is None or standing.label_time_ms <= label.label_time_ms:
            latest[label.transaction_id] = label
    return list(latest.values())

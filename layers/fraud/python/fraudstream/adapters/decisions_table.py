"""Decisions in DynamoDB: one item a transaction, written once; labels join it later."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from fraudstream.adapters.calls import Calls
from fraudstream.adapters.dynamodb import Statement, read_items, write_conditionally
from fraudstream.contract import Decision, Label, Reason, from_epoch_ms
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
_OPTIONAL_NUMBERS = ("fraud_score",)
_OPTIONAL_TEXTS = ("model_version",)
_INSERT = 'INSERT INTO "{}" VALUE {{{}}}'
_LABEL = 'UPDATE "{}" SET label=? SET label_time=? SET label_source=? WHERE transaction_id=? AND label_time<=?'
_NOT_LABELLED = {"S": ""}
"""`label_time` from the start: text that sorts before every moment, so that one comparison tells whether a label is
the latest (PartiQL conditions on batches take no "is missing")."""
_encoder = msgspec.json.Encoder()
_reasons = msgspec.json.Decoder(tuple[Reason, ...])
_names = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True)
class DecisionsTable:
    """`ports.Decisions` over a table with the key `transaction_id`. Items expire `keep_days` after the decision."""

    client: Any
    table: str
    calls: Calls
    keep_days: int = 400

    def record(self, records: Sequence[DecisionRecord]) -> set[str]:
        """Insert the decisions that do not exist; return the ids of those that do."""
        held = write_conditionally(self.client, self.calls, [self._insert(record) for record in records])
        return {record.decision.transaction_id for record, written in zip(records, held, strict=True) if not written}

    def read(self, transaction_ids: Collection[str]) -> dict[str, DecisionRecord]:
        """Return the decisions of the ids that have one, read consistently."""
        items = read_items(self.client, self.calls, self.table, "transaction_id", list(transaction_ids))
        return {item["transaction_id"]["S"]: from_item(item) for item in items}

    def find(self, transaction_id: str) -> Decision | None:
        """Return the decision of one id, read consistently, with the label that joined it since."""
        for item in read_items(self.client, self.calls, self.table, "transaction_id", [transaction_id]):
            return _labelled(item)
        return None

    def label(self, labels: Sequence[Label]) -> int:
        """Note each label on its decision unless a later one stands there; return how many were noted."""
        text = _LABEL.format(self.table)
        statements = [
            Statement(
                text,
                [
                    {"S": label.label},
                    {"S": from_epoch_ms(label.label_time_ms)},
                    {"S": label.source},
                    {"S": label.transaction_id},
                    {"S": from_epoch_ms(label.label_time_ms)},
                ],
            )
            for label in _latest(labels)
        ]
        return sum(write_conditionally(self.client, self.calls, statements))

    def _insert(self, record: DecisionRecord) -> Statement:
        item = to_item(record, self.keep_days)
        names = ",".join(f"'{name}':?" for name in item)
        return Statement(_INSERT.format(self.table, names), list(item.values()))


def to_item(record: DecisionRecord, keep_days: int) -> dict[str, dict[str, Any]]:
    """Return a decision as a DynamoDB item; what is None is left out."""
    decision = record.decision
    decided_at = datetime.fromisoformat(decision.decided_at)
    item: dict[str, dict[str, Any]] = {name: {"S": getattr(decision, name)} for name in _TEXTS}
    item |= {name: {"S": v} for name in _OPTIONAL_TEXTS if (v := getattr(decision, name)) is not None}
    item |= {name: {"N": repr(v)} for name in _OPTIONAL_NUMBERS if (v := getattr(decision, name)) is not None}
    return item | {
        "amount_minor": {"N": str(decision.amount_minor)},
        "reasons": {"S": _encoder.encode(decision.reasons).decode()},
        "rules_fired": {"S": _encoder.encode(decision.rules_fired).decode()},
        "features": {"B": record.features},
        "payload_hash": {"S": record.payload_hash},
        "source": {"S": record.source},
        "label_time": _NOT_LABELLED,
        "expires_at": {"N": str(int(decided_at.timestamp()) + keep_days * 86_400)},
    }


def from_item(item: dict[str, dict[str, Any]]) -> DecisionRecord:
    """Return the decision of a DynamoDB item, as it was made (labels that joined later are left aside)."""
    values: dict[str, Any] = {name: item[name]["S"] for name in _TEXTS}
    values |= {name: item[name]["S"] if name in item else None for name in _OPTIONAL_TEXTS}
    values |= {name: float(item[name]["N"]) if name in item else None for name in _OPTIONAL_NUMBERS}
    return DecisionRecord(
        decision=Decision(
            **values,
            amount_minor=int(item["amount_minor"]["N"]),
            reasons=_reasons.decode(item["reasons"]["S"]),
            rules_fired=_names.decode(item["rules_fired"]["S"]),
        ),
        features=item["features"]["B"],
        payload_hash=item["payload_hash"]["S"],
        source=item["source"]["S"],
    )


def _labelled(item: dict[str, dict[str, Any]]) -> Decision:
    decision = from_item(item).decision
    if item["label_time"] == _NOT_LABELLED:
        return decision
    label = {name: item[name]["S"] for name in ("label", "label_time", "label_source")}
    return msgspec.structs.replace(decision, **label)


def _latest(labels: Sequence[Label]) -> list[Label]:
    """Return the latest label of each transaction: one call may not write an item twice."""
    latest: dict[str, Label] = {}
    for label in labels:
        standing = latest.get(label.transaction_id)
        if standing is None or standing.label_time_ms <= label.label_time_ms:
            latest[label.transaction_id] = label
    return list(latest.values())

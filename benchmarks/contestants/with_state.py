"""Peer (b): the tutorial's handler with card and terminal state in DynamoDB, read and written for each record.

The state of a card or terminal is one JSON text in one attribute: quicker to read and write in Python than DynamoDB's
own maps and lists by far (see `with_documents`). Nothing guards it: two writers at once lose events, a retried batch
counts them twice.
"""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

import boto3

from benchmarks.contestants.tutorial import Effects
from benchmarks.names import CARDS, TERMINALS
from benchmarks.peers.features import features
from benchmarks.peers.past import KEPT, Event, Past
from benchmarks.peers.payments import Payment


class Texts:
    """Pasts of one kind, an item each."""

    def __init__(self, table: str, key: str, kind: str) -> None:
        self._table = boto3.resource("dynamodb").Table(table)
        self._key = key
        self._keep = KEPT[kind]

    def read(self, name: str) -> Past:
        """Return the past of a card or terminal, an empty one where nothing is stored."""
        item = self._table.get_item(Key={self._key: name}, ConsistentRead=True).get("Item")
        return self.decode(item) if item else Past()

    def write(self, name: str, past: Past, event: Event) -> None:
        """Add the event and store the past."""
        past.add(event, self._keep)
        self._table.put_item(Item={self._key: name} | self.encode(past))

    def encode(self, past: Past) -> dict[str, Any]:
        """Return the item's attributes."""
        return {"state": past.as_text()}

    def decode(self, item: dict[str, Any]) -> Past:
        """Return the past of an item."""
        return Past.of_text(item["state"])


class Scoring:
    """One record, start to end."""

    def __init__(self, cards: Texts, terminals: Texts) -> None:
        self._cards, self._terminals = cards, terminals
        self._effects = Effects()

    def decide(self, data: bytes) -> None:
        """Read both pasts, compute, score, record, and write both pasts."""
        payment = Payment.of(data)
        card, terminal = self._cards.read(payment.card), self._terminals.read(payment.terminal)
        row = features(payment, card, terminal)
        self._effects.record(payment, row, self._effects.score(row))
        self._cards.write(payment.card, card, payment.of_card())
        self._terminals.write(payment.terminal, terminal, payment.of_terminal())


def make_handler(kind: type[Texts] = Texts) -> Callable[[dict[str, Any], object], Any]:
    """Return the handler."""
    scoring = Scoring(kind(CARDS, "card_id", "card"), kind(TERMINALS, "terminal_id", "terminal"))

    def handler(event: dict[str, Any], _: object) -> None:
        for entry in event["Records"]:
            scoring.decide(b64decode(entry["kinesis"]["data"]))

    return handler

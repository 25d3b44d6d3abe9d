"""A stream framework: bytewax keeps state by card, then by terminal, and runs the model in its own process.

The same features and the same model. It stores nothing durable: no decisions, no archive, no alerts, and its own
recovery store is off, so a crash forgets the past. Its source is a list in memory, not a stream.
"""

import math
import pickle
from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import bytewax.operators as op
import numpy as np
import xgboost as xgb
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulLogic
from bytewax.testing import TestingSink, TestingSource, run_main

from benchmarks.contestants.tutorial import BLOCK, REVIEW
from benchmarks.model import model_file
from benchmarks.peers.features import FEATURE_NAMES, card_features, payment_features, terminal_features
from benchmarks.peers.past import KEPT, Past
from benchmarks.peers.payments import Payment
from benchmarks.places import SEED_FILE

_BATCH = 1_000


@dataclass(slots=True)
class Known:
    """A payment on its way, with the features found so far."""

    payment: Payment
    values: dict[str, float]


class _State(StatefulLogic[Known, Known, Past]):
    """The past of one card or terminal. A batch is a dataflow of its own: the past is found at the first payment."""

    def __init__(self, pasts: dict[str, Past]) -> None:
        self._pasts = pasts
        self._past: Past | None = None

    def on_item(self, value: Known) -> tuple[Iterable[Known], bool]:
        name = self.name(value.payment)
        past = self._past = self._past or self._pasts.setdefault(name, Past())
        self.see(value, past)
        return [value], StatefulLogic.RETAIN

    def name(self, payment: Payment) -> str:
        raise NotImplementedError

    def see(self, known: Known, past: Past) -> None:
        raise NotImplementedError

    def snapshot(self) -> Past:
        """Return a copy, one level deep: `stateful_map` would copy every event, in six times all the rest."""
        past = self._past or Past()
        return Past(list(past.events), dict(past.days), list(past.frauds), past.folded_until)


class _Card(_State):
    def name(self, payment: Payment) -> str:
        return payment.card

    def see(self, known: Known, past: Past) -> None:
        payment = known.payment
        known.values |= card_features(payment, past)
        past.add(payment.of_card(), KEPT["card"])


class _Terminal(_State):
    def name(self, payment: Payment) -> str:
        return payment.terminal

    def see(self, known: Known, past: Past) -> None:
        payment = known.payment
        known.values |= terminal_features(payment, past)
        past.add(payment.of_terminal(), KEPT["terminal"])


def make_handler() -> Callable[[dict[str, Any], object], Any]:
    """Return the handler: a dataflow a batch, whose state outlives it."""
    cards, terminals = _seeded()
    booster = xgb.Booster(model_file=str(model_file()))
    booster.set_param({"nthread": 1})

    def score(keyed: list[tuple[str, Known]]) -> list[tuple[str, str, float]]:
        rows = np.array([[known.values[name] for name in FEATURE_NAMES] for _, known in keyed], np.float32)
        scores = booster.inplace_predict(rows, missing=math.nan).tolist()
        return [
            (known.payment.ident, "block" if score >= BLOCK else "review" if score >= REVIEW else "approve", score)
            for (_, known), score in zip(keyed, scores, strict=True)
        ]

    def handler(event: dict[str, Any], _: object) -> None:
        decisions: list[tuple[str, str, float]] = []
        data = [b64decode(entry["kinesis"]["data"]) for entry in event["Records"]]
        flow = Dataflow("fraud")
        records = op.input("records", flow, TestingSource(data, batch_size=_BATCH))
        payments = op.map("decode", records, _decode)
        by_card = op.key_on("by card", payments, lambda known: known.payment.card)
        with_card = op.stateful("card", by_card, lambda _: _Card(cards))
        by_terminal = op.map("by terminal", with_card, lambda keyed: (keyed[1].payment.terminal, keyed[1]))
        with_terminal = op.stateful("terminal", by_terminal, lambda _: _Terminal(terminals))
        op.output("decisions", op.flat_map_batch("score", with_terminal, score), TestingSink(decisions))
        run_main(flow)
        if len(decisions) != len(data):
            raise AssertionError(f"{len(decisions)} decisions for {len(data)} records")

    return handler


def _decode(data: bytes) -> Known:
    payment = Payment.of(data)
    return Known(payment, payment_features(payment))


def _seeded() -> tuple[dict[str, Past], dict[str, Past]]:
    """Return the past of the workload's cards and terminals."""
    cards, terminals = pickle.loads(SEED_FILE.read_bytes())  # noqa: S301 - our own file
    return (
        {name: Past(events=events) for name, events in cards.items()},
        {name: Past(events=events) for name, events in terminals.items()},
    )

"""How many requests a batch costs, counted on the wire."""

import json
from collections import Counter

import numpy as np
import pytest
from fraudstream.adapters.calls import Calls
from fraudstream.contract import Bounds
from fraudstream.pipeline import Pipeline
from fraudstream.rules import default_rules

from tests.fakes import FakeScorer
from tests.samples import NOW_MS, iso, records, transaction
from tests.tables import make_stores

pytestmark = pytest.mark.integration
CARDS, TERMINALS, RECORDS = 800, 700, 1000


@pytest.fixture
def counted(aws):
    """Real adapters whose requests are counted by operation as they are sent, retries included."""
    requests: Counter[str] = Counter()

    def client(service: str):
        made = aws.client(service)
        made.meta.events.register("before-send", lambda request, event_name, **_: count(event_name))
        return made

    def count(event_name: str) -> None:
        requests[event_name.rpartition(".")[2]] += 1

    stores = make_stores(client, Calls(8))
    requests.clear()
    return stores, requests


def batch(first: int) -> list[dict[str, object]]:
    """A thousand transactions of 800 cards at 700 terminals."""
    rng = np.random.default_rng(first)
    cards = rng.permutation(np.concatenate((np.arange(CARDS), rng.integers(0, CARDS, RECORDS - CARDS))))
    terminals = rng.permutation(np.concatenate((np.arange(TERMINALS), rng.integers(0, TERMINALS, RECORDS - TERMINALS))))
    return [
        transaction(
            first + number,
            card_id=f"card_{cards[number]:04d}",
            terminal_id=f"terminal_{terminals[number]:04d}",
            event_time=iso(NOW_MS - 60_000 + first + number),
        )
        for number in range(RECORDS)
    ]


def test_a_thousand_records_of_800_cards_and_700_terminals_cost_at_most_125_requests(counted):
    """First with no history at all, then with one for everybody; one call of the model each time."""
    stores, requests = counted
    scorer = FakeScorer()
    pipeline = Pipeline(
        histories=stores.histories,
        decisions=stores.decisions,
        scorer=scorer,
        archive=stores.bucket,
        quarantine=stores.bucket,
        alerts=stores.topic,
        rules=default_rules(),
        bounds=Bounds(),
        unscored_after_ms=300_000,
        pause=lambda _: None,
    )
    for first in (1, 1 + RECORDS):
        requests.clear()
        scorer.calls = 0
        payloads = batch(first)
        for payload in payloads[:5]:
            payload["amount_minor"] = 5_000_000
        outcome = pipeline.run(records(payloads, first=first), NOW_MS)
        assert (outcome.decided, outcome.alerts, outcome.contended, scorer.calls) == (RECORDS, 5, 0, 1)
        assert requests == {
            "BatchGetItem": (CARDS + TERMINALS) // 100,
            "BatchExecuteStatement": RECORDS // 25 + (CARDS + TERMINALS) // 25,
            "PutObject": 1,
            "PublishBatch": 1,
        }
        assert requests.total() + scorer.calls <= 125
    alerted = {json.loads(message["Message"])["alert_id"] for message in stores.received()}
    assert alerted == {f"tx-{number}" for first in (1, 1 + RECORDS) for number in range(first, first + 5)}

"""How many requests a batch costs, counted on the wire."""

import json
from collections import Counter

import numpy as np
import pytest
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.policy_store import REFRESH_MS, PolicyStore
from fraudstream.contract import Bounds
from fraudstream.pipeline import Pipeline
from fraudstream.policy import FixedPolicy, Policies

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


def pipeline_over(stores, scorer: FakeScorer, policies: Policies | None = None) -> Pipeline:
    """The pipeline over real adapters and a model of its own."""
    return Pipeline(
        histories=stores.histories,
        decisions=stores.decisions,
        scorer=scorer,
        archive=stores.bucket,
        cases=stores.cases,
        quarantine=stores.bucket,
        alerts=stores.topic,
        policies=policies or FixedPolicy(),
        bounds=Bounds(),
        unscored_after_ms=300_000,
        pause=lambda _: None,
    )


def test_a_thousand_records_of_800_cards_and_700_terminals_cost_at_most_125_requests(counted):
    """First with no history at all, then with one for everybody; one call of the model each time."""
    stores, requests = counted
    scorer = FakeScorer()
    pipeline = pipeline_over(stores, scorer)
    for first in (1, 1 + RECORDS):
        requests.clear()
        scorer.calls = 0
        payloads = batch(first)
        for payload in payloads[:5]:
            payload["amount_minor"] = 5_000_000
        outcome = pipeline.run(records(payloads, first=first), NOW_MS)
        assert (outcome.decided, outcome.alerts, outcome.contended, scorer.calls) == (RECORDS, 5, 0, 1)
        assert requests == {
            "BatchGetItem": (CARDS + TERMINALS) // 100 + 1,  # and one for the cases of the flagged cards
            "BatchExecuteStatement": RECORDS // 25 + (CARDS + TERMINALS) // 25 + 1,
            "PutObject": 1,
            "PublishBatch": 1,
        }
        assert requests.total() + scorer.calls <= 125
    alerted = {json.loads(message["Message"])["alert_id"] for message in stores.received()}
    assert alerted == {f"tx-{number}" for first in (1, 1 + RECORDS) for number in range(first, first + 5)}


def test_where_nothing_is_flagged_cases_and_alerts_cost_no_request(counted):
    """Two requests for cases and one for alerts are made for flagged cards only."""
    stores, requests = counted
    pipeline = pipeline_over(stores, FakeScorer())
    pipeline.run(records(batch(1)), NOW_MS)
    assert requests == {
        "BatchGetItem": (CARDS + TERMINALS) // 100,
        "BatchExecuteStatement": RECORDS // 25 + (CARDS + TERMINALS) // 25,
        "PutObject": 1,
    }


def test_the_live_policy_costs_one_request_in_half_a_minute_and_none_in_between(counted):
    """Whatever the number of batches: 118 stays 118."""
    stores, requests = counted
    store = PolicyStore(stores.bucket.client, stores.bucket.name)
    pipeline = pipeline_over(stores, FakeScorer(), store)
    asked = []
    for number, ms in enumerate((0, 1, REFRESH_MS - 1, REFRESH_MS, REFRESH_MS + 1)):
        requests.clear()
        pipeline.run(records([transaction(number)], first=number + 1), NOW_MS + ms)
        asked.append(requests["GetObject"])
    assert asked == [2, 0, 0, 1, 0], "at first also the previous policy is asked for: there is no live one"
    assert store.troubles() == []

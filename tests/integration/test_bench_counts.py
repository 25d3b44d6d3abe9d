"""What the benchmark counts, and what is promised of it: requests, bytes and units, never seconds."""

import json
from contextlib import ExitStack

import pytest
from fraudstream.histories import CARD, TERMINAL
from fraudstream.histories.policy import DAY_MS, RETENTION_MS

from benchmarks.lengths import LENGTHS, histories_of
from benchmarks.names import DECISIONS, HISTORIES
from benchmarks.reading import read_items
from benchmarks.seeding import history_item, seed
from benchmarks.stub import Stub, difference, totals
from benchmarks.workers import Worker
from benchmarks.workload import BATCH, CARDS, TERMINALS, Workload, kinesis_event
from stubs.attributes import size_of

pytestmark = pytest.mark.integration
WRITE_UNIT_BYTES = 1_024
CARD_KEY = "card#card_00000001"
DAY_BYTES, FOLDED_BYTES = 14, 8
FOLDED_DAYS = RETENTION_MS // DAY_MS + 1
OF_THE_CLOCK = {"decided_at", "expires_at"}


@pytest.fixture(scope="module")
def workload():
    """Two batches with a full past."""
    return Workload.make(2)


@pytest.fixture(scope="module")
def after_a_batch(workload):
    """What ours and the floor asked for, and left, with one batch after a first one, by name."""
    found = {}
    ids = [json.loads(payload)["transaction_id"] for payloads in workload.batches for payload in payloads]
    for name in ("fraudstream", "floor"):
        with ExitStack() as stack:
            stub = stack.enter_context(Stub())
            seed(stub, workload, "histories")
            worker = stack.enter_context(Worker(name, stub.environment))
            worker.run(kinesis_event(workload.batches[0], first=0))
            before = stub.counts()
            worker.run(kinesis_event(workload.batches[1], first=BATCH))
            counts = difference(before, stub.counts())
            decisions = read_items(stub, DECISIONS, ids)
            histories = read_items(stub, HISTORIES, list(workload.packed))
            found[name] = (counts, decisions, histories)
    return found


def test_a_thousand_records_with_everything_on_cost_at_most_125_requests(after_a_batch):
    """Of 800 cards and 700 terminals with full histories, some of the records flagged."""
    counts, decisions, _ = after_a_batch["fraudstream"]
    assert len(decisions) == 2 * BATCH
    assert counts["sns.PublishBatch"]["requests"] >= 1
    assert counts["dynamodb.BatchGetItem"]["requests"] == (CARDS + TERMINALS) / 100 + 1  # and one for cases
    assert totals(counts)["requests"] <= 125


def test_the_floor_asks_for_the_same_and_leaves_the_same(after_a_batch):
    """So that what it takes less is no work left undone: same requests, same items but for the clock's fields."""
    ours, floor = after_a_batch["fraudstream"], after_a_batch["floor"]
    requests = [{name: count["requests"] for name, count in counts.items()} for counts, _, _ in (ours, floor)]
    assert requests[0] == requests[1]
    for mine, others in zip(ours[1:], floor[1:], strict=True):
        assert mine.keys() == others.keys()
        for key, item in mine.items():
            assert _timeless(item) == _timeless(others[key])


def test_a_card_of_sixty_events_is_one_write_unit(workload):
    """Names of attributes, key and version included."""
    cards = {key: blob for key, blob in workload.packed.items() if key.startswith(CARD.prefix)}
    assert len(cards) >= CARDS
    assert max(size_of(history_item(key, blob)) for key, blob in cards.items()) <= WRITE_UNIT_BYTES


@pytest.mark.parametrize("bounds", [CARD, TERMINAL], ids=["card", "terminal"])
def test_a_history_does_not_grow_beyond_its_bound(bounds):
    """Ten thousand events take at most a day's bytes for each day of the retention more than those that are kept."""
    sizes = {length: max(map(len, histories_of(bounds, length, count=3, seed=1))) for length in LENGTHS}
    assert sizes[10] < sizes[60] <= sizes[1_000]
    full = max(map(len, histories_of(bounds, bounds.events, count=3, seed=1)))
    assert max(sizes.values()) <= full + FOLDED_BYTES + FOLDED_DAYS * DAY_BYTES


def _timeless(item):
    return {name: value for name, value in item.items() if name not in OF_THE_CLOCK}

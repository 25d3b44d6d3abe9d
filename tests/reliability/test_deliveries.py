"""What producers and streams do to records: repeats, conflicts, lateness, garbage, clocks, labels."""

import json
from itertools import permutations
from random import Random
from typing import Any

import numpy as np
import pytest
from fraudstream.histories import CARD, TERMINAL, Ledger
from fraudstream.histories.entries import Entries
from fraudstream.histories.packing import unpack

from stubs.wire import RefusalError
from tests.reliability.check import check, final_state
from tests.reliability.crashing import SHARD, rich_world
from tests.reliability.proof import proves, tried
from tests.reliability.traffic import earlier, garbage
from tests.reliability.world import World
from tests.samples import NOW_MS, iso, label, transaction

EVERY = [1, 2, 3, 4, 5, 6, 9, 11]


def encoded(*payloads: dict[str, Any]) -> list[bytes]:
    """Return payloads as a producer writes them."""
    return [json.dumps(payload).encode() for payload in payloads]


def delivered(world: World, *batches: list[bytes]) -> World:
    """Deliver batches one after the other and check every invariant."""
    for batch in batches:
        world.deliver(SHARD, world.put(SHARD, batch))
    check(world)
    return world


def counted(world: World, name: str) -> int:
    """Return the sum of one of the counts that the function reported."""
    lines = [json.loads(line) for line in "".join(world.printed).splitlines() if '"counts"' in line]
    return sum(line["counts"][name] for line in lines)


@proves(faults=[3], invariants=[1, 3, 4, 5])
@pytest.mark.parametrize("apart", ["in one batch", "in batches of their own", "one batch again and again"])
@pytest.mark.parametrize("times", [1, 2, 3, 4, 5])
def test_a_transaction_repeated_up_to_five_times_has_one_effect(times, apart):
    """One decision, one alert, one entry in each history; each repeat is counted as a duplicate."""
    world = World()
    flagged = encoded(transaction(1, amount_minor=5_000_000))
    if apart == "one batch again and again":
        records = world.put(SHARD, flagged)
        world.deliver(SHARD, records)
        for _ in range(times):
            world.invoke(SHARD, records)
        check(world)
    else:
        delivered(world, *([flagged * (times + 1)] if apart == "in one batch" else [flagged] * (times + 1)))
        assert (counted(world, "Decided"), counted(world, "Duplicates")) == (1, times)
        assert len(world.alerts) == len(world.chats) == 1
    entries, _ = unpack([world.items("Histories")["card#card_a"]["packed"]])
    assert len(entries) == 1


@proves(faults=[4], invariants=EVERY)
@pytest.mark.parametrize("apart", [False, True], ids=["in one batch", "in a later batch"])
@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": 1251},
        {"currency": "USD"},
        {"card_id": "card_b"},
        {"terminal_id": "terminal_b"},
        {"event_time": iso(NOW_MS - 59_000)},
        {"entry_mode": "ecom"},
        {"attributes": {"basket": 1}},
        {"of_tomorrow": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_id_with_another_payload_is_quarantined_and_the_first_decision_stands(change, *, apart):
    """Whichever field differs, known or not; the other payload enters no history."""
    first, other = encoded(transaction(1), transaction(1) | change)
    world = delivered(World(), *([[first], [other]] if apart else [[first, other]]))
    assert counted(world, "Quarantined") == 1
    assert set(world.items("Histories")) == {"card#card_a", "terminal#terminal_a"}


@proves(faults=[5], invariants=[1, 4, 9])
@pytest.mark.parametrize("seed", range(8))
def test_events_up_to_five_minutes_late_end_in_the_histories_of_events_in_order(seed):
    """Some three hundred events of two cards at one terminal, far more than is kept whole, in any order and any cut."""
    rng = Random(seed)
    rows = [
        transaction(
            n,
            card_id=f"card_{rng.randrange(2)}",
            event_time=iso(NOW_MS - 20_000_000 + n * 20_000),
            amount_minor=rng.randrange(10_000),
        )
        for n in range(1, 301)
    ]
    late = sorted(rows, key=lambda row: int(row["transaction_id"][3:]) * 20 + rng.uniform(0, 290))
    assert late != rows
    batches, start = [], 0
    while start < len(late):
        size = rng.randint(1, 60)
        batches.append(encoded(*late[start : start + size]))
        start += size
    world = delivered(World(), *batches)
    _, days = unpack([world.items("Histories")["terminal#terminal_a"]["packed"]])
    assert days.count.sum() > 100
    tried()


@proves(faults=[6, 7], invariants=[2, 3, 8, 11])
def test_a_whole_batch_of_garbage_raises_nothing_and_is_all_quarantined():
    """One object with every line; no decision, no history, no retry, and the model is not asked."""
    world = delivered(World(), garbage() * 5)
    assert world.runs == 1
    calls = [line.split()[2] for line in world.trace if "run" not in line]
    assert [call for call in calls if call != "s3.GetObject"] == ["s3.PutObject"], "the policy is looked for, no more"
    assert counted(world, "Quarantined") == 5 * len(garbage())


@proves(faults=[20], invariants=[2, 3])
@pytest.mark.parametrize(
    ("event_time", "reason"),
    [
        (iso(NOW_MS + 299_000), None),
        (iso(NOW_MS + 300_000), None),
        (iso(NOW_MS + 300_001), "event_time_in_future"),
        (iso(NOW_MS + 86_400_000), "event_time_in_future"),
        (NOW_MS, "event_time_invalid"),
        (NOW_MS // 1000, "event_time_invalid"),
        (str(NOW_MS), "event_time_invalid"),
        (iso(NOW_MS // 1000), "event_time_too_old"),
        ("1999-12-31T23:59:59.999Z", "event_time_too_old"),
        ("2026-03-29T02:30:00+01:00", "event_time_invalid"),
        ("2026-03-29T02:30:00.000Z", None),
        ("2026-09-21T10:00:00", "event_time_invalid"),
        ("+058692-01-01T00:00:00Z", "event_time_invalid"),
    ],
)
def test_a_clock_that_is_wrong_is_noticed_and_one_that_is_merely_ahead_is_not(event_time, reason):
    """Five minutes ahead pass; numbers, seconds for milliseconds, far futures and all zones but UTC do not.

    So there is no hour that happens twice, or not at all.
    """
    world = delivered(World(), encoded(transaction(1, event_time=event_time)))
    lines = [json.loads(body) for body in world.aws.objects["quarantine"].values()]
    assert [line["reason"] for line in lines] == ([reason] if reason else [])


@proves(faults=[20], invariants=[1, 8])
def test_an_event_is_judged_by_when_it_arrived_however_late_its_batch_is_run():
    """What was from the future at its arrival is so an hour later; a retry comes to the same verdict."""
    ahead = encoded(transaction(1, event_time=iso(NOW_MS + 600_000)), transaction(2))
    world = World()
    records = world.put(SHARD, ahead)
    world.clock.sleep(3600)
    world.deliver(SHARD, records)
    check(world)
    assert counted(world, "Quarantined") == 1


@proves(faults=[32], invariants=[1, 4])
def test_of_conflicting_labels_the_latest_stands_in_whatever_order_they_come():
    """Four labels of one transaction in every order and two cuts: the item and both histories agree."""
    row = transaction(1, event_time=iso(NOW_MS - 86_400_000))
    labels = [
        label(1, label=value, label_time=iso(NOW_MS - hours * 3_600_000), event_time=row["event_time"])
        for hours, value in ((9, "fraud"), (7, "legitimate"), (5, "fraud"), (3, "legitimate"))
    ]
    for order in permutations(labels):
        for cut in (0, 2, 4):
            world = delivered(World(), encoded(row, *order[:cut]), encoded(*order[cut:]) or earlier()[:1])
            assert world.items("Decisions")["tx-1"]["label"] == "legitimate"
            tried()


@proves(faults=[32], invariants=[4])
def test_a_label_delivered_again_changes_nothing():
    """Twice in a batch, in another batch, and behind a later one that overruled it."""
    row = transaction(1, event_time=iso(NOW_MS - 86_400_000))
    fraud, cleared = (
        label(1, label=value, label_time=iso(NOW_MS - hours * 3_600_000), event_time=row["event_time"])
        for hours, value in ((9, "fraud"), (3, "legitimate"))
    )
    once = delivered(World(), encoded(row, fraud), encoded(cleared))
    again = delivered(World(), encoded(row, fraud, fraud), encoded(fraud), encoded(cleared), encoded(fraud, cleared))
    assert final_state(again)["histories"] == final_state(once)["histories"]
    assert again.items("Decisions")["tx-1"]["label"] == "legitimate"


@proves(faults=[16], invariants=[4])
@pytest.mark.parametrize("bounds", [CARD, TERMINAL], ids=["card", "terminal"])
def test_a_hundred_thousand_transactions_of_one_card_stay_a_bounded_item(bounds):
    """A thousand a batch, a second apart: the item stays small, and what was folded is counted, every one of it."""
    rng, blob, largest, total = np.random.default_rng(1), None, 0, 100_000
    for first in range(0, total, 1000):
        numbers = np.arange(first, first + 1000)
        new = Entries(
            entity=np.zeros(1000, np.int64),
            time=NOW_MS + numbers * 1000,
            ident=(numbers & 0xFFFF).astype(np.uint16),
            counterpart=rng.integers(0, 2**16, 1000).astype(np.uint16),
            amount=np.full(1000, 100, np.int64),
            rank=np.zeros(1000, np.int32),
            marker=np.zeros(1000, np.bool_),
        )
        (blob,) = Ledger.build(bounds, [blob], new).pack()
        largest = max(largest, len(blob))
    entries, days = unpack([blob])
    kept = 300 if bounds is TERMINAL else 4 * bounds.events  # five minutes' worth, or four times the bound
    assert largest <= 12 + 8 + 14 * 3 + 15 * (kept + 1)
    assert len(entries) + days.count.sum() == total
    assert days.amount.sum() == days.count.sum() * 100
    tried(total)


@proves(faults=[8, 17], invariants=[3, 7])
def test_a_partial_answer_names_the_first_record_that_is_not_done():
    """Half of a batch is past the age budget and the endpoint away: that half is decided by rules, and no more."""
    world = rich_world()
    world.aws.endpoint = RefusalError("ServiceUnavailable", "away", 503)
    rows = [transaction(number, event_time=iso(NOW_MS - 500_000)) for number in (1001, 1002, 1003, 1004)]
    old = world.put(SHARD, encoded(*rows[:2]), arrived_at_ms=NOW_MS - 400_000)
    new = world.put(SHARD, encoded(*rows[2:]))
    answer = json.loads(world.invoke(SHARD, [*old, *new]).payload)
    assert answer == {"batchItemFailures": [{"itemIdentifier": new[0].sequence_number}]}
    decided = world.items("Decisions")
    assert {name for name in decided if name.startswith("tx-100")} == {"tx-1001", "tx-1002"}
    assert {decided[name]["scored_by"] for name in ("tx-1001", "tx-1002")} == {"rules"}

"""Two runs at once, one inside the other at every call: one winner, nothing counted twice, nothing dropped."""

import json
from collections.abc import Callable

import pytest

from stubs.wire import Response
from tests.reliability.calling import Call, ProcessDeathError
from tests.reliability.check import check
from tests.reliability.crashing import SHARD, rich_world
from tests.reliability.proof import proves, tried
from tests.reliability.traffic import rich
from tests.reliability.world import World
from tests.samples import NOW_MS, iso, label, transaction

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")
OTHER = "shardId-000000000001"
INVARIANTS = [1, 2, 3, 4, 5, 6, 9, 11]


def interrupted(world: World, at: int, other: Callable[[], object]) -> None:
    """Run `other` from beginning to end when the world's call number `at` is about to be made."""

    def on_call(call: Call) -> None:
        if call.number == at:
            world.on_call = lambda _: None
            other()

    world.on_call = on_call


NEVER = 0


def calls_of(scene: Callable[[int], World]) -> range:
    """Return the numbers of the outer run's calls, played without the inner one."""
    return range(rich_world().calls + 1, scene(NEVER).calls + 1)


def twins(at: int) -> World:
    """The same batch is run a second time while the first run is under way."""
    world = rich_world()
    records = world.put(SHARD, rich())
    interrupted(world, at, lambda: world.invoke(SHARD, records, environment="twin"))
    world.deliver(SHARD, records)
    return world


def one_terminal(at: int) -> World:
    """Two shards with cards of their own, all at the same terminals."""
    world = rich_world()
    other = [
        transaction(
            number,
            card_id=f"card_other_{number % 5}",
            terminal_id=f"terminal_{'vwxyz'[number % 5]}",
            event_time=iso(NOW_MS - 3_600_000 + number * 1000),
        )
        for number in range(201, 240)
    ]
    theirs = world.put(OTHER, [json.dumps(payload).encode() for payload in other])
    mine = world.put(SHARD, rich())
    interrupted(world, at, lambda: world.deliver(OTHER, theirs))
    world.deliver(SHARD, mine)
    return world


def random_keys(at: int) -> World:
    """A card's records come through two shards: its transactions, repeats of them, conflicts, and labels."""
    world = rich_world()
    rows = [
        transaction(
            number,
            card_id=f"card_{'ab'[number % 2]}",
            event_time=iso(NOW_MS - 3_600_000 + number * 1000),
            amount_minor=5_000_000 if number % 4 == 0 else 1200,
        )
        for number in range(301, 331)
    ]
    same = [
        label(n, label_time=iso(NOW_MS - 100), card_id=row["card_id"], event_time=row["event_time"])
        for n, row in enumerate(rows, 301)
        if n % 7 == 0
    ]
    mine = [*rows[0:20], *same[:2]]
    theirs = [*rows[10:30], *[row | {"amount_minor": 9} for row in rows[5:8]], *same[2:]]
    batches = [
        world.put(shard, [json.dumps(payload).encode() for payload in payloads])
        for shard, payloads in ((SHARD, mine), (OTHER, theirs))
    ]
    interrupted(world, at, lambda: world.deliver(OTHER, batches[1]))
    world.deliver(SHARD, batches[0])
    return world


@proves(faults=[2, 3, 4], invariants=INVARIANTS)
@pytest.mark.parametrize("scene", [twins, one_terminal, random_keys])
def test_a_run_inside_another_at_any_call_leaves_every_invariant_whole(scene):
    """The same batch twice, two shards at one terminal, one card in two shards."""
    for call in calls_of(scene):
        check(scene(call), labels_follow=scene is not random_keys)
        tried()


@proves(faults=[2, 13], invariants=INVARIANTS)
@pytest.mark.parametrize("scene", [one_terminal, random_keys])
def test_histories_that_met_another_writer_are_read_and_merged_again(scene):
    """At some of the calls the outer run finds newer versions, and says so in its counts."""
    contended = []
    for call in calls_of(scene):
        world = scene(call)
        lines = [json.loads(line) for line in "".join(world.printed).splitlines() if '"counts"' in line]
        contended.append(sum(line["counts"]["ContendedWrites"] for line in lines))
    assert contended[0] == 0
    assert max(contended) > 0


@proves(faults=[1, 2], invariants=INVARIANTS)
def test_a_run_that_dies_after_another_ran_inside_it_is_made_good():
    """The twin runs to its end, the first run dies at its very next call, and its batch is delivered again."""
    for at in calls_of(twins):

        def dying(call: Call, at: int = at) -> tuple[str, Response]:
            if call.number == at:
                raise ProcessDeathError
            return "", call.proceed()

        world = rich_world()
        records = world.put(SHARD, rich())
        world.schedule = dying
        interrupted(world, at, lambda world=world, records=records: world.invoke(SHARD, records, environment="twin"))
        world.deliver(SHARD, records)
        assert len([line for line in world.trace if line.startswith("failed")]) == 1
        check(world)
        tried()

"""What services do to calls: throttles, partial answers, outages, nonsense, slowness."""

import json
from functools import partial
from random import Random

import pytest

from stubs.wire import Response
from tests.reliability.calling import Call
from tests.reliability.chaos import (
    refused,
    some_entries_failed,
    some_keys_unprocessed,
    some_statements_refused,
)
from tests.reliability.check import check, final_state
from tests.reliability.crashing import SHARD, rich_batch, rich_world
from tests.reliability.illness import Ill, delivered
from tests.reliability.proof import proves, tried
from tests.reliability.traffic import rich
from tests.reliability.world import World
from tests.samples import NOW_MS, iso, transaction

EVERY = [1, 2, 3, 4, 5, 6, 8, 9, 11]
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")


THROTTLES = [
    ("dynamodb.BatchGetItem", refused("ProvisionedThroughputExceededException", 400)),
    ("dynamodb.BatchExecuteStatement", refused("ProvisionedThroughputExceededException", 400)),
    ("dynamodb.BatchExecuteStatement", refused("InternalServerError", 500)),
    ("dynamodb.BatchExecuteStatement", refused("ServiceUnavailable", 503)),
    ("s3.PutObject", refused("SlowDown", 503)),
    ("s3.PutObject", refused("InternalError", 500)),
    ("sns.PublishBatch", refused("Throttling", 400)),
    ("sns.PublishBatch", refused("InternalError", 500)),
]


@proves(faults=[13, 19], invariants=EVERY)
@pytest.mark.parametrize(("operation", "fault"), THROTTLES)
@pytest.mark.parametrize("times", [1, 2, 3, 4, 7, 15])
def test_a_service_that_says_no_for_a_while_changes_nothing_in_the_end(operation, fault, times):
    """Tried again at once, and with the next delivery; decisions, histories, objects and alerts are the same."""
    world = delivered(Ill(operation, fault, times))
    assert final_state(world) == final_state(rich_batch({}))
    if times < 4:  # within the tries of one call
        assert not [line for line in world.trace if line.startswith("failed")]


@proves(faults=[13, 15], invariants=[8])
@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        *THROTTLES,
        ("dynamodb.BatchExecuteStatement", lambda call, _: some_statements_refused(call, _Never())),
        ("dynamodb.BatchGetItem", lambda call, _: some_keys_unprocessed(call, _Never())),
        ("sns.PublishBatch", lambda call, _: some_entries_failed(call, _Never())),
    ],
)
def test_a_service_that_says_no_for_ever_fails_the_batch_in_bounded_time(operation, fault):
    """So many calls and no more, with growing, jittered pauses; the run ends before its time, and Lambda waits."""
    pauses = []
    for seed in (1, 2):
        schedule = Ill(operation, fault, None)
        world = rich_world(seed=seed)
        world.schedule = schedule
        began_ms, before = world.clock.now_ms, world.calls
        answer = world.invoke(SHARD, world.put(SHARD, rich()))
        assert answer.function_error == "StoreUnavailableError"
        assert 3 <= schedule.failed <= 60
        assert world.calls - before <= 80
        assert world.clock.now_ms - began_ms < 20_000
        pauses.append(world.clock.pauses)
        tried()
    assert len(pauses[0]) > 2
    assert not set(pauses[0]) & set(pauses[1]), "the pauses are not jittered"


class _Never(Random):
    """Chance that always hits."""

    def random(self) -> float:
        """Return the least."""
        return 0.0


@proves(faults=[14, 15, 19], invariants=EVERY)
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("dynamodb.BatchExecuteStatement", some_statements_refused),
        ("dynamodb.BatchGetItem", some_keys_unprocessed),
        ("sns.PublishBatch", some_entries_failed),
    ],
    ids=["statements", "keys", "entries"],
)
def test_random_parts_of_calls_that_are_refused_are_done_later(operation, fault, seed):
    """Statements (some of them carried out all the same), keys not read, alerts not sent: only these go again."""
    world = delivered(Ill(operation, fault, 4, seed=seed))
    assert final_state(world) == final_state(rich_batch({}))


@proves(faults=[19], invariants=[1, 5])
@pytest.mark.parametrize("operation", ["s3.PutObject", "sns.PublishBatch"])
def test_decisions_stand_while_the_archive_or_the_topic_is_away(operation):
    """Made at the first try and not changed by the retry; the archive's and the alerts' names are the same, too."""
    undisturbed = rich_batch({})
    world = rich_world(BisectBatchOnFunctionError=False)
    refuse = refused("InternalError", 500)

    def schedule(call: Call) -> tuple[str, Response]:
        alerts_or_archive = call.request.operation == "PublishBatch" or "/archive/" in call.request.path
        wanted = call.name == operation and alerts_or_archive
        return ("ill", refuse(call, Random())) if wanted else ("", call.proceed())

    world.schedule = schedule
    records = world.put(SHARD, rich())
    assert world.invoke(SHARD, records).function_error == "StoreUnavailableError"
    made = world.items("Decisions")
    assert len(made) == len(undisturbed.items("Decisions"))
    world.schedule = lambda call: ("", call.proceed())
    world.clock.sleep(60)
    world.deliver(SHARD, records)
    check(world)
    strip = partial(map, lambda item: {k: v for k, v in item.items() if not k.startswith("label")})
    assert list(strip(world.items("Decisions").values())) == list(strip(made.values()))
    assert set(world.aws.objects["archive"]) == set(undisturbed.aws.objects["archive"])


@proves(faults=[9], invariants=[3, 7, 8])
def test_records_that_fail_for_ever_are_given_up_with_their_bytes_and_can_be_sent_again():
    """Retries end; what is given up has its payloads; the shard goes on; sent again later it is decided once."""
    world = rich_world(MaximumRetryAttempts=2)
    world.schedule = Ill("dynamodb.BatchGetItem", refused("InternalServerError", 500), None)
    records = world.put(SHARD, rich())
    world.deliver(SHARD, records)
    assert sorted(world.progress) == [SHARD]
    assert world.progress[SHARD].checkpoint == records[-1].sequence_number
    given_up = [record for discard in world.discarded for record in discard.records]
    # Records that need no table are refused all the same; all others are at the destination, in order.
    assert [r.sequence_number for r in given_up] == [
        r.sequence_number for r in records if f"{SHARD}:{r.sequence_number}" not in world.resolved
    ]
    assert {discard.condition for discard in world.discarded} == {"RetryAttemptsExhausted"}
    world.schedule = lambda call: ("", call.proceed())
    again = [world.log[f"{SHARD}:{record.sequence_number}"].data for record in given_up]
    world.deliver(SHARD, world.put(SHARD, again))
    world.deliver(SHARD, world.put(SHARD, again))
    check(world)
    assert set(world.items("Decisions")) == set(rich_batch({}).items("Decisions"))


@proves(faults=[10], invariants=[1, 3, 4, 8])
@pytest.mark.parametrize("slow_seconds", [1, 4, 9])
def test_a_batch_that_cannot_end_in_time_keeps_its_work_and_says_where_to_go_on(slow_seconds):
    """Portions that were done are done; the answer names the first record that is not; no run is killed."""
    world = World(portion=5)

    def slow(call: Call) -> tuple[str, Response]:
        call.world.clock.sleep(slow_seconds)
        return "slow", call.proceed()

    world.schedule = slow
    rows = [
        transaction(number, card_id=f"card_{number % 7}", event_time=iso(NOW_MS - 900_000 + number * 1000))
        for number in range(1, 81)
    ]
    records = world.put(SHARD, [json.dumps(row).encode() for row in rows])
    world.deliver(SHARD, records)
    check(world)
    runs = [line for line in world.trace if line.startswith("run")]
    assert len(runs) > 1
    assert not [line for line in world.trace if line.startswith("failed")]
    assert max(world.deliveries.values()) <= len(runs)

"""What failed or was quarantined goes through again after a fix, and nothing is lost or done twice."""

import json
from base64 import b64decode

import pytest
from fraudstream.errors import StoreUnavailableError

from operate.redrive.scoring import ScoringFailedError
from tests.reliability.proof import proves, tried
from tests.samples import NOW_MS, iso, label, records, transaction
from tests.unit.redrive_world import HOUR_MS, CrashError, World, at, crash_at
from tests.unit.test_pipeline import archived

OLD = {"event_time": iso(NOW_MS - 2 * HOUR_MS)}
"""What the code before the fix refuses."""
PAN = "4111111111111111"


def mixed() -> list:
    """A batch with what was refused wrongly, what is refused for ever, what is masked, and what is fine."""
    return records(
        [
            transaction(1, **OLD),
            transaction(2, amount_minor=5_000_000, card_id="card_b"),
            transaction(3, **OLD, amount_minor=5_000_000),
            b"garbage",
            b'{"note": "%s"' % PAN.encode(),
            transaction(4, card_id=PAN),
            transaction(2, amount_minor=1),
            transaction(5, terminal_id="terminal_b"),
        ]
    )


def given_up() -> list:
    """A batch that was given up: transactions and a label of one shard."""
    return records([transaction(6), transaction(7, amount_minor=5_000_000), label(6), b"rubbish"], first=101)


def waiting_world() -> World:
    """A stack where a redrive is due: a batch that code before the fix refused in part, and one given up halfway."""
    world = World()
    world.before_the_fix(mixed())
    halfway = world.pipeline.alerts
    real = halfway.publish
    halfway.publish = lambda alerts: (_ for _ in ()).throw(StoreUnavailableError("no topic"))
    with pytest.raises(StoreUnavailableError):
        world.before_the_fix(given_up())
    halfway.publish = real
    world.give_up(given_up())
    return world


def state(world: World) -> dict:
    """Everything that must come out the same however often, and however interrupted, the redrive ran."""
    pipeline = world.pipeline
    return {
        "decisions": {name: made.source for name, made in pipeline.decisions.items.items()},
        "labels": sorted(pipeline.decisions.labels),
        "histories": {key: stored.packed for key, stored in pipeline.histories.items.items()},
        "alerts": sorted({alert.alert_id for _, alert in pipeline.alerts.published}),
        "archived": sorted({line[line["kind"]]["transaction_id"] + line["kind"] for line in archived(pipeline)}),
        "queue": world.queue(),
        "given up": world.keys("aws/"),
        "under way": world.keys("redriving/"),
    }


def assert_settled(world: World) -> None:
    """Assert that all is as if code after the fix had processed the batches, and nothing had failed."""
    found = state(world)
    names = {f"tx-{number}" for number in (1, 2, 3, 5, 6, 7)}
    assert set(found["decisions"]) == names
    assert found["labels"] == ["tx-6"]
    assert found["alerts"] == ["tx-2", "tx-3", "tx-7"]
    assert found["archived"] == sorted({name + "transaction" for name in names} | {"tx-6label"})
    assert [reason for _, reason in found["queue"]] == [
        "not_json",
        "not_json",
        "card_number_in_card_id",
        "id_conflict",
        "not_json",
    ]
    assert len(dict(found["queue"])) == 5
    assert (found["given up"], found["under way"]) == ([], [])
    straight = World()
    for batch in (mixed(), given_up()):
        straight.pipeline.run(batch, NOW_MS)
    expected = state(straight)
    same = ("decisions", "labels", "histories", "alerts", "archived", "queue")
    assert {name: found[name] for name in same} == {name: expected[name] for name in same}


@proves(faults=[9, 30], invariants=[1, 2, 3, 4, 5, 6])
def test_after_the_fix_what_was_refused_wrongly_and_what_was_given_up_is_decided():
    """Both sources are emptied; what is still refused is in the quarantine once, and what is masked stayed there."""
    world = waiting_world()
    tally = world.redrive()
    assert_settled(world)
    assert (tally.objects, tally.records) == (3, 8)
    assert tally.answered.counts["Decided"] == 4
    assert tally.answered.counts["Labels"] == 1
    assert tally.answered.refused == {"not_json": 2, "id_conflict": 1}
    assert tally.held == {"masked": 2}


@proves(faults=[30], invariants=[1, 2, 3, 4, 5])
def test_a_second_redrive_changes_nothing():
    """Not a decision, history or line of the queue; only what is refused is refused once more."""
    world = waiting_world()
    world.redrive()
    before = state(world)
    alerts = len(world.pipeline.alerts.published)
    for _ in range(3):
        tally = world.redrive()
        assert state(world) == before
        assert tally.answered.counts["Decided"] == 0
        tried()
    assert len(world.pipeline.alerts.published) == alerts


def steps_of_a_redrive() -> int:
    """How many places there are to die in: before and after each call."""
    steps = []
    waiting_world().redrive(lambda name, after: steps.append(name))
    return len(steps)


STEPS = steps_of_a_redrive()


@proves(faults=[1, 30], invariants=[1, 2, 3, 4, 5, 6, 8])
def test_a_redrive_that_dies_before_or_after_any_call_is_completed_by_the_next():
    """At every call of S3 and Lambda; and each record is somewhere in the bucket, or done, at every such moment."""
    for step in range(STEPS):
        world = waiting_world()
        with pytest.raises(CrashError):
            world.redrive(crash_at(step))
        assert_nothing_lost(world)
        world.redrive()
        assert_settled(world)
        tried()


@proves(faults=[1, 30], invariants=[1, 2, 3, 4, 5, 6, 8])
def test_a_redrive_that_dies_twice_is_completed_by_the_third():
    """The second one dies at any of its calls, too, wherever it found what the first one left."""
    for first in range(0, STEPS, 3):
        for second in range(1, STEPS, 3):
            world = waiting_world()
            with pytest.raises(CrashError):
                world.redrive(crash_at(first))
            try:
                world.redrive(crash_at(second))
            except CrashError:
                assert_nothing_lost(world)
            world.redrive()
            assert_settled(world)
            tried()


@proves(faults=[2, 30], invariants=[1, 2, 3, 4, 5, 6])
def test_two_redrives_at_once_do_what_one_does():
    """A second one runs, whole, before or after any call of the first."""
    for step in range(STEPS):
        world = waiting_world()
        world.redrive(at(step, world.redrive))
        assert_settled(world)
        tried()


@proves(faults=[1, 2, 30], invariants=[1, 2, 3, 4, 5, 6])
def test_two_redrives_at_once_of_which_one_dies_lose_nothing():
    """The second dies at any of its calls, in the middle of the first at any of its; a third completes both."""
    for step in range(0, STEPS, 4):
        for death in range(2, STEPS, 5):
            world = waiting_world()

            def second(world=world, death=death):
                try:
                    world.redrive(crash_at(death))
                except CrashError:
                    assert_nothing_lost(world)

            world.redrive(at(step, second))
            assert_nothing_lost(world)
            world.redrive()
            assert_settled(world)
            tried()


def assert_nothing_lost(world: World) -> None:
    """Assert that every record which is not done is quarantined, in the failure destination, or being redriven."""
    kept = set()
    for key in world.keys(""):
        if key.startswith("redriven/"):
            continue
        body = world.s3.objects[key]
        if "aws/lambda/" in key:
            kept |= {entry["eventID"] for entry in json.loads(json.loads(body)["payload"])["Records"]}
        else:
            kept |= {f"{line['shard_id']}:{line['sequence_number']}" for line in map(json.loads, body.splitlines())}
    done = {made.source for made in world.pipeline.decisions.items.values()}
    published = {alert.alert_id for _, alert in world.pipeline.alerts.published}
    missing = {record.source for record in [*mixed(), *given_up()]} - kept
    assert missing <= done | {given_up()[2].source}  # the label is done, or kept
    if given_up()[1].source not in kept:
        assert "tx-7" in published


@proves(faults=[30], invariants=[1, 3])
def test_the_ends_of_a_batch_sent_again_do_not_write_over_its_archive_object():
    """Its first and last record alone are another set of records, and get an object of their own."""
    world = World()
    batch = records([transaction(1, **OLD), *(transaction(n) for n in range(2, 10)), transaction(10, **OLD)])
    world.before_the_fix(batch)
    world.redrive()
    names = {line["transaction"]["transaction_id"] for line in archived(world.pipeline)}
    assert names == {f"tx-{number}" for number in range(1, 11)}


@proves(faults=[30], invariants=[2])
def test_a_record_in_two_objects_is_sent_once_and_is_in_the_queue_once_afterwards():
    """Batches that were cut differently at a retry quarantine a record twice; the redrive makes one line of them."""
    world = World()
    batch = records([transaction(1, **OLD), b"garbage", transaction(2)])
    world.before_the_fix(batch)
    world.before_the_fix(batch[:2])
    assert len(world.queue()) == 4
    tally = world.redrive()
    assert (tally.records, tally.again) == (2, 2)
    assert world.queue() == [(batch[1].source, "not_json")]


@proves(faults=[30], invariants=[2])
def test_what_is_refused_again_under_the_very_key_it_had_stays_in_the_queue():
    """The same bytes under the same key, written by this run's own call, are not taken for what was there before."""
    world = World()
    batch = records([transaction(1), b"garbage", b"rubbish"])
    world.before_the_fix(batch)
    world.before_the_fix(batch[1:])
    for _ in range(3):
        world.redrive()
        assert sorted(world.queue()) == [(record.source, "not_json") for record in batch[1:]]


@proves(faults=[9], invariants=[5, 8])
def test_a_given_up_batch_that_was_half_done_gets_its_missing_effects_and_no_second_decision():
    """Its decisions stand, as they were made; archive, alert and histories are completed."""
    world = World()
    broken = world.pipeline.archive
    real, broken.put = broken.put, lambda key, body: (_ for _ in ()).throw(StoreUnavailableError("no bucket"))
    with pytest.raises(StoreUnavailableError):
        world.before_the_fix(given_up())
    broken.put = real
    made = dict(world.pipeline.decisions.items)
    world.give_up(given_up())
    world.redrive()
    assert made
    assert world.pipeline.decisions.items == made
    assert {line["transaction"]["transaction_id"] for line in archived(world.pipeline) if line["kind"] != "label"} == {
        "tx-6",
        "tx-7",
    }
    assert [alert.alert_id for _, alert in world.pipeline.alerts.published] == ["tx-7"]


@proves(faults=[9, 17], invariants=[8])
def test_a_function_that_fails_stops_the_redrive_after_three_tries_and_keeps_everything():
    """What it failed on is in redriving/, goes first the next time, and `prefix` leads past it."""
    world = waiting_world()
    world.function.trouble = lambda records: (_ for _ in ()).throw(RuntimeError("out of memory"))
    with pytest.raises(ScoringFailedError, match="RuntimeError: out of memory"):
        world.redrive()
    assert len(world.function.events) == 3
    [interrupted] = world.keys("redriving/")
    assert "aws/lambda/" in interrupted
    assert_nothing_lost(world)
    world.function.trouble = lambda records: None
    assert world.redrive(prefix="quarantine/").objects == 3
    assert world.keys("redriving/") == [interrupted]
    world.redrive()
    assert_settled(world)


def test_the_functions_own_words_are_told_without_card_numbers():
    """An error text is a sink like any other."""
    world = waiting_world()
    world.function.trouble = lambda records: (_ for _ in ()).throw(RuntimeError(f"no {PAN}"))
    with pytest.raises(ScoringFailedError) as raised:
        world.redrive()
    assert PAN not in str(raised.value)
    assert "************1111" in str(raised.value)


@proves(faults=[9], invariants=[11])
def test_what_went_through_is_kept_with_a_receipt_and_without_unmasked_bytes():
    """redriven/ has the lines as they were, the given-up batch without its payload, and counts as metadata."""
    world = waiting_world()
    world.redrive()
    [given, *lines] = world.keys("redriven/")
    assert json.loads(world.s3.objects[given])["KinesisBatchInfo"]["batchSize"] == 4
    assert "payload" not in json.loads(world.s3.objects[given])
    assert world.s3.metadata[given] == {
        "records": "4",
        "decided": "2",
        "duplicates": "0",
        "labels": "1",
        "refused": "1",
    }
    assert sum(len(world.s3.objects[key].splitlines()) for key in lines) == 4
    assert not any(PAN.encode() in body for body in world.s3.objects.values())


def test_only_the_reason_asked_for_is_sent():
    """Everything else stays in the queue, line by line; what was given up stays, too."""
    world = waiting_world()
    before = dict(world.queue())
    tally = world.redrive(reason="event_time_too_old")
    assert tally.records == 2
    assert dict(world.queue()) == {source: why for source, why in before.items() if why != "event_time_too_old"}
    assert len(world.queue()) == len(before) - 2
    assert len(world.keys("aws/")) == 1
    world.redrive()
    assert_settled(world)


def test_only_keys_with_the_prefix_asked_for_are_taken():
    """A prefix within a place, or one that covers it."""
    world = waiting_world()
    assert world.redrive(prefix="quarantine/date=1999").objects == 0
    assert world.redrive(prefix="aws/lambda/mapping/").objects == 1
    assert world.redrive(prefix="quarant").objects == 3


def test_an_object_of_another_form_is_left_and_named():
    """Whoever put it there may want it."""
    world = World()
    for key, body in (("aws/lambda/x", b"hello"), ("quarantine/note.txt", b"hello"), ("aws/lambda/y", b"[]")):
        world.s3.put(key, body)
    tally = world.redrive()
    assert tally.not_understood == ["aws/lambda/x", "aws/lambda/y", "quarantine/note.txt"]
    assert len(world.s3.objects) == 3


def test_an_object_that_is_written_anew_while_it_is_taken_is_not_deleted():
    """The bytes that are deleted are those that were read."""
    world = World()
    world.before_the_fix(records([transaction(1, **OLD)]))
    [key] = world.keys("quarantine/")
    newer = world.s3.objects[key].replace(b"tx-1", b"tx-9") + b"\n"

    def overwrite(name, after):
        if name == "put_object" and not after and not world.keys("redriven/") and not world.keys("redriving/"):
            world.s3.put(key, newer)

    world.redrive(overwrite)
    assert world.s3.objects[key] == newer


def test_a_call_has_records_of_one_shard_in_their_order_and_at_most_a_thousand():
    """What the stream promises the function, the redrive promises, too."""
    world = World()
    old = [transaction(n, **OLD) for n in range(1, 1502)]
    world.give_up(records(old))
    world.redrive()
    sizes = [len(event["Records"]) for event in world.function.events]
    assert sizes == [1000, 501]
    sent = [b64decode(entry["kinesis"]["data"]) for event in world.function.events for entry in event["Records"]]
    assert sent == [record.data for record in records(old)]
    assert len(world.pipeline.decisions.items) == 1501

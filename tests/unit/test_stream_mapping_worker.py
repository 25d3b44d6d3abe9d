"""One shard from reading to checkpoint, without threads and without waiting."""

import itertools
import json
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from local.streams.batches import lane_of
from local.streams.checkpoints import Checkpoint, CheckpointStore
from local.streams.delivery import Delivery
from local.streams.errors import ShardGoneError, SourceUnavailableError
from local.streams.metrics import Metrics
from local.streams.testing import (
    NOW_SECONDS,
    SHARD_ID,
    FakeClock,
    FakeDestination,
    FakeFunction,
    FakeSource,
    a_mapping,
    an_encoder,
    numbers,
    run_inline,
)
from local.streams.worker import ShardWorker
from tests.reliability.proof import proves


class Shard:
    """A worker over fakes; `held` keeps deliveries back until `release`."""

    def __init__(
        self, directory: Path, *, function: FakeFunction | None = None, hold: bool = False, **settings: object
    ):
        self.mapping = a_mapping(**settings)
        self.checkpoints = CheckpointStore(directory)
        self.clock = FakeClock()
        self.metrics = Metrics()
        self.function = function or FakeFunction()
        self.destination = FakeDestination()
        self.held: list[tuple[Callable[[], None], Future[None]]] = []
        saved = self.checkpoints.load(self.mapping.uuid, SHARD_ID).sequence_number
        self.source = FakeSource(after=int(saved or 0))
        delivery = Delivery(
            self.mapping,
            invoke=self.function,
            destination=self.destination,
            metrics=self.metrics,
            clock=self.clock,
        )
        self.worker = ShardWorker(
            self.mapping,
            SHARD_ID,
            source=self.source,
            encoder=an_encoder(),
            delivery=delivery,
            checkpoints=self.checkpoints,
            metrics=self.metrics,
            clock=self.clock,
            submit=self._hold if hold else run_inline,
        )

    def _hold(self, work: Callable[[], None]) -> Future[None]:
        self.held.append((work, Future()))
        return self.held[-1][1]

    def release(self, index: int) -> None:
        """Let a held delivery happen."""
        work, future = self.held.pop(index)
        work()
        future.set_result(None)

    def put(self, *given: int, key: str = "card") -> None:
        """Append records to the shard."""
        for number in given:
            self.source.put(number, key=key)

    def run(self, steps: int = 20) -> None:
        """Step, passing the time in between."""
        for _ in range(steps):
            self.clock.time += self.worker.step()

    @property
    def checkpoint(self) -> Checkpoint:
        """Return what is on disk."""
        return self.checkpoints.load(self.mapping.uuid, SHARD_ID)


def test_records_are_delivered_in_order_and_checkpointed(tmp_path: Path) -> None:
    """Batches of at most BatchSize, one after the other; the checkpoint is the last record."""
    shard = Shard(tmp_path, BatchSize=2)
    shard.put(1, 2, 3, 4, 5)
    shard.run()
    assert shard.function.calls == [[1, 2], [3, 4], [5]]
    assert shard.checkpoint == Checkpoint(sequence_number="5")


def test_a_restart_continues_after_the_checkpoint(tmp_path: Path) -> None:
    """What was resolved is not delivered again; what was not, is."""
    before = Shard(tmp_path, hold=True, BatchSize=2)
    before.put(1, 2, 3, 4)
    before.worker.step()
    before.release(0)
    before.worker.step()  # records 3 and 4 are now under way, and the process is killed

    after = Shard(tmp_path, BatchSize=2)
    after.put(1, 2, 3, 4, 5)
    after.run()
    assert after.function.calls == [[3, 4], [5]]


@proves(faults=[11], invariants=[7])
def test_nothing_is_checkpointed_before_the_function_has_answered(tmp_path: Path) -> None:
    """At the moment of the call the checkpoint still stands before the batch."""
    shard = Shard(tmp_path)
    seen: list[Checkpoint] = []
    shard.function.on_call = lambda: seen.append(shard.checkpoint)
    shard.put(1, 2)
    shard.run()
    assert seen == [Checkpoint()]


@proves(faults=[11], invariants=[7])
def test_a_partial_answer_moves_the_checkpoint_to_the_reported_record(tmp_path: Path) -> None:
    """Progress within a failing batch survives a kill."""
    function = FakeFunction(poison=[3], partial=True)
    shard = Shard(tmp_path, function=function, FunctionResponseTypes=["ReportBatchItemFailures"])
    seen: list[str | None] = []

    def recover_at_the_second_call() -> None:
        seen.append(shard.checkpoint.sequence_number)
        function.poison -= {3} if len(seen) > 1 else set()

    function.on_call = recover_at_the_second_call
    shard.put(1, 2, 3, 4)
    shard.run()
    assert seen == [None, "2"]
    assert shard.checkpoint.sequence_number == "4"


def test_only_one_batch_of_a_lane_is_under_way_at_a_time(tmp_path: Path) -> None:
    """With one lane the shard's order is kept, however many records wait."""
    shard = Shard(tmp_path, hold=True, BatchSize=1)
    shard.put(1, 2, 3)
    shard.run(steps=5)
    assert len(shard.held) == 1


@proves(faults=[11], invariants=[7])
def test_lanes_run_side_by_side_and_keep_the_order_of_each_key(tmp_path: Path) -> None:
    """ParallelizationFactor 4: several batches at once, every key in one of them, in order."""
    shard = Shard(tmp_path, hold=True, ParallelizationFactor=4, BatchSize=100)
    for number in range(1, 101):
        shard.source.put(number, key=f"card-{number % 20}")
    shard.worker.step()
    assert len(shard.held) == 4
    while shard.held:
        shard.release(-1)
    keys = {number: number % 20 for number in range(1, 101)}
    homes: dict[int, set[int]] = {}
    for index, call in enumerate(shard.function.calls):
        assert call == sorted(call)
        for number in call:
            homes.setdefault(keys[number], set()).add(index)
    assert all(len(home) == 1 for home in homes.values())
    assert sorted(itertools.chain(*shard.function.calls)) == list(range(1, 101))


@proves(faults=[11], invariants=[7])
def test_the_checkpoint_waits_for_the_slowest_lane(tmp_path: Path) -> None:
    """It passes a lane's records only once all older records of the other lanes are resolved."""
    shard = Shard(tmp_path, hold=True, ParallelizationFactor=2)
    one, other = (next(key for key in map(str, range(99)) if lane_of(key, 2) == lane) for lane in (0, 1))
    shard.put(1, key=one)
    shard.put(2, 3, key=other)
    shard.put(4, key=one)
    shard.worker.step()
    assert len(shard.held) == 2
    lanes = {tuple(numbers_of(work)): index for index, (work, _) in enumerate(shard.held)}
    shard.release(lanes[2, 3])
    assert shard.checkpoint == Checkpoint()
    shard.release(0)
    assert shard.checkpoint == Checkpoint(sequence_number="4")


def numbers_of(work: Callable[[], None]) -> list[int]:
    """Return the records of a held delivery, from its closure."""
    [batch] = [cell.cell_contents for cell in work.__closure__ or () if isinstance(cell.cell_contents, tuple)]
    return numbers(batch)


def test_a_blocked_lane_does_not_make_the_worker_read_without_end(tmp_path: Path) -> None:
    """Reading ahead stops at a bound while the function does not answer."""
    shard = Shard(tmp_path, hold=True, BatchSize=10)
    for number in range(1, 5001):
        shard.put(number)
    shard.run(steps=50)
    assert shard.source.after <= 400
    assert len(shard.source.limits) <= 3


def test_filtered_records_are_resolved_without_a_call(tmp_path: Path) -> None:
    """The checkpoint moves past them, and the metrics count them."""
    pattern = {"Filters": [{"Pattern": json.dumps({"data": {"type": ["label"]}})}]}
    shard = Shard(tmp_path, FilterCriteria=pattern)
    shard.source.put(1, data=b'{"type":"transaction"}')
    shard.source.put(2, data=b'{"type":"label"}')
    shard.source.put(3, data=b"garbage")
    shard.run()
    assert shard.function.calls == [[2]]
    assert shard.checkpoint.sequence_number == "3"
    counts = {datum["MetricName"]: datum["StatisticValues"]["Sum"] for datum in shard.metrics.drain()["AWS/Lambda"]}
    assert (counts["PolledEventCount"], counts["FilteredOutEventCount"], counts["InvokedEventCount"]) == (3, 2, 1)


@proves(faults=[11], invariants=[7])
def test_a_closed_shard_is_finished_only_when_all_its_records_are_resolved(tmp_path: Path) -> None:
    """Its children start after that, so the order of a key survives a split."""
    shard = Shard(tmp_path, hold=True, MaximumBatchingWindowInSeconds=300)
    shard.put(1, 2)
    shard.source.closed = True
    shard.worker.step()
    assert len(shard.held) == 1
    assert not shard.worker.finished
    shard.release(0)
    shard.worker.step()
    assert shard.worker.finished
    assert shard.checkpoint == Checkpoint(sequence_number="2", finished=True)


def test_a_shard_that_is_gone_delivers_what_was_read_and_finishes(tmp_path: Path) -> None:
    """A base that drops split parents at once must not leave the children waiting."""
    shard = Shard(tmp_path, hold=True)
    shard.put(1)
    shard.worker.step()
    shard.source.error = ShardGoneError("gone")
    shard.run(steps=2)
    assert not shard.worker.finished
    shard.release(0)
    shard.run(steps=1)
    assert shard.worker.finished
    assert shard.checkpoint == Checkpoint(sequence_number="1", finished=True)


def test_a_source_out_of_reach_is_asked_again_later(tmp_path: Path) -> None:
    """Nothing is lost and nothing spins while Kinesis does not answer."""
    shard = Shard(tmp_path)
    shard.put(1)
    shard.source.error = SourceUnavailableError("throttled")
    assert shard.worker.step() == pytest.approx(1.0)
    shard.source.error = None
    shard.clock.time += 1
    shard.run(steps=2)
    assert shard.function.calls == [[1]]


def test_a_quiet_shard_is_asked_five_times_a_second_and_a_backlog_at_once(tmp_path: Path) -> None:
    """Polling rests when idle and does not wait when records are behind."""
    shard = Shard(tmp_path)
    assert shard.worker.step() == pytest.approx(0.2)
    for number in range(1, 1001):
        shard.put(number)
    shard.clock.time += 0.2
    assert shard.worker.step() == 0.0


def test_a_delivery_that_breaks_is_not_swallowed(tmp_path: Path) -> None:
    """A defect of the reader itself ends the worker; its supervisor starts it again from the checkpoint."""
    shard = Shard(tmp_path)

    def broken() -> None:
        raise ZeroDivisionError

    shard.function.on_call = broken
    shard.put(1)
    with pytest.raises(ZeroDivisionError):
        shard.run(steps=3)
    assert shard.checkpoint == Checkpoint()


def test_the_iterator_age_is_that_of_the_newest_record_of_the_batch(tmp_path: Path) -> None:
    """It is published under AWS's names, per function and per stream."""
    shard = Shard(tmp_path)
    shard.source.put(1, arrived_at=NOW_SECONDS - 9)
    shard.source.put(2, arrived_at=NOW_SECONDS - 4)
    shard.run(steps=2)
    metrics = shard.metrics.drain()
    [age] = [datum for datum in metrics["AWS/Lambda"] if datum["MetricName"] == "IteratorAge"]
    assert age["Dimensions"] == [{"Name": "FunctionName", "Value": "score"}]
    assert age["StatisticValues"] == {"SampleCount": 1, "Sum": 4000.0, "Minimum": 4000.0, "Maximum": 4000.0}
    [behind] = metrics["AWS/Kinesis"]
    assert behind["MetricName"] == "GetRecords.IteratorAgeMilliseconds"
    assert behind["Dimensions"] == [{"Name": "StreamName", "Value": "transactions"}]
    assert shard.metrics.drain() == {}

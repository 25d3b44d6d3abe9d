"""Truths about delivery that hold for every batch and every setting."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from local.streams.delivery import Delivery
from local.streams.metrics import Metrics
from local.streams.progress import Progress
from local.streams.testing import FakeClock, FakeDestination, FakeFunction, a_mapping, a_record, numbers
from tests.reliability.proof import proves, tried

BATCHES = st.integers(1, 40).flatmap(lambda size: st.tuples(st.just(size), st.sets(st.integers(1, size))))


@proves(faults=[9], invariants=[8])
@settings(max_examples=200, deadline=None)
@given(batch=BATCHES, partial=st.booleans(), bisect=st.booleans(), retries=st.integers(0, 3))
def test_every_record_is_resolved_once_in_a_bounded_number_of_calls(
    *, batch: tuple[int, set[int]], partial: bool, bisect: bool, retries: int
) -> None:
    """Whatever is poison: each record is done or given up exactly once, in order, and no poison is called done."""
    tried()
    size, poison = batch
    function, destination, resolved = FakeFunction(poison=poison, partial=partial), FakeDestination(), []
    mapping = a_mapping(
        MaximumRetryAttempts=retries,
        BisectBatchOnFunctionError=bisect,
        FunctionResponseTypes=["ReportBatchItemFailures"] if partial else [],
    )
    delivery = Delivery(mapping, invoke=function, destination=destination, metrics=Metrics(), clock=FakeClock())
    delivery.deliver(tuple(a_record(n) for n in range(1, size + 1)), lambda done: resolved.extend(numbers(done)))

    discarded = [number for discard in destination.discards for number in numbers(discard.records)]
    assert resolved == list(range(1, size + 1))
    assert poison <= set(discarded)
    if bisect:
        assert set(discarded) == poison
    steps_to_isolate = math.ceil(math.log2(size)) + 2
    assert len(function.calls) <= 1 + len(poison) * (retries + 1 + 2 * steps_to_isolate)


@proves(faults=[11], invariants=[7])
@settings(max_examples=200, deadline=None)
@given(st.permutations(list(range(1, 13))), st.integers(1, 4))
def test_the_checkpoint_never_passes_an_unresolved_record(order: list[int], group: int) -> None:
    """Lanes resolve in any order; the checkpoint is always the last record before the oldest open one."""
    tried()
    progress, done = Progress(), set()
    for number in range(1, 13):
        progress.read(str(number))
    for start in range(0, 12, group):
        done.update(order[start : start + group])
        progress.resolve(str(number) for number in order[start : start + group])
        oldest_open = min(set(range(1, 14)) - done)
        assert progress.checkpoint == (str(oldest_open - 1) if oldest_open > 1 else None)
    assert len(progress) == 0

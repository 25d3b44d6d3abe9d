"""What happens to a batch that fails, with a clock that jumps."""

from itertools import pairwise
from typing import Any

import pytest

from local.streams.answers import Answer, NotInvoked
from local.streams.delivery import Delivery
from local.streams.metrics import Metrics
from local.streams.retries import AGE_EXCEEDED, RETRIES_EXHAUSTED
from local.streams.testing import (
    NOW_SECONDS,
    FakeClock,
    FakeDestination,
    FakeFunction,
    a_mapping,
    a_record,
    numbers,
)
from tests.reliability.proof import proves

PARTIAL: dict[str, Any] = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
BISECT: dict[str, Any] = {"BisectBatchOnFunctionError": True}


class Run:
    """A batch of records 1 to `size`, delivered to its end."""

    def __init__(self, function: FakeFunction, *, size: int = 8, clock: FakeClock | None = None, **settings: Any):
        self.clock = clock or FakeClock()
        self.destination = FakeDestination()
        self.resolved: list[int] = []
        delivery = Delivery(
            a_mapping(**settings),
            invoke=function,
            destination=self.destination,
            metrics=Metrics(),
            clock=self.clock,
        )
        batch = tuple(a_record(number) for number in range(1, size + 1))
        delivery.deliver(batch, lambda records: self.resolved.extend(numbers(records)))

    @property
    def discarded(self) -> list[tuple[list[int], str]]:
        """Return what was given up, and why."""
        return [(numbers(discard.records), discard.condition) for discard in self.destination.discards]


def test_a_batch_that_succeeds_is_resolved_by_one_call() -> None:
    """A healthy function sees each record once, in order."""
    function = FakeFunction()
    assert Run(function, size=3).resolved == [1, 2, 3]
    assert function.calls == [[1, 2, 3]]


def test_without_limits_a_failing_batch_is_retried_until_it_succeeds() -> None:
    """With Lambda's defaults nothing is ever given up."""
    function = FakeFunction(poison=[2])
    function.on_call = lambda: function.poison.clear() if len(function.calls) == 50 else None
    run = Run(function, size=3)
    assert function.calls == [[1, 2, 3]] * 50
    assert run.resolved == [1, 2, 3]
    assert run.discarded == []


def test_a_batch_is_given_up_after_its_retries() -> None:
    """MaximumRetryAttempts 2 means three calls; then the whole batch goes to the destination."""
    function = FakeFunction(poison=[2])
    run = Run(function, size=3, MaximumRetryAttempts=2)
    assert function.calls == [[1, 2, 3]] * 3
    assert run.discarded == [([1, 2, 3], RETRIES_EXHAUSTED)]
    assert run.destination.discards[0].invocations == 3


def test_zero_retries_give_up_after_the_first_error() -> None:
    """MaximumRetryAttempts 0 is a limit, not the absence of one."""
    function = FakeFunction(poison=[1])
    assert Run(function, size=2, MaximumRetryAttempts=0).discarded == [([1, 2], RETRIES_EXHAUSTED)]
    assert len(function.calls) == 1


def test_retries_wait_longer_each_time_up_to_a_bound() -> None:
    """The backoff doubles, and never exceeds half a minute."""
    function, moments = FakeFunction(poison=[1]), []
    clock = FakeClock()
    function.on_call = lambda: moments.append(clock.now())
    Run(function, size=1, clock=clock, MaximumRetryAttempts=12)
    waits = [round(later - earlier, 3) for earlier, later in pairwise(moments)]
    assert waits[:4] == [0.2, 0.4, 0.8, 1.6]
    assert max(waits) == waits[-1] == 30.0


def test_a_partial_answer_redelivers_from_the_reported_record_on() -> None:
    """Records before the reported one are done; it and all after it come again."""
    function = FakeFunction(poison=[3], partial=True)
    function.on_call = lambda: function.poison.clear() if len(function.calls) == 2 else None
    run = Run(function, size=5, **PARTIAL)
    assert function.calls == [[1, 2, 3, 4, 5], [3, 4, 5]]
    assert run.resolved == [1, 2, 3, 4, 5]


def test_without_bisect_everything_from_the_poison_record_on_is_given_up() -> None:
    """So does AWS: the good records behind the poison are lost to the function."""
    function = FakeFunction(poison=[3], partial=True)
    run = Run(function, size=5, MaximumRetryAttempts=1, **PARTIAL)
    assert function.calls == [[1, 2, 3, 4, 5], [3, 4, 5]]
    assert run.discarded == [([3, 4, 5], RETRIES_EXHAUSTED)]
    assert run.resolved == [1, 2, 3, 4, 5]


@proves(faults=[10], invariants=[8])
def test_a_function_that_makes_progress_never_exhausts_its_retries() -> None:
    """Attempts are counted for the record that holds the batch up, so running out of time is no failure."""
    function = FakeFunction(partial=True)
    one_a_call = [
        Answer(request_id="r", payload=f'{{"batchItemFailures":[{{"itemIdentifier":"{n}"}}]}}'.encode())
        for n in range(2, 9)
    ]
    function.next_outcomes.extend(one_a_call)
    run = Run(function, size=8, MaximumRetryAttempts=1, **PARTIAL)
    assert run.discarded == []
    assert run.resolved == list(range(1, 9))


def test_bisect_isolates_the_poison_record() -> None:
    """A failing batch is halved until the bad record is alone; only that one is given up."""
    function = FakeFunction(poison=[6])
    run = Run(function, size=8, MaximumRetryAttempts=1, **BISECT)
    assert function.calls[:3] == [[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4], [5, 6, 7, 8]]
    assert run.discarded == [([6], RETRIES_EXHAUSTED)]
    assert run.resolved == list(range(1, 9))


def test_splitting_counts_as_no_attempt() -> None:
    """Even with no retries allowed, halving goes on down to the single record."""
    function = FakeFunction(poison=[1])
    run = Run(function, size=4, MaximumRetryAttempts=0, **BISECT)
    assert run.discarded == [([1], RETRIES_EXHAUSTED)]
    assert function.calls == [[1, 2, 3, 4], [1, 2], [1], [2], [3, 4]]


def test_bisect_with_partial_answers_splits_at_the_reported_record() -> None:
    """The records before it are done; the rest comes again whole, and is halved only if its first one fails."""
    function = FakeFunction(poison=[6], partial=True)
    run = Run(function, size=8, MaximumRetryAttempts=0, **BISECT, **PARTIAL)
    assert function.calls == [[1, 2, 3, 4, 5, 6, 7, 8], [6, 7, 8], [6], [7, 8]]
    assert run.discarded == [([6], RETRIES_EXHAUSTED)]
    assert run.resolved == list(range(1, 9))


def test_a_record_that_a_split_left_alone_is_called_once_more() -> None:
    """The report that isolated it was no attempt of its own."""
    function = FakeFunction(poison=[4], partial=True)
    run = Run(function, size=4, MaximumRetryAttempts=0, **BISECT, **PARTIAL)
    assert function.calls == [[1, 2, 3, 4], [4]]
    assert run.discarded == [([4], RETRIES_EXHAUSTED)]


def test_the_records_behind_a_given_up_one_do_not_wait_for_its_backoff() -> None:
    """Once it is gone, nothing is wrong with the others."""
    function, moments = FakeFunction(poison=[1]), []
    clock = FakeClock()
    function.on_call = lambda: moments.append(clock.now())
    Run(function, size=2, clock=clock, MaximumRetryAttempts=5, **BISECT)
    assert function.calls[-2:] == [[1], [2]]
    assert moments[-1] == moments[-2]


def test_records_older_than_the_limit_are_given_up_without_a_call() -> None:
    """MaximumRecordAgeInSeconds drops what is too old before the function sees it."""
    function, clock = FakeFunction(), FakeClock()
    clock.time = NOW_SECONDS + 60
    run = Run(function, size=2, clock=clock, MaximumRecordAgeInSeconds=60)
    assert function.calls == []
    assert run.discarded == [([1, 2], AGE_EXCEEDED)]
    assert run.destination.discards[0].last_answer is None


@proves(faults=[9], invariants=[8])
def test_only_the_leading_old_records_are_given_up() -> None:
    """The younger rest of the batch is still delivered."""
    function, clock, destination = FakeFunction(), FakeClock(), FakeDestination()
    delivery = Delivery(
        a_mapping(MaximumRecordAgeInSeconds=60),
        invoke=function,
        destination=destination,
        metrics=Metrics(),
        clock=clock,
    )
    old, young = a_record(1, arrived_at=NOW_SECONDS - 61), a_record(2, arrived_at=NOW_SECONDS - 59)
    delivery.deliver((old, young), lambda _: None)
    assert [numbers(discard.records) for discard in destination.discards] == [[1]]
    assert function.calls == [[2]]


@proves(faults=[9], invariants=[8])
def test_a_failing_batch_is_given_up_when_it_has_become_too_old() -> None:
    """Without a retry limit, age ends the retries."""
    function = FakeFunction(poison=[1])
    run = Run(function, size=1, MaximumRecordAgeInSeconds=60)
    assert run.discarded == [([1], AGE_EXCEEDED)]
    assert run.clock.now() >= NOW_SECONDS + 60
    assert len(function.calls) == run.destination.discards[0].invocations > 5


def test_throttling_is_no_attempt() -> None:
    """What did not reach the function is tried again without counting, as AWS documents."""
    function = FakeFunction()
    function.next_outcomes = [NotInvoked(reason="TooManyRequestsException")] * 20
    run = Run(function, size=1, MaximumRetryAttempts=0)
    assert len(function.calls) == 21
    assert run.discarded == []
    assert run.resolved == [1]


def test_the_pauses_of_throttling_begin_afresh_after_an_answer() -> None:
    """A function that was reached is no longer throttled."""
    function, moments = FakeFunction(), []
    clock = FakeClock()
    function.on_call = lambda: moments.append(clock.now())
    throttled, failed = NotInvoked(reason="TooManyRequestsException"), Answer(request_id="r", payload=b"no")
    function.next_outcomes = [throttled, throttled, failed, throttled]
    Run(function, size=1, clock=clock, **PARTIAL)
    assert [round(later - earlier, 3) for earlier, later in pairwise(moments)] == [0.2, 0.4, 0.2, 0.2]


def test_throttling_ends_with_the_records_age() -> None:
    """A function that stays throttled loses its records when they are too old."""
    function = FakeFunction()
    function.next_outcomes = [NotInvoked(reason="TooManyRequestsException")] * 1000
    run = Run(function, size=1, MaximumRecordAgeInSeconds=120, MaximumRetryAttempts=3)
    assert run.discarded == [([1], AGE_EXCEEDED)]
    assert run.destination.discards[0].invocations == 0


@pytest.mark.parametrize("stop_after", [0.0, 0.1, 5.0])
def test_a_stop_leaves_the_rest_unresolved(stop_after: float) -> None:
    """Between two calls a delivery ends at once, and resolves nothing that was not done."""
    function = FakeFunction(poison=[2], partial=True)
    clock = FakeClock(stop_at_seconds=NOW_SECONDS + stop_after)
    run = Run(function, size=3, clock=clock, **PARTIAL)
    assert run.resolved == ([1] if stop_after else [])
    assert run.discarded == []

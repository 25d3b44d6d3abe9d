"""Calls side by side."""

import threading
import time

import pytest
from fraudstream.adapters.calls import Calls, chunks


@pytest.mark.parametrize("threads", [1, 4])
def test_results_come_back_in_order(threads):
    """Whichever call ends first."""
    assert Calls(threads).map(lambda number: number * 2, list(range(20))) == list(range(0, 40, 2))


def test_a_failure_is_raised_only_after_every_call_has_ended():
    """A write still under way when the batch is delivered again would be a second writer."""
    failed, ended = threading.Event(), []

    def call(number: int) -> None:
        if number == 0:
            failed.set()
            raise ValueError("first")
        failed.wait()
        ended.append(number)

    with pytest.raises(ValueError, match="first"):
        Calls(4).map(call, [0, 1, 2, 3])
    assert sorted(ended) == [1, 2, 3]


@pytest.mark.parametrize("threads", [2, 4, 32])
def test_every_call_is_made_and_the_first_failure_in_order_is_raised(threads):
    """What fails does not keep others from their turn; there may be more threads than calls."""
    made: list[int] = []

    def call(number: int) -> None:
        made.append(number)
        if number % 3 == 2:
            raise ValueError(str(number))

    with pytest.raises(ValueError, match=r"^2$"):
        Calls(threads).map(call, list(range(20)))
    assert sorted(made) == list(range(20))


def test_calls_run_side_by_side_in_as_many_threads_as_asked_for():
    """All four wait for each other: three threads could never pass."""
    together = threading.Barrier(4, timeout=10)
    Calls(4).map(lambda _: together.wait(), [1, 2, 3, 4])


def test_an_interrupt_waits_for_calls_under_way_and_begins_no_others():
    """What is no ordinary failure leaves no writer behind."""
    begun, interrupted, made = threading.Event(), threading.Event(), []
    caller = threading.get_ident()

    def call(number: int) -> None:
        if threading.get_ident() == caller:
            begun.wait()
            interrupted.set()
            raise KeyboardInterrupt
        begun.set()
        interrupted.wait()
        time.sleep(0.05)
        made.append(number)

    with pytest.raises(KeyboardInterrupt):
        Calls(2).map(call, list(range(10)))
    assert len(made) == 1


def test_what_is_no_ordinary_failure_is_raised_from_whichever_thread():
    """A test that plays the death of the process must not be taken for a result."""
    caller, begun = threading.get_ident(), threading.Event()

    def call(_: int) -> None:
        if threading.get_ident() == caller:
            begun.wait()
        else:
            begun.set()
            raise SystemExit

    with pytest.raises(SystemExit):
        Calls(2).map(call, list(range(10)))


def test_pauses_grow_and_are_jittered():
    """Writers that met once do not meet again at the same moment."""
    slept: list[float] = []
    calls = Calls(1, sleep=slept.append)
    for round_number in range(6):
        calls.pause(round_number)
    assert all(0 <= pause <= min(0.05 * 2**number, 1.0) for number, pause in enumerate(slept))
    assert len(set(slept)) == 6


def test_chunks_cut_a_sequence_into_pieces():
    """The last one may be shorter."""
    assert chunks([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
    assert chunks([], 2) == []

"""Calls side by side."""

import threading

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


def test_pauses_grow_and_are_jittered():
    """Writers that met once do not meet again at the same moment."""
    slept: list[float] = []
    calls = Calls(1, sleep=slept.append)
    for round_number in range(6):
        calls.pause(round_number)
    assert all(0 <= pause <= 0.05 * 2**number for number, pause in enumerate(slept))
    assert len(set(slept)) == 6


def test_chunks_cut_a_sequence_into_pieces():
    """The last one may be shorter."""
    assert chunks([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
    assert chunks([], 2) == []

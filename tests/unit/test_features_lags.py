"""Looking back from rows at the events before them."""

import numpy as np
import pytest
from fraudstream.features.lags import Lags

EVENTS = np.arange(100, 140)


@pytest.mark.parametrize(
    "end",
    [
        np.arange(5, 25),
        np.array([5, 6, 7, 7, 9, 10]),
        np.repeat(np.arange(3, 30), 2),
        np.array([0]),
        np.array([40]),
    ],
    ids=["rows that keep step", "two at one moment", "rows that never keep step", "no past", "all past"],
)
def test_each_row_sees_the_events_before_it_newest_first(end):
    """Whether the matrix is a view or put together, element [k, i] is the k-th newest event of row i, or zero."""
    depth = 4
    matrix = Lags(end, depth).of(EVENTS, np.int32)
    expected = [[EVENTS[e - 1 - k] if e - 1 - k >= 0 else 0 for e in end] for k in range(depth)]
    assert matrix.tolist() == expected
    assert matrix.dtype == np.int32


@pytest.mark.parametrize("end", [np.arange(1, 30), np.array([2, 2, 5])], ids=["in step", "out of step"])
def test_the_other_way_round_a_row_has_its_events_together_oldest_first(end):
    """The same numbers, transposed and turned around."""
    lags = Lags(end, 3)
    ((first, rows),) = lags.rows_of(EVENTS)
    assert first == 0
    assert rows.tolist() == lags.of(EVENTS)[::-1].T.tolist()


def test_rows_without_any_past_make_an_empty_matrix():
    """Depth nought: no lag, but a column for each row."""
    assert Lags(np.array([0, 1]), 0).of(EVENTS).shape == (0, 2)

"""Numbered names, and the order of histories."""

import numpy as np
import pytest
from fraudstream.features.numbering import Numbered
from fraudstream.hashing import short_hashes
from fraudstream.histories.order import by_entity_and_time, same_moment


def test_numbered_names_read_as_the_names_they_stand_for():
    """Length, elements, slices and hashes are those of the plain list."""
    names = ["b", "a", "b", "c", "a"]
    numbered = Numbered.of(names)
    assert list(numbered) == names
    assert numbered.names == ["b", "a", "c"]
    assert list(numbered[1:4]) == names[1:4]
    assert numbered.hashed.tolist() == short_hashes(names).tolist()
    assert Numbered.of(numbered) is numbered


def test_no_names_have_no_hashes():
    """An empty log is a log."""
    assert Numbered.of([]).hashed.tolist() == []


@pytest.mark.parametrize("entities", [3, 70_000, 2**33])
@pytest.mark.parametrize("in_time_order", [True, False])
def test_histories_are_sorted_by_entity_and_time_and_ties_stay_as_they_came(entities, in_time_order):
    """However many entities there are, beyond sixteen and thirty-two bits, and whether time is in order or not."""
    rng = np.random.default_rng(7)
    entity = rng.integers(0, entities, 5_000)
    time = 1_790_000_000_000 + rng.integers(0, 1_000_000 if entities < 2**33 else 1_000, 5_000)
    time = np.sort(time) if in_time_order else time
    assert by_entity_and_time(entity, time).tolist() == np.lexsort((np.arange(5_000), time, entity)).tolist()


def test_the_same_moment_needs_the_same_history():
    """Two cards at one millisecond do not tie."""
    entity, time = np.array([0, 0, 1, 1, 1]), np.array([5, 5, 5, 5, 6])
    assert same_moment(entity, time).tolist() == [False, True, False, True, False]

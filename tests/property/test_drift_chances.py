"""Chances are those of the textbooks, whatever the numbers."""

import numpy as np
import pytest
from fraudstream.drift.chances import chi_square_tail, design, holm
from fraudstream.rates import tail
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats


@given(st.floats(0, 5_000), st.integers(1, 60))
def test_the_tail_of_chi_square_is_scipys(value: float, degrees: int) -> None:
    """The closed forms lose no digit that matters, nor overflow."""
    assert chi_square_tail(value, degrees) == pytest.approx(stats.chi2.sf(value, degrees), rel=1e-9, abs=1e-300)


@given(st.integers(1, 60))
def test_nothing_has_moved_by_nothing(degrees: int) -> None:
    """No difference, or less, is no evidence."""
    assert chi_square_tail(0, degrees) == chi_square_tail(-1, degrees) == 1


def test_no_degrees_are_refused() -> None:
    """A column of one bin cannot move."""
    with pytest.raises(ValueError, match="1 degree"):
        chi_square_tail(1, 0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.randoms())
def test_adjusted_chances_are_no_smaller_and_follow_their_tests(chances: list[float], random) -> None:
    """They keep their order, wherever they stand, and the smallest is Bonferroni's."""
    given_ = np.array(chances)
    adjusted = holm(given_)
    assert (adjusted >= given_).all()
    assert adjusted.min() == pytest.approx(min(given_.min() * len(chances), 1))
    order = np.argsort(given_, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
    places = list(range(len(chances)))
    random.shuffle(places)
    assert holm(given_[places]) == pytest.approx(adjusted[places])


@given(st.integers(0, 400), st.floats(0.01, 300), st.sampled_from([0.0, 0.01, 0.3, 2.0]))
def test_the_tail_of_counts_is_scipys(count: int, mean: float, varies: float) -> None:
    """Poisson, and negative binomial where the mean varies."""
    if varies:
        size = 1 / varies
        expected = stats.nbinom.sf(count - 1, size, size / (size + mean))
    else:
        expected = stats.poisson.sf(count - 1, mean)
    assert tail(count, mean, varies) == pytest.approx(expected, rel=1e-6, abs=1e-250)


@settings(deadline=None)
@given(st.integers(2, 9), st.integers(20, 200), st.integers(0, 2**31))
def test_rows_that_only_repeat_are_worth_their_groups(size: int, many: int, seed: int) -> None:
    """Each card's rows copied so many times: the effect is that many times what it was."""
    random = np.random.default_rng(seed)
    codes, groups = random.integers(0, 5, many), np.arange(many)
    once, often = design(codes, groups, 4), design(np.repeat(codes, size), np.repeat(groups, size), 4)
    assert often.effect >= size
    assert often.effect <= size * max(once.effect, 1.0) * (1 + 1e-9) * many / (many - 1) * 1.5
    assert often.degrees <= 4


def test_one_card_that_repeats_itself_moves_nothing() -> None:
    """Half of all rows in one bin, all of one card: as good as no rows."""
    random = np.random.default_rng(0)
    codes = np.concatenate([random.integers(0, 10, 1000), np.full(1000, 3)])
    groups = np.concatenate([np.arange(1000), np.full(1000, 1000)])
    assert 2000 / design(codes, groups, 9).effect < 20

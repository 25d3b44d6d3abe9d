"""The simulator gives the same bytes for the same seed, whatever machine draws them."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Settings, simulate
from simulator.draws import Draws, exponential
from simulator.output import as_table, write
from tests.reliability.proof import proves, tried

SEEDS = st.integers(min_value=0, max_value=2**63)


def _small(seed: int) -> Settings:
    return Settings(seed=seed, days=6, cards=60, terminals=40, online_shops=10, daily_transactions=60)


@proves(invariants=[12])
@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_equal_seeds_give_equal_tables(seed: int) -> None:
    """Two simulations of one seed are equal, cell by cell."""
    tried()
    first, second = simulate(_small(seed)), simulate(_small(seed))
    assert first.transactions.equals(second.transactions)
    assert first.truth.equals(second.truth)


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_other_seeds_give_other_amounts(seed: int) -> None:
    """Neighbouring seeds share no run of amounts."""
    first, second = simulate(_small(seed)).transactions, simulate(_small(seed + 1)).transactions
    assert first["amount_minor"].tolist() != second["amount_minor"].tolist()


def test_known_seed_gives_known_bytes(tmp_path) -> None:
    """The CSV of seed 7 has this digest on every platform; a change of the simulator must change it on purpose."""
    write(as_table(simulate(_small(7)), with_truth=True), tmp_path / "t.csv")
    digest = hashlib.sha256((tmp_path / "t.csv").read_bytes()).hexdigest()
    assert digest == "44feb68d14fb1bb6790eeb039749976004a86579ec00643f5e722d8e307e5721"


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS, high=st.integers(min_value=1, max_value=10**6))
def test_whole_numbers_stay_below_their_bound(seed: int, high: int) -> None:
    """Every whole number drawn is at least 0 and below its bound, popular or not."""
    draws = Draws(seed, "test")
    for drawn in (draws.integers(high, 100), draws.popular(high, 100)):
        assert drawn.min() >= 0
        assert drawn.max() < high


@settings(max_examples=50, deadline=None)
@given(weights=st.lists(st.sampled_from([0.0, 1.0, 2.5]), min_size=1, max_size=20).filter(any))
def test_weightless_positions_are_never_drawn(weights: list[float]) -> None:
    """A position of weight 0 is not drawn."""
    drawn = Draws(1, "test").weighted(np.array(weights), 500)
    assert all(weights[i] > 0 for i in set(drawn.tolist()))


def test_normal_numbers_have_their_mean_and_spread() -> None:
    """A hundred thousand normal draws have mean 0 and deviation 1, within one percent or so."""
    drawn = Draws(3, "test").normal(100_000)
    assert drawn.mean() == pytest.approx(0, abs=0.015)
    assert drawn.std() == pytest.approx(1, abs=0.015)


@given(x=st.floats(min_value=-3, max_value=3))
def test_exponential_is_close_to_the_true_one(x: float) -> None:
    """Between -3 and 3 the portable exponential is within half a percent."""
    assert exponential(np.array([x]))[0] == pytest.approx(np.exp(x), rel=0.005)

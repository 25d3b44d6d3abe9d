"""Drift is found where there is some and not by chance, whoever's rows come first."""

from dataclasses import asdict

import numpy as np
import pytest
from bundle import baseline
from fraudstream.drift import Limits, Sample, measure
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = tuple(f"f{place}" for place in range(8))


def rows(random: np.random.Generator, many: int, cards: int, shift: float = 0.0) -> Sample:
    """Rows of cards that each have ways of their own: half of the variance is between cards."""
    activity = random.gamma(1.0, size=cards)
    card = random.choice(cards, many, p=activity / activity.sum())
    own = random.normal(size=(cards, len(NAMES)))[card]
    values = (own + random.normal(size=own.shape)) / np.sqrt(2)
    values[:, 0] += shift
    values[:, 1] = np.round(values[:, 1])
    values[random.random(many) < 0.02, 2] = np.nan
    return Sample(
        names=NAMES,
        features=values.astype(np.float32),
        scores=1 / (1 + np.exp(3 - values[:, 0])),
        cards=card,
        terminals=random.integers(0, 300, many),
    )


def learned(random: np.random.Generator) -> dict:
    """A baseline of many rows of the same kind."""
    sample = rows(random, 20_000, 8_000)
    return baseline(sample.features, NAMES, sample.scores)


def found(seed: int, *, many: int = 1_500, cards: int = 500, shift: float = 0.0, **limits: float):
    """What one day's sample says."""
    random = np.random.default_rng(seed)
    before = learned(random)
    return measure(rows(random, many, cards, shift), before, limits=Limits(**limits))


def test_where_nothing_moved_chance_alone_drifts_as_rarely_as_it_may() -> None:
    """Significance by itself, with no index too small to matter: 1 in 10 of 200 days at most, and three deviations."""
    false = sum(bool(found(seed, psi=0.0, missing=0.0, alpha=0.1).drifted) for seed in range(200))
    assert false <= 200 * 0.1 + 3 * (200 * 0.1 * 0.9) ** 0.5


def test_where_nothing_moved_nothing_is_both_large_and_beyond_chance() -> None:
    """With the limits as they are: not once in 200 days, some of them with the fewest rows that are measured."""
    assert not [seed for seed in range(200) if found(seed, many=500 if seed % 2 else 3_000).drifted]


@pytest.mark.parametrize("many", [800, 5_000])
def test_what_moved_far_is_found_and_the_rest_is_not(many: int) -> None:
    """A feature one deviation off, and the score that follows it, on each of 50 days."""
    for seed in range(50):
        drift = found(seed, many=many, cards=many // 3, shift=1.0)
        assert {column.name for column in drift.drifted} == {"f0", "score"}, seed
        assert drift.score is not None
        assert drift.score.drifted


def test_a_feed_that_dried_up_is_missing_drift() -> None:
    """A third of the values gone is told as such."""
    random = np.random.default_rng(1)
    before, sample = learned(random), rows(random, 2_000, 700)
    sample.features[::3, 4] = np.nan
    (column,) = measure(sample, before).drifted
    assert (column.name, column.missing_drifted) == ("f4", True)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_the_order_of_rows_says_nothing(seed: int) -> None:
    """Shuffled, the same is found, to the last digit but rounding."""
    random = np.random.default_rng(seed)
    before, sample = learned(random), rows(random, 900, 300, shift=0.5)
    order = random.permutation(900)
    renamed = random.permutation(300)
    shuffled = Sample(
        names=NAMES,
        features=sample.features[order],
        scores=sample.scores[order],
        cards=renamed[sample.cards][order],
        terminals=sample.terminals[order],
    )
    one, other = measure(sample, before), measure(shuffled, before)
    assert one.rows == other.rows
    for first, second in zip(one.columns, other.columns, strict=True):
        assert {**asdict(first)} == pytest.approx(asdict(second))


@pytest.mark.parametrize(("many", "cards"), [(499, 400), (2_000, 50), (0, 10)])
def test_too_little_is_not_measured_and_says_so(many: int, cards: int) -> None:
    """Few rows, or rows of few cards: a reason, and no column."""
    drift = measure(rows(np.random.default_rng(0), many, cards), learned(np.random.default_rng(0)))
    assert drift.columns == ()
    assert drift.drifted == ()
    assert "are too few; 500 of 100 cards are needed" in drift.why_not


def test_scores_of_another_model_are_left_out() -> None:
    """Features are compared all the same; the score says why it is not."""
    random = np.random.default_rng(2)
    before, sample = learned(random), rows(random, 1_000, 400)
    sample.scores[100:] = np.nan
    drift = measure(sample, before)
    assert drift.score is None
    assert drift.score_why_not == "100 transactions scored by this model are too few"
    assert len(drift.features) == len(NAMES)


def test_a_feature_that_the_model_never_saw_is_listed() -> None:
    """A champion of an older version is compared by name."""
    random = np.random.default_rng(3)
    before, sample = learned(random), rows(random, 1_000, 400)
    del before["features"]["f7"]
    assert measure(sample, before).absent == ("f7",)

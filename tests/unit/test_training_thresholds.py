"""Thresholds keep their promises on the window they are chosen on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from thresholds import NEVER, choose, describe

windows = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=1, max_size=300)


@given(windows, st.floats(0.01, 0.5), st.floats(0.5, 1))
def test_reviews_stay_within_what_people_can_look_at(
    rows: list[tuple[bool, int]], rate: float, precision: float
) -> None:
    """Unless the very highest score is shared by more: then those are looked at, rather than nothing."""
    fraud = np.array([row[0] for row in rows])
    score = np.array([row[1] / 20 for row in rows])
    chosen = choose(fraud, score, review_rate=rate, block_precision=precision)
    assert 0 <= chosen.review <= chosen.block <= 1
    reviewed = (score >= chosen.review) & (score < chosen.block)
    highest_alone = chosen.block == NEVER and chosen.review == score.max()
    assert reviewed.sum() <= rate * len(score) or highest_alone


@given(windows, st.floats(0.5, 1))
def test_what_is_blocked_is_fraud_as_often_as_asked(rows: list[tuple[bool, int]], precision: float) -> None:
    """On average over all blocks, as it holds of each score level from the threshold up."""
    fraud = np.array([row[0] for row in rows])
    score = np.array([row[1] / 20 for row in rows])
    chosen = choose(fraud, score, review_rate=0.1, block_precision=precision)
    blocked = score >= chosen.block
    if chosen.block < NEVER:
        assert blocked.sum() >= 20
        assert fraud[blocked].mean() >= precision - 1e-9


def test_weak_cases_are_not_blocked_in_the_shadow_of_strong_ones() -> None:
    """Ninety certain frauds do not carry ten coin tosses over a threshold of nine in ten."""
    fraud = np.concatenate([np.ones(90), [1, 0] * 5, np.zeros(900)]).astype(bool)
    score = np.concatenate([np.full(90, 0.99), np.full(10, 0.5), np.full(900, 0.01)])
    chosen = choose(fraud, score, review_rate=0.01, block_precision=0.9)
    assert (chosen.block, chosen.review) == (0.99, 0.5)


def test_without_evidence_the_model_blocks_nothing() -> None:
    """A handful of frauds proves no precision."""
    fraud = np.concatenate([np.ones(5), np.zeros(95)]).astype(bool)
    score = np.linspace(1, 0, 100) * 0.9
    chosen = choose(fraud, score, review_rate=0.05, block_precision=0.9)
    assert chosen.block == NEVER
    assert (score >= chosen.review).sum() == 5


def test_a_window_is_described_by_what_the_thresholds_do() -> None:
    """Shares of transactions, precision and recall; None where there is nothing to take a share of."""
    fraud = np.array([True, False, True, False])
    score = np.array([0.9, 0.6, 0.1, 0.05])
    chosen = choose(fraud, score, review_rate=0.5, block_precision=1)
    described = describe(chosen, fraud, score)
    assert described["alert_rate"] == 0.5
    assert described["alert_precision"] == pytest.approx(0.5)
    assert described["alert_recall"] == pytest.approx(0.5)
    assert described["block_precision"] is None

"""Metrics of quality against values worked out by hand."""

import numpy as np
import pytest
from fraudstream.quality import (
    average_precision,
    card_precision_at_k,
    paired_bootstrap,
    recall_at_budget,
    resampled,
    roc_auc,
)


def test_average_precision_of_a_small_ranking_is_worked_out_by_hand() -> None:
    """Frauds at ranks 1 and 3 of 4 give (1/1 + 2/3) / 2."""
    assert average_precision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]) == pytest.approx((1 + 2 / 3) / 2)


def test_average_precision_takes_equal_scores_as_one_threshold() -> None:
    """Where all scores are equal the precision is the base rate, however the rows lie."""
    assert average_precision([1, 0, 0, 0], [0.5] * 4) == pytest.approx(0.25)
    assert average_precision([0, 0, 0, 1], [0.5] * 4) == pytest.approx(0.25)


def test_average_precision_without_frauds_is_not_a_number() -> None:
    """There is no precision of nothing."""
    assert np.isnan(average_precision([0, 0], [0.1, 0.2]))
    assert np.isnan(average_precision([], []))


def test_roc_auc_counts_ties_half() -> None:
    """Of two pairs one is won and one is tied: 3/4."""
    assert roc_auc([1, 0, 0], [0.5, 0.5, 0.1]) == pytest.approx(0.75)
    assert np.isnan(roc_auc([1, 1], [0.5, 0.1]))


def test_recall_at_budget_counts_the_frauds_that_can_be_looked_at() -> None:
    """With a tenth of ten rows to look at, the one highest row is looked at."""
    fraud = [1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    score = np.linspace(1, 0, 10)
    assert recall_at_budget(fraud, score, 0.1) == pytest.approx(0.5)
    assert recall_at_budget(fraud, score, 0.3) == pytest.approx(0.5)
    assert recall_at_budget(fraud, score, 0.4) == pytest.approx(1.0)


def test_recall_at_budget_shares_out_a_tie_at_the_edge() -> None:
    """Looking at one of two equal rows finds the fraud among them half the time."""
    assert recall_at_budget([1, 0], [0.5, 0.5], 0.5) == pytest.approx(0.5)


def test_a_found_card_is_left_out_on_later_days() -> None:
    """Once found on day one, card a leaves its place among the suspects to card b on day two."""
    mean, daily = card_precision_at_k(
        day=[1, 1, 2, 2, 2],
        card=["a", "b", "a", "b", "c"],
        score=[0.9, 0.1, 0.99, 0.5, 0.2],
        fraud=[1, 0, 1, 0, 1],
        k=1,
    )
    assert daily.tolist() == [1.0, 0.0]
    assert mean == pytest.approx(0.5)


def test_a_card_is_as_suspicious_as_its_worst_transaction_and_compromised_by_any() -> None:
    """The fraud need not be the transaction that drew attention to the card."""
    mean, _ = card_precision_at_k(day=[1, 1, 1], card=["a", "a", "b"], score=[0.9, 0.1, 0.5], fraud=[0, 1, 0], k=1)
    assert mean == 1.0


def test_the_bootstrap_finds_a_clear_improvement_clear() -> None:
    """A perfect ranking beats a random one in every resample, and the interval says so."""
    random = np.random.default_rng(5)
    fraud = random.random(2_000) < 0.05
    verdict = paired_bootstrap(fraud, fraud + random.random(2_000) / 2, random.random(2_000), seed=1)
    assert verdict.low > 0.5
    assert verdict.share_better == 1.0
    assert verdict.low <= verdict.difference <= verdict.high


def test_the_bootstrap_finds_no_difference_between_a_score_and_itself() -> None:
    """Equal scores differ by nothing, in no resample."""
    fraud = np.array([0, 1, 0, 1, 0, 0])
    score = np.array([0.1, 0.9, 0.3, 0.2, 0.5, 0.6])
    verdict = paired_bootstrap(fraud, score, score, groups=["a", "a", "b", "b", "c", "c"], seed=1)
    assert (verdict.difference, verdict.low, verdict.high, verdict.share_better) == (0, 0, 0, 0)


def test_scores_that_are_not_numbers_are_refused() -> None:
    """A metric of NaN would rank it somewhere, silently."""
    with pytest.raises(ValueError, match="1 of 2 scores are NaN"):
        average_precision([0, 1], [0.5, float("nan")])
    with pytest.raises(ValueError, match="differ in length"):
        roc_auc([0, 1], [0.5])


def test_resamples_draw_whole_groups_and_as_many_as_there_are() -> None:
    """Rows of a group weigh the same in each resample, and the weights of all groups add up to their number."""
    codes = np.array([0, 0, 1, 2, 2, 2, 3])
    weights = np.concatenate(list(resampled(codes, resamples=40, seed=3)))
    assert weights.shape == (40, 7)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3:6] == weights[:, 3:4]).all()
    assert (weights[:, [0, 2, 3, 6]].sum(axis=1) == 4).all()
    assert len(np.unique(weights, axis=0)) > 20


def test_many_rows_are_resampled_a_few_at_a_time_with_the_same_draws() -> None:
    """How much fits in the cache decides the speed, never the interval."""
    groups = np.arange(5)
    few = np.concatenate(list(resampled(groups, resamples=6, seed=3)))
    many = list(resampled(np.repeat(groups, 50_000), resamples=6, seed=3))
    assert len(many) > 1
    assert np.array_equal(np.concatenate(many)[:, ::50_000], few)

"""What holds of the quality metrics for any labels and scores, against slow but obvious definitions."""

import numpy as np
import pytest
from fraudstream.quality import average_precision, card_precision_at_k, paired_bootstrap, recall_at_budget, roc_auc
from hypothesis import given
from hypothesis import strategies as st

# Few distinct scores, so that ties are common: that is where rankings go wrong.
rankings = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=40)


def columns(ranking: list[tuple[bool, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([fraud for fraud, _ in ranking]), np.array([score / 6 for _, score in ranking])


@given(rankings)
def test_average_precision_is_the_sum_over_thresholds(ranking: list[tuple[bool, int]]) -> None:
    """Walking down every threshold by hand gives the same area."""
    fraud, score = columns(ranking)
    if not fraud.any():
        assert np.isnan(average_precision(fraud, score))
        return
    area, recall_before = 0.0, 0.0
    for threshold in sorted(set(score), reverse=True):
        flagged = score >= threshold
        recall = fraud[flagged].sum() / fraud.sum()
        area += (recall - recall_before) * fraud[flagged].mean()
        recall_before = recall
    assert average_precision(fraud, score) == pytest.approx(area)


@given(rankings)
def test_roc_auc_is_the_share_of_pairs_won(ranking: list[tuple[bool, int]]) -> None:
    """Comparing every fraud with every legitimate transaction gives the same share."""
    fraud, score = columns(ranking)
    pairs = [(mine > other) + (mine == other) / 2 for mine in score[fraud] for other in score[~fraud]]
    if pairs:
        assert roc_auc(fraud, score) == pytest.approx(np.mean(pairs))
    else:
        assert np.isnan(roc_auc(fraud, score))


@given(rankings, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(ranking: list[tuple[bool, int]], random: object) -> None:
    """Shuffled rows have the same metrics to the bit."""
    shuffled = list(ranking)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before, after = columns(ranking), columns(shuffled)
    for metric in (average_precision, roc_auc, lambda *c: recall_at_budget(*c, 0.3)):
        assert np.array_equal(metric(*before), metric(*after), equal_nan=True)


@given(rankings, st.floats(0, 1), st.floats(0, 1))
def test_a_larger_budget_never_finds_less(ranking: list[tuple[bool, int]], one: float, other: float) -> None:
    """Recall grows with the budget, from nothing at 0 to everything at 1."""
    fraud, score = columns(ranking)
    if fraud.any():
        small, large = sorted((one, other))
        assert recall_at_budget(fraud, score, small) <= recall_at_budget(fraud, score, large) + 1e-12
        assert recall_at_budget(fraud, score, 0) == 0
        assert recall_at_budget(fraud, score, 1) == pytest.approx(1)


@given(rankings, st.lists(st.integers(0, 3), min_size=40, max_size=40))
def test_a_weight_is_a_number_of_copies(ranking: list[tuple[bool, int]], copies: list[int]) -> None:
    """A row of weight three counts as three equal rows, one of weight zero as none."""
    fraud, score = columns(ranking)
    weight = np.array(copies[: len(fraud)])
    many = np.repeat(fraud, weight), np.repeat(score, weight)
    assert average_precision(fraud, score, weight) == pytest.approx(average_precision(*many), nan_ok=True)
    assert roc_auc(fraud, score, weight) == pytest.approx(roc_auc(*many), nan_ok=True)


suspicions = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from("abcdefg"), st.integers(0, 4), st.booleans()), min_size=1, max_size=40
)


@given(suspicions, st.integers(1, 4))
def test_card_precision_is_what_a_day_by_day_investigation_finds(
    rows: list[tuple[int, str, int, bool]], k: int
) -> None:
    """Rank the cards not yet found by their worst transaction, look at k, put the compromised ones aside, each day."""
    found: set[str] = set()
    expected = []
    for day in sorted({row[0] for row in rows}):
        today = [row for row in rows if row[0] == day and row[1] not in found]
        cards = sorted({row[1] for row in today}, key=lambda c: (-max(r[2] for r in today if r[1] == c), c))[:k]
        caught = [card for card in cards if any(row[3] for row in today if row[1] == card)]
        expected.append(len(caught) / len(cards) if cards else 0.0)
        found.update(caught)
    day, card, score, fraud = (list(column) for column in zip(*rows, strict=True))
    mean, daily = card_precision_at_k(day, card, score, fraud, k)
    assert daily.tolist() == pytest.approx(expected)
    assert mean == pytest.approx(np.mean(expected))


@given(rankings, st.integers(0, 3))
def test_the_bootstrap_repeats_itself_by_seed_and_turns_around(ranking: list[tuple[bool, int]], seed: int) -> None:
    """The same seed gives the same interval; swapping the two scores mirrors it."""
    fraud, score = columns(ranking)
    other = score[::-1].copy()
    one = paired_bootstrap(fraud, score, other, resamples=20, seed=seed)
    assert repr(one) == repr(paired_bootstrap(fraud, score, other, resamples=20, seed=seed))
    mirrored = paired_bootstrap(fraud, other, score, resamples=20, seed=seed)
    assert mirrored.difference == pytest.approx(-one.difference, nan_ok=True)
    assert mirrored.low == pytest.approx(-one.high, nan_ok=True)

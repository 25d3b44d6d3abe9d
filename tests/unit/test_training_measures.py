"""Figures of a model: calibration, segments and curves say what the rows say."""

from dataclasses import replace

import numpy as np
import pytest
from curves import curves
from dataset import Schema
from fraudstream.quality import average_precision
from hypothesis import given
from hypothesis import strategies as st
from measures import calibration, measure
from money import APPROVE, REVIEW, CostMatrix
from segments import segments
from thresholds import Thresholds

from tests.unit.test_training_samples import part

NAMES = ("amount", "is_card_not_present", "card_count_30d")
SAMPLE = part(2_000, seed=5, schema=Schema(feature_names=NAMES, features_version="1", schema_hash="00"))
AT = Thresholds(review=0.6, block=0.9)


def scores(seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.clip(SAMPLE.fraud * 0.4 + random.random(len(SAMPLE)) * 0.6, 0, 1)


rows = st.lists(st.tuples(st.booleans(), st.floats(0, 1, allow_subnormal=False)), min_size=1, max_size=60)


@given(rows)
def test_bins_hold_every_row_once_and_rise(rows: list[tuple[bool, float]]) -> None:
    """Rows, frauds and expected frauds add up; the error is the mean distance over the bins."""
    fraud, score = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    told = calibration(fraud, score)
    bins = told["bins"]
    assert sum(each["rows"] for each in bins) == len(rows)
    assert sum(each["frauds"] for each in bins) == fraud.sum() == told["frauds"]
    assert told["expected_frauds"] == pytest.approx(score.sum())
    means = [each["mean_score"] for each in bins]
    assert means == sorted(means)
    distance = sum(abs(each["mean_score"] - each["fraud_share"]) * each["rows"] for each in bins) / len(rows)
    assert told["expected_calibration_error"] == pytest.approx(distance)
    assert told["brier"] == pytest.approx(np.mean((score - fraud) ** 2))


def test_honest_probabilities_are_calibrated_and_boasting_ones_are_not() -> None:
    """Frauds drawn by the score itself fit it; the same frauds at the score's root do not."""
    random = np.random.default_rng(4)
    score = random.random(20_000) ** 4
    fraud = random.random(20_000) < score
    assert calibration(fraud, score)["expected_calibration_error"] < 0.01
    assert calibration(fraud, np.sqrt(score))["expected_calibration_error"] > 0.1


def test_money_is_counted_in_the_currency_of_most_rows() -> None:
    """Amounts of another do not add up with them."""
    other = replace(SAMPLE, currency=np.where(np.arange(len(SAMPLE)) % 10 == 0, "JPY", "EUR").astype(object))
    money = measure(other, scores(), AT, CostMatrix())["money"]
    euros = other.currency == "EUR"
    assert (money["currency"], money["rows"]) == ("EUR", euros.sum())
    assert money["fraud_minor"] == other.amount_minor[euros & other.fraud].sum()


def test_money_within_the_budget_is_that_of_the_highest_scores() -> None:
    """As many as the budget holds, all of them reviewed, whatever the thresholds are."""
    score = scores()
    outcome = np.full(len(SAMPLE), APPROVE)
    outcome[np.argsort(-score)[:20]] = REVIEW
    expected = CostMatrix().saved(SAMPLE.fraud, SAMPLE.amount_minor, outcome)
    for thresholds in (AT, Thresholds(review=1, block=1)):
        money = measure(SAMPLE, score, thresholds, CostMatrix(), budget=0.01)["money"]
        assert money["saved_at_budget_minor"] == expected


def test_segments_of_a_kind_share_out_the_rows() -> None:
    """Each row is in one segment of each kind; a kind without two segments is not told."""
    sample = replace(SAMPLE, features=SAMPLE.features.copy())
    sample.features[:, 1] = np.where(np.arange(len(sample)) % 4 == 0, np.nan, np.arange(len(sample)) % 2)
    sample.features[:, 2] = np.arange(len(sample)) % 3
    told = segments(sample, scores(), AT)
    kinds = {each["by"] for each in told}
    assert kinds == {"amount", "hour (UTC)", "entry", "card"}
    for kind in kinds:
        assert sum(each["rows"] for each in told if each["by"] == kind) == len(sample)
    new = next(each for each in told if each["segment"] == "not seen in 30 days")
    mine = sample.features[:, 2] == 0
    assert new["average_precision"] == average_precision(sample.fraud[mine], scores()[mine])


def test_a_segment_without_frauds_has_no_precision() -> None:
    """None, which JSON can say, rather than NaN."""
    quiet = replace(SAMPLE, fraud=SAMPLE.fraud & (SAMPLE.event_time_ms // 3_600_000 % 24 >= 6))
    night = next(each for each in segments(quiet, scores(), AT) if each["segment"].startswith("night"))
    assert (night["frauds"], night["average_precision"], night["alert_recall"]) == (0, None, None)


def test_curves_begin_and_end_where_they_must() -> None:
    """Recall and gain end at everything; at a threshold the curve of money has what the decisions save."""
    score = np.round(scores(), 3)
    told = curves(SAMPLE, score, AT, CostMatrix())
    assert told["precision_recall"][-1] == [1.0, pytest.approx(SAMPLE.fraud.mean(), abs=1e-6)]
    assert (told["gain"][0], told["gain"][-1]) == ([0, 0], [1, 1])
    assert all(len(points) <= 165 for points in told.values())
    for _, saved, threshold in told["money"][1:]:
        decided = measure(SAMPLE, score, Thresholds(review=threshold - 1e-6, block=AT.block), CostMatrix())
        assert decided["money"]["saved_minor"] == saved

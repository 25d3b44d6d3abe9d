"""Thresholds keep their promises on the window they are chosen on."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from money import BLOCK, REVIEW, CostMatrix, outcomes
from thresholds import NEVER, POLICIES, Policy, Thresholds, choose, describe

windows = st.lists(st.tuples(st.booleans(), st.integers(0, 20), st.integers(1, 50_000)), min_size=1, max_size=300)
matrices = st.builds(
    CostMatrix,
    alert_minor=st.integers(0, 3_000),
    block_genuine_minor=st.integers(0, 10_000),
    recovered_share=st.integers(0, 100).map(lambda hundredths: hundredths / 100),
)
policies = st.sampled_from(POLICIES)
Window = list[tuple[bool, int, int]]


def columns(rows: Window) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    fraud, score, amount = (np.array(column) for column in zip(*rows, strict=True))
    return fraud, score / 21, amount


def chosen_of(
    fraud: np.ndarray,
    score: np.ndarray,
    amount: np.ndarray | None = None,
    *,
    policy: Policy = "budget",
    review_rate: float = 0.1,
    block_precision: float = 0.9,
    matrix: CostMatrix | None = None,
) -> Thresholds:
    amounts = np.full(len(score), 10_000) if amount is None else amount
    limits = {"review_rate": review_rate, "block_precision": block_precision}
    return choose(fraud, score, amounts, policy=policy, matrix=matrix or CostMatrix(), **limits)


@given(windows, policies, st.floats(0.01, 0.5), st.floats(0.5, 1), matrices)
def test_reviews_stay_within_what_people_can_look_at(
    rows: Window, policy: Policy, rate: float, precision: float, matrix: CostMatrix
) -> None:
    """Unless the very highest score is shared by more: then those are looked at, rather than nothing."""
    fraud, score, amount = columns(rows)
    chosen = chosen_of(fraud, score, amount, policy=policy, review_rate=rate, block_precision=precision, matrix=matrix)
    assert 0 <= chosen.review <= chosen.block <= 1
    reviewed = (score >= chosen.review) & (score < chosen.block)
    highest_alone = chosen.block == NEVER and chosen.review == score.max()
    assert reviewed.sum() <= rate * len(score) or highest_alone


@given(windows, policies, st.floats(0.5, 1), matrices)
@example([(True, 20, 100)] * 30 + [(False, 3, 100)] * 20, "cost", 0.9, CostMatrix())
def test_what_is_blocked_is_fraud_as_often_as_asked(
    rows: Window, policy: Policy, precision: float, matrix: CostMatrix
) -> None:
    """On average over all blocks, as it holds of each score level from the threshold up."""
    fraud, score, amount = columns(rows)
    chosen = chosen_of(fraud, score, amount, policy=policy, block_precision=precision, matrix=matrix)
    blocked = score >= chosen.block
    if chosen.block < NEVER:
        assert blocked.sum() >= 20
        assert fraud[blocked].mean() >= precision - 1e-9


@given(windows, st.floats(0.01, 0.5), st.floats(0.5, 1), matrices)
def test_no_allowed_thresholds_cost_less_than_those_chosen_by_cost(
    rows: Window, rate: float, precision: float, matrix: CostMatrix
) -> None:
    """Every pair of thresholds that people and evidence allow is tried by hand."""
    fraud, score, amount = columns(rows)
    limits = {"review_rate": rate, "block_precision": precision, "matrix": matrix}
    budget = chosen_of(fraud, score, amount, policy="budget", **limits)
    chosen = chosen_of(fraud, score, amount, policy="cost", **limits)
    levels = [*sorted(set(score.tolist()), reverse=True), 2.0]
    saved = []
    for block in levels:
        for review in levels:
            outcome = outcomes(score, review, block)
            blocks = (outcome == BLOCK).sum()
            proven = not blocks or (blocks >= 20 and block >= budget.block and budget.block < NEVER)
            if review <= block and proven and (outcome == REVIEW).sum() <= rate * len(score):
                saved.append(matrix.saved(fraud, amount, outcome))
    if max(saved) > 0:
        assert matrix.saved(fraud, amount, outcomes(score, chosen.review, chosen.block)) == max(saved)
    else:
        assert chosen == budget


def test_alerts_that_do_not_pay_are_not_raised() -> None:
    """There is room for fifty reviews; after ten frauds the rest would only cost time."""
    fraud = np.concatenate([np.ones(10), np.zeros(90)]).astype(bool)
    score = np.linspace(0.9, 0, 100)
    by_budget = chosen_of(fraud, score, review_rate=0.5)
    by_cost = chosen_of(fraud, score, review_rate=0.5, policy="cost")
    assert ((score >= by_budget.review).sum(), (score >= by_cost.review).sum()) == (50, 10)


def test_amounts_of_other_currencies_have_no_say() -> None:
    """A million yen lost to no review does not make the next hundred reviews pay, but they take up their time."""
    fraud = np.concatenate([np.ones(10), np.zeros(89), np.ones(1)]).astype(bool)
    score, amount = np.linspace(0.9, 0, 100), np.append(np.full(99, 10_000), 1_000_000)
    limits = {"policy": "cost", "review_rate": 1.0, "block_precision": 0.9, "matrix": CostMatrix()}
    assert choose(fraud, score, amount, **limits).review == 0
    euros = choose(fraud, score, amount, **limits, priced=np.arange(100) < 99)
    assert (score >= euros.review).sum() == 10


def test_a_matrix_by_which_nothing_pays_is_not_believed() -> None:
    """Alerts at a thousand times the amounts are a mistake of units; people look at what they can."""
    fraud = np.concatenate([np.ones(10), np.zeros(90)]).astype(bool)
    score = np.linspace(0.9, 0, 100)
    dear = CostMatrix(alert_minor=10_000_000)
    assert chosen_of(fraud, score, policy="cost", matrix=dear) == chosen_of(fraud, score, policy="budget")


def test_weak_cases_are_not_blocked_in_the_shadow_of_strong_ones() -> None:
    """Ninety certain frauds do not carry ten coin tosses over a threshold of nine in ten."""
    fraud = np.concatenate([np.ones(90), [1, 0] * 5, np.zeros(900)]).astype(bool)
    score = np.concatenate([np.full(90, 0.99), np.full(10, 0.5), np.full(900, 0.01)])
    for policy in POLICIES:
        chosen = chosen_of(fraud, score, policy=policy, review_rate=0.01)
        assert (chosen.block, chosen.review) == (0.99, 0.5)


def test_without_evidence_the_model_blocks_nothing() -> None:
    """A handful of frauds proves no precision."""
    fraud = np.concatenate([np.ones(5), np.zeros(95)]).astype(bool)
    score = np.linspace(1, 0, 100) * 0.9
    for policy in POLICIES:
        chosen = chosen_of(fraud, score, policy=policy, review_rate=0.05)
        assert chosen.block == NEVER
        assert (score >= chosen.review).sum() == 5


def test_a_window_is_described_by_what_the_thresholds_do() -> None:
    """Shares of transactions, precision, recall and F1; None where there is nothing to take a share of."""
    fraud = np.array([True, False, True, False, False])
    score = np.array([0.9, 0.6, 0.1, 0.05, 0.7])
    described = describe(Thresholds(review=0.5, block=1), fraud, score)
    assert described["alert_rate"] == pytest.approx(0.6)
    assert described["alert_precision"] == pytest.approx(1 / 3)
    assert described["alert_recall"] == pytest.approx(0.5)
    assert described["alert_f1"] == pytest.approx(0.4)
    assert described["block_precision"] is None
    assert described["block_f1"] == 0

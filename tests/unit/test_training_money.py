"""The cost matrix: what each outcome costs, in whole minor units."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from money import APPROVE, BLOCK, REVIEW, CostMatrix, CostMatrixError, outcomes

matrices = st.builds(
    CostMatrix,
    alert_minor=st.integers(0, 10**9),
    block_genuine_minor=st.integers(0, 10**9),
    recovered_share=st.integers(0, 10_000).map(lambda parts: parts / 10_000),
)
decided = st.lists(
    st.tuples(st.booleans(), st.integers(0, 10**12), st.sampled_from([APPROVE, REVIEW, BLOCK])), max_size=30
)


def columns(rows: list[tuple[bool, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    fraud, amount, outcome = ([row[position] for row in rows] for position in range(3))
    return np.array(fraud, bool), np.array(amount, np.int64), np.array(outcome, np.int64)


@given(matrices, decided)
def test_a_cost_is_the_sum_of_its_rows_by_the_table(matrix: CostMatrix, rows: list[tuple[bool, int, int]]) -> None:
    """Worked out with fractions, halves rounded up, each row by itself."""
    expected = 0
    lost = 1 - Fraction(round(matrix.recovered_share * 10_000), 10_000)
    for fraud, amount, outcome in rows:
        if outcome == REVIEW:
            expected += matrix.alert_minor + (int(lost * amount + Fraction(1, 2)) if fraud else 0)
        elif outcome == BLOCK:
            expected += 0 if fraud else matrix.block_genuine_minor
        else:
            expected += amount if fraud else 0
    assert matrix.cost(*columns(rows)) == expected


@given(matrices, decided)
def test_what_is_saved_is_what_approving_everything_costs_less_what_was_done(
    matrix: CostMatrix, rows: list[tuple[bool, int, int]]
) -> None:
    """So nothing is saved by approving everything, and never more than the frauds amount to."""
    fraud, amount, outcome = columns(rows)
    nothing = np.full(len(rows), APPROVE)
    assert matrix.saved(fraud, amount, outcome) == matrix.cost(fraud, amount, nothing) - matrix.cost(
        fraud, amount, outcome
    )
    assert matrix.saved(fraud, amount, nothing) == 0
    assert matrix.saved(fraud, amount, outcome) <= amount[fraud].sum()


@given(matrices, st.integers(0, 10**12))
def test_of_a_fraud_a_block_is_the_cheapest_and_of_a_genuine_one_an_approval(matrix: CostMatrix, amount: int) -> None:
    """No figures turn that around."""
    for fraud, cheapest in ((True, BLOCK), (False, APPROVE)):
        costs = [matrix.cost(*columns([(fraud, amount, outcome)])) for outcome in (APPROVE, REVIEW, BLOCK)]
        assert costs[cheapest] == min(costs)


def test_scores_become_outcomes_as_the_stream_decides() -> None:
    """At a threshold counts as above it."""
    assert outcomes(np.array([0.1, 0.2, 0.9]), 0.2, 0.9).tolist() == [APPROVE, REVIEW, BLOCK]


@pytest.mark.parametrize("wrong", [{"alert_minor": -1}, {"block_genuine_minor": -1}, {"recovered_share": 1.1}])
def test_a_matrix_that_is_none_is_refused(wrong: dict[str, float]) -> None:
    """By name, before anything is reckoned with it."""
    with pytest.raises(CostMatrixError):
        CostMatrix(**wrong)

"""How alike two transactions are: between 0 and 1, the same both ways, 1 only of itself, and named by its parts."""

from dataclasses import dataclass, replace

import pytest
from fraudstream.cases.likeness import WEIGHTS, likeness
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import iso

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Payment:
    """What is compared of a transaction."""

    event_time: str = "2026-11-24T13:30:00.000Z"
    amount_minor: int = 10_000
    currency: str = "EUR"
    terminal_id: str = "terminal_a"
    fraud_score: float | None = 0.7
    rules_fired: tuple[str, ...] = ("far_above_usual",)


PAYMENTS = st.builds(
    Payment,
    event_time=st.integers(0, 2**41).map(iso),
    amount_minor=st.sampled_from([0, 1, 2**63 - 1]) | st.integers(0, 2**63 - 1),
    currency=st.sampled_from(["EUR", "JPY"]),
    terminal_id=st.sampled_from(["terminal_a", "merchant#m"]),
    fraud_score=st.none() | st.floats(0, 1),
    rules_fired=st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(tuple),
)


@given(PAYMENTS, PAYMENTS)
def test_likeness_is_a_share_and_the_same_both_ways(one: Payment, other: Payment) -> None:
    """Whatever the payments: no part is named that weighs nothing, and none named twice."""
    found = likeness(one, other)
    assert 0 <= found.value <= 1
    assert found == likeness(other, one)
    assert len(set(found.alike)) == len(found.alike)
    assert set(found.alike) <= WEIGHTS.keys()
    assert found.value >= round(sum(WEIGHTS[part] for part in found.alike) / 2, 3) - 0.001


@given(PAYMENTS)
def test_nothing_is_more_like_a_payment_than_itself(one: Payment) -> None:
    """All that can be compared is alike; what is missing is not."""
    missing = (WEIGHTS["rules"] if not one.rules_fired else 0) + (WEIGHTS["score"] if one.fraud_score is None else 0)
    assert likeness(one, one).value == pytest.approx(1 - missing, abs=0.001)


def test_the_weights_are_a_whole_and_in_order() -> None:
    """They sum to one, so that the likeness is a share; what is named comes weightiest first."""
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert list(WEIGHTS.values()) == sorted(WEIGHTS.values(), reverse=True)


@pytest.mark.parametrize(
    ("change", "value", "alike"),
    [
        ({}, 1.0, ("terminal", "rules", "amount", "score", "hour")),
        ({"terminal_id": "terminal_b"}, 0.7, ("rules", "amount", "score", "hour")),
        ({"rules_fired": ("far_above_usual", "other")}, 0.875, ("terminal", "rules", "amount", "score", "hour")),
        ({"rules_fired": ()}, 0.75, ("terminal", "amount", "score", "hour")),
        ({"amount_minor": 20_000}, 0.9, ("terminal", "rules", "amount", "score", "hour")),
        ({"amount_minor": 20_100}, 0.899, ("terminal", "rules", "score", "hour")),
        ({"amount_minor": 40_003}, 0.8, ("terminal", "rules", "score", "hour")),
        ({"currency": "USD"}, 0.8, ("terminal", "rules", "score", "hour")),
        ({"fraud_score": None}, 0.85, ("terminal", "rules", "amount", "hour")),
        ({"fraud_score": 0.62}, 0.94, ("terminal", "rules", "amount", "score", "hour")),
        ({"event_time": "2026-11-20T12:30:00.000Z"}, 0.95, ("terminal", "rules", "amount", "score", "hour")),
        ({"event_time": "2026-11-20T16:30:00.000Z"}, 0.9, ("terminal", "rules", "amount", "score")),
    ],
)
def test_each_part_is_weighed_as_documented(change, value, alike) -> None:
    """One part changed at a time."""
    found = likeness(Payment(), replace(Payment(), **change))
    assert (found.value, found.alike) == (pytest.approx(value, abs=0.0011), alike)


def test_the_hours_of_a_day_are_a_circle() -> None:
    """A quarter before midnight is near a quarter past."""
    late, early = (Payment(event_time=f"2026-11-24T{hour}:00.000Z") for hour in ("23:45", "00:15"))
    assert "hour" in likeness(late, early).alike

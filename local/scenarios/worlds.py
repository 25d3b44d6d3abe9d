"""The simulated worlds that stories are told in."""

from typing import Any

from local.demo_data import DemoData, simulated

SMALL: dict[str, Any] = {
    "cards": 700,
    "terminals": 250,
    "online_shops": 40,
    "daily_transactions": 260,
    "fraud_share": 0.0099,
}
"""Trained on within seconds; its model knows little."""
MIDDLE: dict[str, Any] = {
    "cards": 2_000,
    "terminals": 800,
    "online_shops": 100,
    "daily_transactions": 1_000,
    "fraud_share": 0.0099,
}
"""With enough frauds for a model that is worth something, and for another to be worse."""


def small_world(*, transactions: int, seed: int, history_days: int = 65) -> DemoData:
    """Simulate two months to learn from, and so many transactions after them."""
    return simulated(transactions=transactions, seed=seed, history_days=history_days, **SMALL)


def middle_world(*, transactions: int, seed: int, history_days: int = 70) -> DemoData:
    """Simulate ten weeks of a larger world."""
    return simulated(transactions=transactions, seed=seed, history_days=history_days, **MIDDLE)

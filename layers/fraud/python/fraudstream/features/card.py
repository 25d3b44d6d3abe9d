"""Features of a card's past."""

import numpy as np
from numpy.typing import NDArray

from fraudstream.columns import FRAUD
from fraudstream.features.registry import LABEL_DELAY_SECONDS
from fraudstream.features.targets import Targets
from fraudstream.features.windows import Windows
from fraudstream.histories import Ledger
from fraudstream.histories.entries import MAX_AMOUNT_MINOR, blank_entry
from fraudstream.histories.policy import DAY_MS

_HOUR_MS = 3_600_000
_DELAY_MS = LABEL_DELAY_SECONDS * 1000
Floats = NDArray[np.float64]


def card_features(targets: Targets, cards: Ledger) -> dict[str, Floats]:
    """Return the features of the card of each target: windowed ones, then those of the kept events one by one."""
    windows = Windows(cards, targets.card, targets.time)
    return _velocity(targets, windows) | _kept(targets, cards, windows)


def _velocity(targets: Targets, windows: Windows) -> dict[str, Floats]:
    values: dict[str, Floats] = {}
    for name, window in (("1h", _HOUR_MS), ("24h", DAY_MS), ("7d", 7 * DAY_MS), ("30d", 30 * DAY_MS)):
        count, total = windows.since(targets.time - window)
        values[f"card_count_{name}"] = count.astype(np.float64)
        if name == "1h":
            continue
        values[f"card_amount_ratio_{name}"] = divide(targets.amount * count, total)
        if name != "24h":
            values[f"card_amount_mean_{name}"] = divide(total, count * targets.units)
    return values


def _kept(targets: Targets, cards: Ledger, windows: Windows) -> dict[str, Floats]:
    source = cards.entries if len(cards.entries) else blank_entry()
    newest_first = windows.end[:, None] - 1 - np.arange(cards.bounds.events)
    valid = newest_first >= windows.whole[:, None]
    position = np.where(valid, newest_first, 0)
    amount = np.where(valid, source.amount[position], 0)
    age = targets.time[:, None] - source.time[position]
    count = valid.sum(axis=1)
    mine = targets.amount[:, None]
    known_fraud = valid & (source.label[position] == FRAUD) & (source.known_at[position] < targets.time[:, None])
    genuine = valid & (age > _DELAY_MS) & ~known_fraud
    genuine_count = genuine.sum(axis=1)
    genuine_total = np.where(genuine, amount, 0).sum(axis=1)
    median = _lower_median(amount, valid, count)
    in_30d = valid & (age <= 30 * DAY_MS)
    twice, thrice = valid & (amount > 2 * median[:, None]), valid & (amount > 3 * median[:, None])
    fraud_age = np.where(known_fraud, age, 2**62).min(axis=1)
    deviation, mean = _deviation(amount, in_30d)
    return {
        "card_amount_std_30d": deviation / targets.units,
        "card_amount_zscore_30d": divide(targets.amount - mean, deviation),
        "card_amount_max_30d": divide(np.where(in_30d, amount, 0).max(axis=1), targets.units * (in_30d.any(axis=1))),
        "card_amount_median_ratio": divide(targets.amount, median),
        "card_amount_rank": divide((valid & (amount < mine)).sum(axis=1), count),
        "card_above_2x_median_7d": (twice & (age <= 7 * DAY_MS)).sum(axis=1).astype(np.float64),
        "card_above_2x_median_14d": (twice & (age <= 14 * DAY_MS)).sum(axis=1).astype(np.float64),
        "card_above_3x_median_14d": (thrice & (age <= 14 * DAY_MS)).sum(axis=1).astype(np.float64),
        "card_tenth_median_count_1h": (valid & (age <= _HOUR_MS) & (amount * 10 < median[:, None]))
        .sum(axis=1)
        .astype(np.float64),
        "card_genuine_mean": divide(genuine_total, genuine_count * targets.units),
        "card_genuine_ratio": divide(targets.amount * genuine_count, genuine_total),
        "card_seconds_since_last": np.where(count > 0, age[:, 0] / 1000, np.nan),
        "card_seconds_since_fraud": np.where(fraud_age < 2**62, fraud_age / 1000, np.nan),
        "card_terminal_visits": (valid & (source.counterpart[position] == targets.terminal_hash[:, None]))
        .sum(axis=1)
        .astype(np.float64),
    }


def divide(numerator: NDArray[np.int64] | Floats, denominator: NDArray[np.int64] | Floats) -> Floats:
    """Return numerator over denominator, and NaN where the denominator is 0 (or the quotient undefined)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient: Floats = np.true_divide(numerator, denominator)
    return np.where(np.asarray(denominator) == 0, np.nan, quotient)


def _lower_median(amount: NDArray[np.int64], valid: NDArray[np.bool_], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the middle amount of each row, the lower of the two middle ones; 0 where there is none."""
    ordered = np.sort(np.where(valid, amount, MAX_AMOUNT_MINOR), axis=1)
    middle = np.maximum(count - 1, 0) // 2
    return np.where(count > 0, ordered[np.arange(len(ordered)), middle], 0)


def _deviation(amount: NDArray[np.int64], valid: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return each row's standard deviation (n - 1; NaN below two) and mean, in minor units.

    Two passes, and the squares are added in one fixed order: newest first.
    """
    count = valid.sum(axis=1)
    mean = divide(np.where(valid, amount, 0).sum(axis=1), count)
    total = np.zeros(len(amount), np.float64)
    for column in range(amount.shape[1]):
        difference = np.where(valid[:, column], amount[:, column] - mean, 0.0)
        total += difference * difference
    deviation = np.sqrt(divide(total, np.maximum(count - 1, 0)))
    return deviation, mean

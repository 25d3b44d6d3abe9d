"""Computes the feature matrix from two ledgers. Every operation is exact or correctly rounded elementwise arithmetic.

That is: integer sums, and + - * / and square root on float64 in a fixed order. No logarithm, no sine, no reduction
whose order depends on the shape. So the same events give the same bits on x86 and on ARM, alone or among a million.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.features.card import card_features
from fraudstream.features.payment import payment_features
from fraudstream.features.registry import FEATURE_NAMES
from fraudstream.features.targets import Targets
from fraudstream.features.terminal import terminal_features
from fraudstream.histories import Ledger

_CHUNK = 32_768
"""Rows computed at once: with 60 kept events a row, the arrays in between stay at some 15 MB each."""


@dataclass(frozen=True, slots=True)
class _Group:
    compute: Callable[[Targets, Ledger], dict[str, NDArray[np.float64]]]
    ledger: Ledger


def compute(targets: Targets, cards: Ledger, terminals: Ledger) -> NDArray[np.float32]:
    """Return the features of each target, shape (n, features), in registry order; NaN where undefined.

    A target sees only what both ledgers hold from strictly before its own time, and only labels that were known
    strictly before it; that it is itself in the ledgers changes nothing.
    """
    matrix = np.empty((len(targets), len(FEATURE_NAMES)), np.float32)
    index = {name: column for column, name in enumerate(FEATURE_NAMES)}
    groups = (_Group(card_features, cards), _Group(terminal_features, terminals))
    for start in range(0, len(targets), _CHUNK):
        chunk = targets.slice(start, start + _CHUNK)
        values = payment_features(chunk)
        for group in groups:
            values |= group.compute(chunk, group.ledger)
        for name, column in values.items():
            matrix[start : start + _CHUNK, index[name]] = column
        if len(values) != len(FEATURE_NAMES):
            raise AssertionError(f"features without a value: {set(FEATURE_NAMES) - set(values)}")
    return matrix

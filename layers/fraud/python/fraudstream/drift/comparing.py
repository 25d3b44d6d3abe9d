"""One column of a sample against its histogram in a baseline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.drift.chances import Design, chi_square_tail, design
from fraudstream.drift.index import bins, expected, psi


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How far a column is from its histogram; both chances are of this column alone."""

    name: str
    psi: float
    missing: float
    learned: float
    effective: float
    chance: float
    missing_chance: float


def compare(
    name: str,
    values: NDArray[np.floating[Any]],
    groups: Sequence[NDArray[np.int64]],
    histogram: Mapping[str, Any],
    learned_rows: int,
) -> Compared:
    """Compare values, one or more, with a histogram of so many rows.

    Parameters
    ----------
    groups
        What repeats itself: cards, terminals; each as the group of every row, whole numbers from 0.
    """
    codes = bins(histogram, values)
    before = expected(histogram)
    rows = len(codes)
    now = np.bincount(codes, minlength=len(before)) / rows
    index = psi(before, now)
    degrees = max(int(((before > 0) | (now > 0)).sum()) - 1, 1)
    numbered = [np.unique(group, return_inverse=True)[1] for group in groups]
    pooled = rows * learned_rows / (rows + learned_rows)
    drawn = _worst(codes, numbered, degrees)
    absent = _worst((codes == len(before) - 1).astype(np.int64), numbered, 1)
    return Compared(
        name=name,
        psi=index,
        missing=float(now[-1]),
        learned=float(before[-1]),
        effective=pooled / drawn.effect,
        chance=chi_square_tail(index * pooled / drawn.effect, drawn.degrees),
        missing_chance=_change(before[-1], now[-1], pooled / absent.effect, rows / (rows + learned_rows)),
    )


def _worst(codes: NDArray[np.int64], groups: Sequence[NDArray[np.int64]], degrees: int) -> Design:
    """Return the design of the groups that repeat themselves most."""
    return max((design(codes, group, degrees) for group in groups), key=lambda found: found.effect)


def _change(before: float, now: float, effective: float, weight: float) -> float:
    """Return how often two shares differ so much by chance: the square of the pooled z is chi-square of one degree."""
    share = now * weight + before * (1 - weight)
    spread = share * (1 - share) / effective
    return chi_square_tail((now - before) ** 2 / spread, 1) if spread else 1.0

"""What is known of the rows that a policy is tried on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNKNOWN, LEGITIMATE, FRAUD = 0, 1, 2
"""As the feature engine numbers labels. Unknown is what is too young for silence to speak."""
APPROVE, REVIEW, BLOCK = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Rows, one element of each array a row.

    Attributes
    ----------
    truth
        `UNKNOWN`, `LEGITIMATE` (said so, or old enough and not reported) or `FRAUD`.
    amount_minor
        Minor units.
    counts_as_money
        The row's amount is in the currency that money is stated in.
    score
        NaN where rules alone decide.
    """

    truth: NDArray[np.int8]
    amount_minor: NDArray[np.int64]
    counts_as_money: NDArray[np.bool_]
    score: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.truth)


def truths(
    label: NDArray[np.int8], event_ms: NDArray[np.int64], *, known_until_ms: int, delay_ms: int
) -> NDArray[np.int8]:
    """Return what is known of each row: what is said of it; else, if nobody reported it for so long, legitimate.

    As training learns it: `training/known.py`.

    Examples
    --------
    >>> truths(np.array([0, 0, 1, 2], np.int8), np.array([10, 95, 95, 95]), known_until_ms=100, delay_ms=7).tolist()
    [1, 0, 1, 2]
    """
    silent = (label == UNKNOWN) & (event_ms <= known_until_ms - delay_ms)
    return np.where(silent, np.int8(LEGITIMATE), label)

"""Division as features need it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def divide(numerator: NDArray[Any], denominator: NDArray[Any]) -> NDArray[np.float64]:
    """Return numerator over denominator, and NaN where the denominator is 0 (or the quotient undefined)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient: NDArray[np.float64] = np.true_divide(numerator, denominator, dtype=np.float64)
    if np.count_nonzero(denominator) < len(denominator):
        quotient[np.equal(denominator, 0)] = np.nan
    return quotient

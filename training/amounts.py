"""Amounts of files as whole minor units, rounded as decimals are, never as binary fractions fall."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

_NEAR_HALF = 1e-3
_LARGE = 1e10


def to_minor(texts_or_numbers: NDArray[np.object_], scale: NDArray[np.int64]) -> tuple[NDArray[np.int64], int | None]:
    """Return amounts times their scale, halves away from zero, and the first row that is not an amount, if any.

    Exact: what lies near a half or is large goes through `Decimal` (a number as its shortest decimal form), and only
    what rounds the same way either way takes the fast road. 1.005 at scale 100 is 101 minor units, not 100.

    Parameters
    ----------
    texts_or_numbers
        Strings, ints or floats; None for missing.
    scale
        Minor units in one unit, one a row.

    Examples
    --------
    >>> to_minor(np.array(["57.16", 1.005, "1e3"], object), np.array([100, 100, 1]))
    (array([5716,  101, 1000]), None)
    """
    numbers = _numbers(texts_or_numbers)
    wrong = ~np.isfinite(numbers)
    if wrong.any():
        return np.zeros(len(numbers), np.int64), int(np.argmax(wrong))
    products = numbers * scale
    minor = np.floor(np.abs(products) + 0.5) * np.sign(products)
    doubtful = np.abs(np.abs(products) % 1 - 0.5) < _NEAR_HALF
    doubtful |= np.abs(products) > _LARGE
    exact = np.where(np.abs(products) > _LARGE, 0, minor).astype(np.int64)
    for row in np.flatnonzero(doubtful):
        product = Decimal(str(texts_or_numbers[row]).strip()) * int(scale[row])
        whole = int(product.to_integral_value(rounding=ROUND_HALF_UP))
        if not -(2**63) <= whole < 2**63:
            return exact, int(row)
        exact[row] = whole
    return exact, None


def no_amounts(texts_or_numbers: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which values are no amounts at all."""
    return ~np.isfinite(_numbers(texts_or_numbers))


def _numbers(values: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return values as floats; NaN for what is not a plain decimal number."""
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        return np.fromiter((_number(value) for value in values), np.float64, len(values))


def _number(value: object) -> float:
    try:
        return float(Decimal(str(value).strip()))
    except (InvalidOperation, OverflowError):
        return float("nan")

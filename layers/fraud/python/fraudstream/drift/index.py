"""The population stability index of a column, in the bins of a model's baseline (`training/bundle.py` writes it)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

SMALLEST_SHARE = 1e-4
"""Stands for an empty bin, so that one row in it is no infinite drift."""
LARGE = 0.25
"""From here on a distribution counts as another one, by the usual reading of the index; from 0.1 as moved."""


def psi(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> float:
    """Return the population stability index of two distributions over the same bins: 0 for equal ones.

    The sum over bins of (actual - expected) * ln(actual / expected), in shares; symmetric.

    Examples
    --------
    >>> round(psi(np.array([0.5, 0.5]), np.array([0.25, 0.75])), 4)
    0.2747
    """
    one, other = np.maximum(expected, SMALLEST_SHARE), np.maximum(actual, SMALLEST_SHARE)
    return float(((other - one) * np.log(other / one)).sum())


def bins(histogram: Mapping[str, Any], values: NDArray[np.floating[Any]]) -> NDArray[np.int64]:
    """Return the bin of each value in a baseline's histogram; the last bin is for missing values."""
    edges = np.array(histogram["edges"], np.float64)
    missing = np.isnan(values)
    found = np.searchsorted(edges, np.where(missing, 0, values).astype(np.float64))
    return np.where(missing, len(edges) + 1, found)


def shares(histogram: Mapping[str, Any], values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return the share of values in each bin of a baseline's histogram, missing ones last; see `bundle.baseline`."""
    counts = np.bincount(bins(histogram, values), minlength=len(histogram["edges"]) + 2)
    return counts / max(len(values), 1)


def expected(histogram: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return a baseline histogram's own shares, missing ones last."""
    return np.append(np.array(histogram["shares"], np.float64), histogram["missing"])

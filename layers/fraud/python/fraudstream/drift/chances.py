"""How likely chance alone is: the tail of chi-square, and what many looks at once do to it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


def chi_square_tail(value: float, degrees: int) -> float:
    """Return the chance that a chi-square of so many degrees of freedom exceeds a value.

    In closed form for whole degrees (Abramowitz and Stegun 26.4.4 and 26.4.5): a Poisson sum for even ones, the normal
    tail and a sum over half-integers for odd ones. Each term is made in logarithms, so that none overflows.

    Examples
    --------
    >>> round(chi_square_tail(18.307, 10), 4), round(chi_square_tail(3.841, 1), 4)
    (0.05, 0.05)
    """
    if degrees < 1:
        raise ValueError(f"chi-square has 1 degree of freedom or more, not {degrees}")
    half = value / 2
    if half <= 0:  # the smallest numbers have no half
        return 1.0
    offset = (degrees % 2) / 2
    first = math.erfc(math.sqrt(half)) if degrees % 2 else 0.0
    places = [place + offset for place in range(degrees // 2)]
    terms = (math.exp(place * math.log(half) - half - math.lgamma(place + 1)) for place in places)
    return min(first + math.fsum(terms), 1.0)


def holm(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p-values adjusted for their number (Holm 1979): any below a level is false at most that often.

    Nothing is assumed of how the tests depend on each other. Adjusted values keep the order of the plain ones.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(chances, kind="stable")
    steps = chances[order] * np.arange(len(chances), 0, -1)
    adjusted = np.empty(len(chances))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(chances) else steps
    return adjusted


@dataclass(frozen=True, slots=True)
class Design:
    """What repeating rows do to a chi-square: it is divided by `effect`, and has `degrees` degrees of freedom."""

    effect: float
    degrees: int


def design(codes: NDArray[np.int64], groups: NDArray[np.int64], degrees: int) -> Design:
    """Return how a chi-square over bins is to be read where rows come in groups.

    Rows of one card (or terminal) repeat each other: a thousand rows of it are no thousand observations. The second
    order correction of Rao and Scott (1981): with the eigenvalues of the covariance of the bins' shares when whole
    groups are drawn, over that when rows are drawn one by one, the statistic over their mean times (1 + a^2) is about
    chi-square of degrees / (1 + a^2), a their coefficient of variation; degrees are rounded up, which is the safe side.
    Where every row of a group falls into the same bin and all groups are equally large, the effect is their size, and
    rows over it the number of groups.

    Parameters
    ----------
    codes
        The bin of each row.
    groups
        The group of each row, 0 to groups - 1.
    degrees
        Of the statistic were rows drawn one by one.
    """
    rows, many = len(codes), int(groups.max(initial=-1)) + 1
    _, codes = np.unique(codes, return_inverse=True)
    width = int(codes.max(initial=-1)) + 1
    if width < 2 or many < 2:
        return Design(1.0, degrees)
    counts = np.bincount(groups * width + codes, minlength=many * width).reshape(many, width).astype(np.float64)
    share = counts.sum(axis=0) / rows
    residual = counts - counts.sum(axis=1, keepdims=True) * share
    drawn = many / (many - 1) * (residual.T @ residual) / rows / share[:, None]
    mean = float(np.trace(drawn)) / (width - 1)
    spread = max(float((drawn * drawn.T).sum()) / (width - 1) / mean**2, 1.0) if mean else 1.0
    return Design(max(mean * spread, 1.0), max(math.ceil(degrees / spread), 1))

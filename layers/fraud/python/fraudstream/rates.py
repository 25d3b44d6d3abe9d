"""Whether something happens more often than it usually does at this hour."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SLOTS_AN_HOUR = 12
_HOURS_A_DAY, _DAYS_A_WEEK = 24, 7
_FLOOR = 1e-4
_KEPT, _SPARED = 0.95, 0.759
"""Without its largest twentieth, the mean square of normal values is this share of what it was."""
_UNUSUAL = 0.01
"""How often an ordinary hour is above the usual band, at most; and how often below."""
_REACH = 12
_OF_A_MEDIAN = math.pi / 2
"""The variance of a median over that of a mean, of many normal values (Laplace)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """From where on more is too much, and below what nothing is said.

    Attributes
    ----------
    alpha
        How often an hour may have as much by chance and still be called a spike.
    factor
        How many times the usual rate a spike has at least.
    fewest_days
        Past days on which this hour had traffic enough.
    """

    alpha: float = 1e-5
    factor: float = 2.0
    fewest_total: int = 200
    fewest_events: int = 10
    fewest_days: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was found of an hour; rates are shares, and None where nothing can be said.

    Attributes
    ----------
    chance
        How often an ordinary hour with as much traffic has at least as many events.
    why_not
        Why nothing can be said; empty if something can.
    """

    rate: float | None = None
    usual: float | None = None
    chance: float | None = None
    is_spike: bool = False
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Between which rates an hour usually is; None where nothing can be said.

    Attributes
    ----------
    low, high
        An ordinary hour with as much traffic has a lower rate in at most one of a hundred, and a higher one too.
    why_not
        Why nothing can be said; empty if something can.
    """

    low: float | None = None
    usual: float | None = None
    high: float | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expected:
    """What an hour should have: how many events, and the squared coefficient of variation of that mean."""

    usual: float
    mean: float
    varies: float


def judge(events: NDArray[np.float64], total: NDArray[np.float64], limits: RateLimits | None = None) -> Judged:
    """Compare the last hour with the same hour of the days before it.

    The usual rate is the median of that hour's past rates, of its weekday's where that is more (what happens each
    Thursday at nine is usual), and never below half the rate of all past hours. Counts are taken as negative binomial:
    Poisson with a rate that varies from day to day. By how much it varies is estimated from all past hours, the
    wildest twentieth left out, so that past attacks do not teach patience; that the usual rate is itself an estimate
    is added.

    Parameters
    ----------
    events, total
        Counts of five minutes each, oldest first, without gaps, the last hour last; whole hours in all.
    """
    limits = limits or RateLimits()
    happened, of = _hours(events), _hours(total)
    expected = _expect(happened, of, limits)
    if isinstance(expected, str):
        return Judged(why_not=expected)
    chance = tail(int(happened[-1]), expected.mean, expected.varies)
    rate = float(happened[-1] / of[-1])
    many = happened[-1] >= limits.fewest_events and rate >= limits.factor * expected.usual
    return Judged(rate=rate, usual=expected.usual, chance=chance, is_spike=bool(many and chance < limits.alpha))


def band(events: NDArray[np.float64], total: NDArray[np.float64], limits: RateLimits | None = None) -> Band:
    """Return between which rates the last hour would be if it were ordinary: what `judge` holds it against.

    The ends are quantiles of the counts that `judge` expects: it finds a chance of at most a hundredth where the hour
    has more events than the upper one, and nowhere else.

    Parameters
    ----------
    events, total
        As `judge` takes them.
    """
    of = _hours(total)
    expected = _expect(_hours(events), of, limits or RateLimits())
    if isinstance(expected, str):
        return Band(why_not=expected)
    low, high = _quantiles(expected.mean, expected.varies)
    return Band(low=low / float(of[-1]), usual=expected.usual, high=high / float(of[-1]))


def _expect(happened: NDArray[np.float64], of: NDArray[np.float64], limits: RateLimits) -> _Expected | str:
    """Return what the last of some hours should have, or why that cannot be said."""
    if of[-1] < limits.fewest_total:
        return f"{int(of[-1])} in the last hour are too few; {limits.fewest_total} are needed"
    enough = of[:-1] >= limits.fewest_total
    past = np.where(enough, happened[:-1], np.nan) / np.maximum(of[:-1], 1)
    same = past[::-1][_HOURS_A_DAY - 1 :: _HOURS_A_DAY]
    days = int((~np.isnan(same)).sum())
    if days < limits.fewest_days:
        return f"this hour had traffic enough on {days} past days; {limits.fewest_days} are needed"
    floor = max(float(happened[:-1][enough].sum() / of[:-1][enough].sum()) / 2, _FLOOR)
    usual = max(float(np.nanmedian(same)), _of_weekday(same), floor)
    mean = usual * float(of[-1])
    varies = dispersion(happened[:-1], of[:-1], past, floor)
    return _Expected(usual=usual, mean=mean, varies=varies + _OF_A_MEDIAN / days * (1 / mean + varies))


def dispersion(
    happened: NDArray[np.float64], of: NDArray[np.float64], rates: NDArray[np.float64], floor: float
) -> float:
    """Return the squared coefficient of variation of hourly rates around their hour's median, beyond Poisson noise."""
    days = len(rates) // _HOURS_A_DAY
    shape = (days, _HOURS_A_DAY)
    table = rates[-days * _HOURS_A_DAY :].reshape(shape)
    known = ~np.isnan(table)
    hours = known.any(axis=0)
    median = np.zeros(_HOURS_A_DAY)
    median[hours] = np.maximum(np.nanmedian(table[:, hours], axis=0), floor)
    mean = (of[-days * _HOURS_A_DAY :].reshape(shape) * median)[known]
    residual = (happened[-days * _HOURS_A_DAY :].reshape(shape)[known] - mean) ** 2
    kept = np.argsort(residual / mean, kind="stable")[: math.ceil(_KEPT * len(mean))]
    lost = days / max(days - 1, 1) / _SPARED  # each median was fitted to what it is compared with
    return max(float((residual[kept] * lost - mean[kept]).sum() / (mean[kept] ** 2).sum()), 0.0)


def tail(count: int, mean: float, varies: float) -> float:
    """Return the chance of at least so many events: negative binomial, Poisson where the mean does not vary.

    Summed upward from the count, terms made from each other, until what is left cannot matter.

    Parameters
    ----------
    varies
        The squared coefficient of variation of the mean: the variance is mean + varies * mean^2.

    Examples
    --------
    >>> round(tail(3, 1.0, 0.0), 4), round(tail(3, 1.0, 1.0), 4)
    (0.0803, 0.125)
    """
    if count <= 0:
        return 1.0
    spread = math.sqrt(mean + varies * mean**2)
    short = max(math.ceil(mean) - count, 0)  # what is below the mean is most of the sum
    terms = _terms(count, short + 50 + int(40 * (spread + varies * mean)), mean, varies)
    return min(float(terms.sum()), 1.0)


def _quantiles(mean: float, varies: float) -> tuple[int, int]:
    """Return the fewest events that are exceeded in at most 99 of 100 hours, and in at most one of them.

    Both lie within twelve standard deviations of the mean, whatever the distribution (Cantelli's inequality).
    """
    reach = _REACH * math.sqrt(mean + varies * mean**2)
    first, last = max(math.floor(mean - reach), 0), math.ceil(mean + reach)
    terms = _terms(first, last - first + 2, mean, varies)
    exceeded = np.cumsum(terms[::-1])[::-1] + tail(last + 2, mean, varies)  # at least so many
    low, high = (first + int(np.argmax(exceeded[1:] <= chance)) for chance in (1 - _UNUSUAL, _UNUSUAL))
    return low, high


def _terms(first: int, number: int, mean: float, varies: float) -> NDArray[np.float64]:
    """Return the chances of exactly `first` events, of one more, and so on; made from each other."""
    steps = np.arange(first, first + number, dtype=np.float64)
    if varies < 1e-9:
        begin = first * math.log(mean) - mean - math.lgamma(first + 1)
        ratios = np.log(mean / (steps + 1))
    else:
        size = 1 / varies
        more = math.log(mean / (mean + size))
        begin = math.lgamma(first + size) - math.lgamma(size) - math.lgamma(first + 1) + first * more
        begin += size * math.log(size / (mean + size))
        ratios = np.log((steps + size) / (steps + 1)) + more
    terms: NDArray[np.float64] = np.exp(begin + np.concatenate([[0.0], np.cumsum(ratios[:-1])]))
    return terms


def _of_weekday(same: NDArray[np.float64]) -> float:
    """Return the median of the same hour on the same weekday; 0 where fewer than two are known."""
    weekly = same[_DAYS_A_WEEK - 1 :: _DAYS_A_WEEK]
    known = weekly[~np.isnan(weekly)]
    return float(np.median(known)) if len(known) > 1 else 0.0


def _hours(slots: NDArray[np.float64]) -> NDArray[np.float64]:
    hours: NDArray[np.float64] = np.asarray(slots, np.float64).reshape(-1, SLOTS_AN_HOUR).sum(axis=1)
    return hours

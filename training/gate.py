"""Whether a challenger may take the champion's place. Pure: figures in, verdict out.

Average precision must be above the champion's, and beyond noise: in at least `LEVEL` of the resamples of the window.
Beside it nothing that matters may get worse by more than is tolerated, however much better the ranking is.
See docs/decisions/2026-11-23-gate.md for what was weighed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95
"""Share of resamples in which the challenger must be the better one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a model showed on the test window.

    Attributes
    ----------
    average_precision
        On all rows of the window; NaN if it could not be measured.
    scores_valid
        Whether every score is a number from 0 to 1.
    """

    average_precision: float
    scores_valid: bool = True

    @property
    def measured(self) -> bool:
        """Whether there is anything to compare."""
        return self.scores_valid and math.isfinite(self.average_precision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A figure that may not get worse by more than is tolerated.

    Attributes
    ----------
    name
        In words, such as "money saved".
    challenger, champion
        The figures; None or NaN if not measured.
    worst
        The least the challenger may have, or the most where `rising` is bad; None where there is nothing to go by.
    rising
        Whether a higher figure is the worse one.
    """

    name: str
    challenger: float | None
    champion: float | None
    worst: float | None
    rising: bool = False

    @property
    def holds(self) -> bool:
        """Whether the challenger is within what is tolerated; what the champion does not have is not asked of it."""
        if not _is_number(self.worst) or not _is_number(self.champion):
            return True
        if not _is_number(self.challenger):
            return False
        return self.challenger <= self.worst if self.rising else self.challenger >= self.worst

    def complaint(self) -> str:
        """Return what is wrong, for a guard that does not hold."""
        if not _is_number(self.challenger):
            return f"{self.name} could not be measured (champion {_shown(self.champion)})"
        verb, bound = ("rises", "at most") if self.rising else ("falls", "at least")
        change = f"{verb} from {_shown(self.champion)} to {_shown(self.challenger)}"
        return f"{self.name} {change}, {bound} {_shown(self.worst)} is allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Promote or not, and why in one sentence."""

    promote: bool
    reason: str


def decide(
    challenger: Figures,
    champion: Figures | None,
    *,
    base_rate: float,
    share_better: float = float("nan"),
    guards: Sequence[Guard] = (),
    level: float = LEVEL,
) -> Verdict:
    """Return whether the challenger is promoted.

    It must have valid scores and beat a coin toss (whose average precision is the share of frauds). If there is a
    champion it must beat it on the same rows beyond noise: equal is not better, and what cannot be measured is not
    better either. A champion that cannot be measured does not hold the place.

    Parameters
    ----------
    champion
        None if there is none, or none that can score today's features.
    base_rate
        Share of frauds in the window.
    share_better
        Share of resamples in which the challenger's average precision is above the champion's.

    Examples
    --------
    >>> decide(Figures(average_precision=0.7), None, base_rate=0.01).promote
    True
    >>> decide(Figures(average_precision=0.7), Figures(average_precision=0.7), base_rate=0.01).promote
    False
    """
    mine = challenger.average_precision
    unfit = _unfit(challenger, base_rate)
    if unfit or champion is None:
        first = f"first model: average precision {mine:.4f}, chance {base_rate:.4f}"
        return Verdict(promote=not unfit, reason=unfit or first)
    theirs = champion.average_precision
    if not champion.measured:
        return Verdict(promote=True, reason=f"average precision {mine:.4f}; the champion's could not be measured")
    if not mine > theirs:
        word = "equals" if mine == theirs else "is below"
        return Verdict(promote=False, reason=f"average precision {mine:.4f} {word} the champion's {theirs:.4f}")
    above = f"average precision {mine:.4f} is above the champion's {theirs:.4f}"
    if not share_better >= level:
        seen = f"in {share_better:.0%} of resamples" if math.isfinite(share_better) else "in no resample that tells"
        return Verdict(promote=False, reason=f"{above}, but only {seen}, and {level:.0%} are asked for: it may be luck")
    broken = [guard.complaint() for guard in guards if not guard.holds]
    if broken:
        return Verdict(promote=False, reason=f"{above}, but {'; '.join(broken)}")
    return Verdict(promote=True, reason=f"{above}, in {share_better:.0%} of resamples, and nothing guarded is worse")


def _unfit(challenger: Figures, base_rate: float) -> str | None:
    """Return why a model may not decide at all, whatever else there is; None if it may."""
    mine = challenger.average_precision
    if not challenger.scores_valid:
        return "the challenger gives scores that are not numbers from 0 to 1"
    if not math.isfinite(mine):
        return "the challenger's average precision could not be measured"
    if not mine > base_rate:
        return f"average precision {mine:.4f} is no better than chance ({base_rate:.4f})"
    return None


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _shown(value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"

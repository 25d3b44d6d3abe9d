"""Whether a challenger may take the champion's place. Pure: figures in, verdict out."""

import math
from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Promote or not, and why in one sentence."""

    promote: bool
    reason: str


def decide(challenger: Figures, champion: Figures | None, *, base_rate: float) -> Verdict:
    """Return whether the challenger is promoted.

    It must have valid scores and beat a coin toss (whose average precision is the share of frauds). If there is a
    champion it must beat it on the same rows: equal is not better, and what cannot be measured is not better either.
    A champion that cannot be measured does not hold the place.

    Parameters
    ----------
    champion
        None if there is none, or none that can score today's features.
    base_rate
        Share of frauds in the window.

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
    if not champion.scores_valid or not math.isfinite(theirs):
        return Verdict(promote=True, reason=f"average precision {mine:.4f}; the champion's could not be measured")
    word = "is above" if mine > theirs else "equals" if mine == theirs else "is below"
    return Verdict(promote=mine > theirs, reason=f"average precision {mine:.4f} {word} the champion's {theirs:.4f}")


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

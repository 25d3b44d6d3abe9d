"""Whether a policy decides again what it has decided: the check on everything else that a backtest says."""

from dataclasses import dataclass, field

import numpy as np
from fraudstream.policy import Coded
from numpy.typing import NDArray

from operate.backtest.judging import Judged

_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What the archive says was decided, one element of each array a row.

    Attributes
    ----------
    decision
        As position in `fraudstream.policy.OUTCOMES`.
    rules_version, fired, in_shadow
        By which document, and which of its rules fired; names are joined.
    """

    decision: NDArray[np.int64]
    rules_version: Coded
    fired: Coded
    in_shadow: Coded


@dataclass(slots=True)
class Agreement:
    """Rows that were decided by the very document that is tried, and how many come out the same again.

    Attributes
    ----------
    outcome_differs, names_differ
        Rows that come out with another outcome; with the same, but by other rules.
    examples
        Positions of the first rows that differ.
    """

    rows: int = 0
    outcome_differs: int = 0
    names_differ: int = 0
    examples: list[int] = field(default_factory=list)

    def add(self, judged: Judged, decided: Decided, positions: NDArray[np.int64]) -> None:
        """Compare a portion; `positions` are its rows among all."""
        version = judged.evaluated.compiled.version
        mine = decided.rules_version.where(lambda value: value == version)
        if not mine.any():
            return
        outcome = mine & (judged.outcome() != decided.decision)
        combination, names = judged.fired()
        live = _numbers(decided.fired, [name for name, _ in names])
        shadow = _numbers(decided.in_shadow, [name for _, name in names])
        names_differ = (live[0] != live[1][combination]) | (shadow[0] != shadow[1][combination])
        others = mine & ~outcome & names_differ
        self.rows += int(mine.sum())
        self.outcome_differs += int(outcome.sum())
        self.names_differ += int(others.sum())
        found = positions[np.flatnonzero(outcome | others)[:_EXAMPLES]].tolist()
        self.examples = (self.examples + found)[:_EXAMPLES]

    @property
    def equal(self) -> int:
        """Rows that come out the same: outcome, rules and shadow rules."""
        return self.rows - self.outcome_differs - self.names_differ


def _numbers(archived: Coded, computed: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return texts of both sides as numbers, equal where they are; none archived is the empty text."""
    index = {"": 0}
    theirs = archived.numbers(lambda text: index.setdefault(text, len(index)), 0)
    return theirs, np.array([index.setdefault(text, len(index)) for text in computed], np.int64)

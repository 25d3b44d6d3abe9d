"""Counting what policies do to rows. Numpy alone: rows may come in as many portions as one likes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from operate.backtest.facts import APPROVE, FRAUD, REVIEW, UNKNOWN, Facts

Outcomes = NDArray[np.int64]
Counts = NDArray[np.int64]


class Savings(Protocol):
    """The cost matrix: `training/money.py`."""

    def savings(
        self, fraud: NDArray[np.bool_], amount_minor: NDArray[np.int64], outcome: NDArray[np.integer]
    ) -> NDArray[np.int64]:
        """Return what each decision saves against an approval, in minor units."""


def saved(facts: Facts, outcome: Outcomes, costs: Savings) -> NDArray[np.int64]:
    """Return what each decision saves, 0 for a row whose truth is not known or whose currency is another."""
    money = costs.savings(facts.truth == FRAUD, facts.amount_minor, outcome)
    return np.where(facts.counts_as_money & (facts.truth != UNKNOWN), money, 0)


@dataclass(slots=True)
class SetTally:
    """What one set of rules does to all rows.

    Attributes
    ----------
    rows
        By outcome and truth.
    amount_minor
        The same, of the amounts that count as money.
    """

    rows: Counts = field(default_factory=lambda: np.zeros((3, 3), np.int64))
    amount_minor: Counts = field(default_factory=lambda: np.zeros((3, 3), np.int64))
    saved_minor: int = 0

    def add(self, facts: Facts, outcome: Outcomes, costs: Savings) -> None:
        """Count a portion."""
        cell = outcome * 3 + facts.truth
        self.rows += np.bincount(cell, minlength=9).reshape(3, 3)
        amounts = np.where(facts.counts_as_money, facts.amount_minor, 0)
        np.add.at(self.amount_minor.reshape(-1), cell, amounts)
        self.saved_minor += int(saved(facts, outcome, costs).sum())


@dataclass(slots=True)
class ChangeTally:
    """Rows whose outcome another set of rules changes: by outcome before, outcome after, and truth."""

    rows: Counts = field(default_factory=lambda: np.zeros((3, 3, 3), np.int64))
    amount_minor: Counts = field(default_factory=lambda: np.zeros((3, 3, 3), np.int64))
    saved_minor: Counts = field(default_factory=lambda: np.zeros((3, 3), np.int64))

    def add(self, facts: Facts, before: Outcomes, after: Outcomes, costs: Savings) -> None:
        """Count a portion."""
        moved = np.flatnonzero(before != after)
        some = take(facts, moved)
        pair = before[moved] * 3 + after[moved]
        cell = pair * 3 + some.truth
        self.rows += np.bincount(cell, minlength=27).reshape(3, 3, 3)
        np.add.at(self.amount_minor.reshape(-1), cell, np.where(some.counts_as_money, some.amount_minor, 0))
        gained = saved(some, after[moved], costs) - saved(some, before[moved], costs)
        np.add.at(self.saved_minor.reshape(-1), pair, gained)


@dataclass(slots=True)
class RuleTally:
    """What one rule or list does.

    Attributes
    ----------
    fires
        Rows on which it fires, by truth.
    alone
        Rows whose outcome it changes by itself (with it against without it): by outcome without it, outcome with it,
        and truth.
    """

    fires: Counts = field(default_factory=lambda: np.zeros(3, np.int64))
    alone: ChangeTally = field(default_factory=ChangeTally)

    def add(
        self, facts: Facts, rows: NDArray[np.int64], both: Callable[[], tuple[Outcomes, Outcomes]], costs: Savings
    ) -> None:
        """Count a portion: the rows on which it fires, and what gives their outcomes without the rule and with it."""
        if len(rows):
            some = take(facts, rows)
            self.fires += np.bincount(some.truth, minlength=3)
            self.alone.add(some, *both(), costs)


GRID = np.concatenate([np.geomspace(1e-5, 0.1, 120, endpoint=False), np.linspace(0.1, 1.0, 91)])
"""Scores at which a review threshold is tried."""


@dataclass(slots=True)
class CurveTally:
    """What reviewing from each score on would do, the rules and the block threshold as they are.

    Attributes
    ----------
    rows, saved_minor
        By the number of thresholds in `GRID` that a row's score reaches: rows that a review threshold decides, and
        what reviewing them saves.
    base_rows, base_saved_minor
        What is flagged whatever the review threshold.
    """

    rows: Counts = field(default_factory=lambda: np.zeros(len(GRID) + 1, np.int64))
    saved_minor: Counts = field(default_factory=lambda: np.zeros(len(GRID) + 1, np.int64))
    base_rows: int = 0
    base_saved_minor: int = 0

    def add(self, facts: Facts, never: Outcomes, always: Outcomes, costs: Savings) -> None:
        """Count a portion, by its outcomes with a review threshold that no score reaches, and one that each does."""
        decided = (never == APPROVE) & (always == REVIEW) & ~np.isnan(facts.score)
        reached = np.searchsorted(GRID, facts.score[decided], side="right")
        self.rows += np.bincount(reached, minlength=len(self.rows))
        gained = saved(facts, always, costs) - saved(facts, never, costs)
        np.add.at(self.saved_minor, reached, gained[decided])
        self.base_rows += int((never != APPROVE).sum())
        self.base_saved_minor += int(saved(facts, never, costs).sum())

    def points(self) -> list[tuple[float, int, int]]:
        """Return threshold, flagged rows and money saved, from the highest threshold to the lowest."""
        rows = self.base_rows + np.cumsum(self.rows[::-1])
        money = self.base_saved_minor + np.cumsum(self.saved_minor[::-1])
        return list(zip(GRID[::-1].tolist(), rows[:-1].tolist(), money[:-1].tolist(), strict=True))


def take(facts: Facts, rows: NDArray[np.int64]) -> Facts:
    """Return some rows."""
    return Facts(
        truth=facts.truth[rows],
        amount_minor=facts.amount_minor[rows],
        counts_as_money=facts.counts_as_money[rows],
        score=facts.score[rows],
    )

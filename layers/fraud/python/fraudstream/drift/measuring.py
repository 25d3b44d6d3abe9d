"""Every column of a sample against a model's baseline: how far it moved, and whether chance could have moved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.drift.chances import holm
from fraudstream.drift.comparing import Compared, compare
from fraudstream.drift.index import LARGE

SCORE = "score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on a difference counts, and below what nothing is said.

    Attributes
    ----------
    psi
        Least index of a drifted column.
    missing
        Least change of the share of missing values.
    alpha
        How often, by chance alone, anything at all may be called drifted.
    """

    psi: float = LARGE
    missing: float = 0.1
    alpha: float = 0.01
    fewest_rows: int = 500
    fewest_cards: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Transactions as they were served.

    Attributes
    ----------
    features
        Shape (n, names), NaN for missing.
    scores
        Of the model whose baseline is compared with; NaN where it did not score.
    cards, terminals
        Whose each row is, as whole numbers from 0.
    """

    names: tuple[str, ...]
    features: NDArray[np.float32]
    scores: NDArray[np.float64]
    cards: NDArray[np.int64]
    terminals: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What was found of one feature, or of the score.

    Attributes
    ----------
    effective_rows
        Independent observations that the comparison is worth, both sides together.
    chance, missing_chance
        How often an index, or a change of the missing share, as large comes by chance, all columns' tests together
        (Holm).
    """

    name: str
    psi: float
    missing: float
    missing_learned: float
    effective_rows: float
    chance: float
    missing_chance: float
    drifted: bool
    missing_drifted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What was found of all, the largest index first.

    Attributes
    ----------
    why_not
        Why nothing could be said; empty if something could.
    score_why_not
        Why the score is not among the columns; empty if it is.
    absent
        Features that the baseline does not know.
    """

    rows: int
    cards: int
    terminals: int
    columns: tuple[Column, ...] = ()
    why_not: str = ""
    score_why_not: str = ""
    absent: tuple[str, ...] = ()

    @property
    def score(self) -> Column | None:
        """What was found of the score."""
        return next((column for column in self.columns if column.name == SCORE), None)

    @property
    def features(self) -> tuple[Column, ...]:
        """What was found of the features."""
        return tuple(column for column in self.columns if column.name != SCORE)

    @property
    def drifted(self) -> tuple[Column, ...]:
        """Columns that moved far, and not by chance."""
        return tuple(column for column in self.columns if column.drifted or column.missing_drifted)


def measure(
    sample: Sample, baseline: Mapping[str, Any], *, score_rows: int | None = None, limits: Limits | None = None
) -> Drift:
    """Compare a sample with a model's baseline.

    The index times the effective number of rows, n*m / (n + m) of n rows here and m there, is about chi-square with one
    degree less than bins where nothing moved (Yurdakul 2018, *Statistical Properties of Population Stability Index*).
    Rows are divided by their design effect, the larger of cards' and terminals'; those learned from are taken to repeat
    as much. A column has drifted where its index is both large and beyond chance: with many rows everything is beyond
    chance, with few an index is large by itself.

    Parameters
    ----------
    score_rows
        How many rows the baseline's score was measured on; as many as its features where not given.
    """
    limits = limits or Limits()
    rows, cards, terminals = len(sample), _distinct(sample.cards), _distinct(sample.terminals)
    if rows < limits.fewest_rows or cards < limits.fewest_cards:
        needed = f"{limits.fewest_rows} of {limits.fewest_cards} cards"
        why = f"{rows} transactions of {cards} cards are too few; {needed} are needed"
        return Drift(rows=rows, cards=cards, terminals=terminals, why_not=why)
    learned = int(baseline["rows"])
    groups = (sample.cards, sample.terminals)
    found = [
        compare(name, sample.features[:, column], groups, baseline["features"][name], learned)
        for column, name in enumerate(sample.names)
        if name in baseline["features"]
    ]
    scored = ~np.isnan(sample.scores)
    few = int(scored.sum()) < limits.fewest_rows or _distinct(sample.cards[scored]) < limits.fewest_cards
    if not few:
        groups = (sample.cards[scored], sample.terminals[scored])
        found.append(compare(SCORE, sample.scores[scored], groups, baseline["score"], score_rows or learned))
    return Drift(
        rows=rows,
        cards=cards,
        terminals=terminals,
        columns=_judge(found, limits),
        score_why_not=f"{int(scored.sum())} transactions scored by this model are too few" if few else "",
        absent=tuple(name for name in sample.names if name not in baseline["features"]),
    )


def _judge(found: list[Compared], limits: Limits) -> tuple[Column, ...]:
    plain = [chance for each in found for chance in (each.chance, each.missing_chance)]
    adjusted = holm(np.array(plain)).tolist()
    columns = [
        Column(
            name=each.name,
            psi=each.psi,
            missing=each.missing,
            missing_learned=each.learned,
            effective_rows=each.effective,
            chance=chance,
            missing_chance=missing_chance,
            drifted=each.psi >= limits.psi and chance < limits.alpha,
            missing_drifted=abs(each.missing - each.learned) >= limits.missing and missing_chance < limits.alpha,
        )
        for each, chance, missing_chance in zip(found, adjusted[::2], adjusted[1::2], strict=True)
    ]
    return tuple(sorted(columns, key=lambda column: (-column.psi, column.name)))


def _distinct(groups: NDArray[np.int64]) -> int:
    return len(np.unique(groups))

"""How alike two transactions are, as a person who reviews them would say it: a weighted sum of five plain parts.

| part | weight | 1 where | 0 where |
|---|---|---|---|
| `terminal` | .30 | the same terminal (or merchant) | another |
| `rules` | .25 | the same rules fired | none in common; between, those in common over all that fired |
| `amount` | .20 | equal amounts of one currency | four times as much, or another currency; linear in the logarithm |
| `score` | .15 | equal scores | .2 apart, or a score is missing; linear |
| `hour` | .10 | the same time of day, UTC | two hours apart; linear |

What cannot be compared is not alike. A part that is at least .5 is named.
"""

from collections.abc import Collection
from dataclasses import dataclass
from math import log
from typing import Literal, Protocol

Part = Literal["terminal", "rules", "amount", "score", "hour"]
WEIGHTS: dict[Part, float] = {"terminal": 0.30, "rules": 0.25, "amount": 0.20, "score": 0.15, "hour": 0.10}
_NAMED_FROM = 0.5
_FARTHEST_RATIO, _FARTHEST_SCORES, _FARTHEST_HOURS = 4.0, 0.2, 2.0
_DECIMALS = 3


class Comparable(Protocol):
    """What is compared of a transaction: a `Decision` has it, and so has a `CaseTransaction`."""

    @property
    def event_time(self) -> str:
        """When it happened, in the contract's canonical form."""

    @property
    def amount_minor(self) -> int:
        """In minor units of `currency`."""

    @property
    def currency(self) -> str:
        """ISO 4217."""

    @property
    def terminal_id(self) -> str:
        """Key of the terminal."""

    @property
    def fraud_score(self) -> float | None:
        """None where rules alone decided."""

    @property
    def rules_fired(self) -> Collection[str]:
        """Names of rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike two transactions are, from 0 to 1, and in which parts."""

    value: float
    alike: tuple[Part, ...]


def likeness(one: Comparable, other: Comparable) -> Likeness:
    """Return how alike two transactions are; the order of the two makes no difference."""
    parts: dict[Part, float] = {
        "terminal": float(one.terminal_id == other.terminal_id),
        "rules": _rules(frozenset(one.rules_fired), frozenset(other.rules_fired)),
        "amount": _amount(one, other),
        "score": _score(one.fraud_score, other.fraud_score),
        "hour": _hour(_hours(one.event_time), _hours(other.event_time)),
    }
    value = sum(weight * parts[part] for part, weight in WEIGHTS.items())
    return Likeness(
        value=round(value, _DECIMALS), alike=tuple(part for part, alike in parts.items() if alike >= _NAMED_FROM)
    )


def _rules(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of rules in common. That none fired twice says nothing: both were flagged by their score."""
    fired = one | other
    return len(one & other) / len(fired) if fired else 0.0


def _amount(one: Comparable, other: Comparable) -> float:
    if one.currency != other.currency:
        return 0.0
    # One minor unit more of each: amounts may be 0, and those of cards that are verified are.
    return _nearness(abs(log((one.amount_minor + 1) / (other.amount_minor + 1))), log(_FARTHEST_RATIO))


def _score(one: float | None, other: float | None) -> float:
    return 0.0 if one is None or other is None else _nearness(abs(one - other), _FARTHEST_SCORES)


def _hour(one: float, other: float) -> float:
    apart = abs(one - other)
    return _nearness(min(apart, 24 - apart), _FARTHEST_HOURS)


def _nearness(apart: float, farthest: float) -> float:
    return max(0.0, 1 - apart / farthest)


def _hours(moment: str) -> float:
    """Return the time of day of a moment in the canonical form, in hours."""
    return int(moment[11:13]) + int(moment[14:16]) / 60

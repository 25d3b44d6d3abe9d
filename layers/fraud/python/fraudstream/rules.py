"""The team's rules: named conditions over features, read from a validated document, evaluated on whole batches."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import PolicyError
from fraudstream.features import FEATURE_NAMES
from fraudstream.undecodable import UNDECODABLE

Outcome = Literal["approve", "review", "block"]
OUTCOMES: tuple[Outcome, ...] = ("approve", "review", "block")
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
}


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A feature compared with a number. Where the feature is missing the condition does not hold."""

    feature: str
    is_: str = msgspec.field(name="is")
    value: float


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named predicate with an outcome: it fires where all its conditions hold.

    `approve` says what is safe without a score; it never outweighs a score, a review or a block.
    """

    name: str
    because: str
    outcome: Outcome
    when: list[Condition]


class RuleSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A versioned rules document."""

    version: str
    rules: list[Rule]


@dataclass(frozen=True, slots=True)
class Fired:
    """Which rules fired: shape (n, rules), columns in document order."""

    rule_set: RuleSet
    matrix: NDArray[np.bool_]

    def names(self, row: int) -> tuple[str, ...]:
        """Return the names of the rules that fired on a row."""
        fired = zip(self.rule_set.rules, self.matrix[row], strict=True)
        return tuple(rule.name for rule, holds in fired if holds)

    def any_of(self, outcome: Outcome) -> NDArray[np.bool_]:
        """Return where any rule of an outcome fired, shape (n,)."""
        columns = [rule.outcome == outcome for rule in self.rule_set.rules]
        return np.asarray(self.matrix[:, columns].any(axis=1))


def read_rules(document: bytes) -> RuleSet:
    """Return a rules document (JSON), checked.

    Raises
    ------
    PolicyError
        With the place of the first mistake: not JSON, an unknown field, feature or comparison, a rule named twice, a
        rule without a condition, a value that is not finite.
    """
    try:
        rule_set = msgspec.json.decode(document, type=RuleSet)
    except UNDECODABLE as error:
        raise PolicyError(f"rules document: {error}") from None
    names = [rule.name for rule in rule_set.rules]
    for position, rule in enumerate(rule_set.rules):
        place = f"rules[{position}] '{rule.name}'"
        if names.count(rule.name) > 1:
            raise PolicyError(f"{place}: the name stands twice")
        if not rule.when:
            raise PolicyError(f"{place}: has no condition, it would always fire")
        for condition in rule.when:
            if condition.feature not in FEATURE_NAMES:
                raise PolicyError(f"{place}: no feature is called '{condition.feature}' (see docs/features.md)")
            if condition.is_ not in _COMPARE:
                raise PolicyError(f"{place}: 'is' must be one of {' '.join(_COMPARE)}, not '{condition.is_}'")
            if not np.isfinite(condition.value):
                raise PolicyError(f"{place}: the value must be a finite number")
    return rule_set


def default_rules() -> RuleSet:
    """Return the rules that ship with the layer."""
    return read_rules(files("fraudstream").joinpath("default_rules.json").read_bytes())


def evaluate(rule_set: RuleSet, features: NDArray[np.float32]) -> Fired:
    """Return which rules fire on a feature matrix, shape (n, features)."""
    matrix = np.ones((len(features), len(rule_set.rules)), np.bool_)
    for column, rule in enumerate(rule_set.rules):
        for condition in rule.when:
            values = features[:, FEATURE_NAMES.index(condition.feature)]
            matrix[:, column] &= _COMPARE[condition.is_](values, condition.value)
    return Fired(rule_set, matrix)

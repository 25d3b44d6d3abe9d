"""The policy document: what a fraud team writes down, as values."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

Outcome: TypeAlias = Literal["approve", "review", "block"]
OUTCOMES: tuple[Outcome, ...] = ("approve", "review", "block")
"""In rising severity: positions in it are what `Evaluated.outcomes` answers."""
Effect: TypeAlias = Literal["block", "approve", "none"]

MAX_DOCUMENT_BYTES = 8 << 20
MAX_RULES = 200
MAX_LISTS = 50
MAX_ENTRIES = 50_000
"""Of all lists together."""
MAX_SNOOZES = 1_000
MAX_EXPRESSION = 2_000
"""Characters of one expression."""

Name: TypeAlias = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,63}\Z")]
"""Small letters, digits and underscores: it can stand in an expression, a metric and a subject line."""
Version: TypeAlias = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]
"""It is part of an object's key."""
Because: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500)]
Value: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]
Moment: TypeAlias = Annotated[str, Meta(max_length=40)]
Threshold: TypeAlias = Literal["model"] | Annotated[float, Meta(ge=0, le=1)]


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A named condition with an outcome; a shadow rule is recorded where it fires, and decides nothing."""

    name: Name
    because: Because
    when: Annotated[str, Meta(min_length=1, max_length=MAX_EXPRESSION)]
    outcome: Outcome
    shadow: bool = False


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One value of a list; from `until` on it is not in it any more."""

    value: Value
    until: Moment | None = None
    because: Because | None = None


class NamedList(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Values of a text field. With the effect `none` it is there for expressions alone (`field in name`)."""

    name: Name
    of: str
    effect: Effect
    because: Because
    entries: tuple[Entry, ...] = ()
    shadow: bool = False


class ThresholdChoice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Scores from which a transaction is reviewed and blocked: the model's own, or the team's."""

    review: Threshold = "model"
    block: Threshold = "model"


class Snooze(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Until a moment, no alert for a card, a terminal, or for what a rule alone has flagged; exactly one of them."""

    until: Moment
    because: Because
    card_id: Value | None = None
    terminal_id: Value | None = None
    rule: Name | None = None


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A policy document, as `read_policy` gives it: checked through."""

    version: Version
    rules: Annotated[tuple[Rule, ...], Meta(max_length=MAX_RULES)] = ()
    lists: Annotated[tuple[NamedList, ...], Meta(max_length=MAX_LISTS)] = ()
    thresholds: ThresholdChoice = ThresholdChoice()
    snoozes: Annotated[tuple[Snooze, ...], Meta(max_length=MAX_SNOOZES)] = ()


def canonical_json(policy: Policy) -> bytes:
    """Return the one JSON text of a policy: what is stored, hashed and read in Lambda."""
    return msgspec.json.encode(policy)

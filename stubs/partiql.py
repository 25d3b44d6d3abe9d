"""The PartiQL writes that this system sends: an insert of one item, and an update of one item under a condition."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from stubs.attributes import comparable

_INSERT = re.compile(r"INSERT INTO \"([^\"]+)\" VALUE \{(.+)\}")
_MEMBER = re.compile(r"'([^']+)'\s*:\s*\?")
_UPDATE = re.compile(r"UPDATE \"([^\"]+)\" ((?:SET \"?\w+\"?=\? ?)+)((?:REMOVE \"?\w+\"? ?)*)WHERE (.+)")
_SET = re.compile(r"SET \"?(\w+)\"?=\?")
_REMOVE = re.compile(r"REMOVE \"?(\w+)\"?")
_CONDITION = re.compile(r"(\w+)\s*(<=|>=|=|<|>)\s*\?")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
}


class StatementError(ValueError):
    """A statement of a form that nobody here sends."""


@dataclass(frozen=True, slots=True)
class Insert:
    """`INSERT INTO table VALUE {names}`, a parameter a name."""

    table: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """`UPDATE table SET name=? ... REMOVE name ... WHERE name op ? AND ...`, a parameter a question mark, in order."""

    table: str
    names: tuple[str, ...]
    conditions: tuple[tuple[str, str], ...]
    removed: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def parse(text: str) -> Insert | Update:
    """Return what a statement says; texts repeat, so each is read once.

    Raises
    ------
    StatementError
        For any other form.
    """
    if match := _INSERT.fullmatch(text):
        names = tuple(_MEMBER.findall(match[2]))
        if match[2].count("?") == len(names):
            return Insert(match[1], names)
    if match := _UPDATE.fullmatch(text):
        parts = [_CONDITION.fullmatch(part.strip()) for part in match[4].split(" AND ")]
        if all(parts):
            conditions = tuple((part[1], part[2]) for part in parts if part)
            return Update(match[1], tuple(_SET.findall(match[2])), conditions, tuple(_REMOVE.findall(match[3])))
    raise StatementError("Statement wasn't well formed, can't be processed")


def holds(standing: dict[str, Any] | None, compare: str, value: dict[str, Any]) -> bool:
    """Return whether a comparison holds; never for a missing attribute, nor between types."""
    if standing is None:
        return False
    kind, one = comparable(standing)
    other_kind, other = comparable(value)
    return kind == other_kind and _COMPARE[compare](one, other)

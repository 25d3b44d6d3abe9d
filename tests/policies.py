"""Policies and columns for tests, one keyword away from whatever a test needs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from fraudstream.policy import Coded, CompiledPolicy, absent_number, absent_text, coded, compile_policy, read_policy

NOW_MS = 1_790_000_000_000


def rule(when: str = "amount >= 100", **fields: object) -> dict[str, object]:
    """A rule that reviews."""
    return {"name": "large", "because": "it is large", "when": when, "outcome": "review"} | fields


def named_list(*values: str | dict[str, str], **fields: object) -> dict[str, object]:
    """A list that blocks cards."""
    entries = [{"value": value} if isinstance(value, str) else value for value in values]
    return {"name": "stolen", "of": "card_id", "effect": "block", "because": "stolen", "entries": entries} | fields


def document(*rules: dict[str, object], **fields: object) -> bytes:
    """A document of some rules."""
    return json.dumps({"version": "1", "rules": list(rules)} | fields).encode()


def policy(*rules: dict[str, object], **fields: object) -> CompiledPolicy:
    """A policy of some rules, ready to be evaluated."""
    return compile_policy(read_policy(document(*rules, **fields)))


@dataclass
class Table:
    """`Columns` of named columns; all others are missing everywhere."""

    rows: int
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def number(self, name: str) -> np.ndarray:
        return np.array(self.columns[name], np.float64) if name in self.columns else absent_number(self.rows)

    def text(self, name: str) -> Coded:
        return coded(self.columns[name]) if name in self.columns else absent_text(self.rows)


def table(**columns: Sequence[Any]) -> Table:
    """Rows of some columns; None is missing."""
    return Table(len(next(iter(columns.values()))), columns)


def fires(
    when: str, now_ms: int = NOW_MS, lists: Sequence[dict[str, object]] = (), **columns: Sequence[Any]
) -> list[bool]:
    """Where a condition fires."""
    compiled = policy(rule(when), lists=list(lists))
    return compiled.evaluate(table(**columns), now_ms).matrix[:, 0].tolist()

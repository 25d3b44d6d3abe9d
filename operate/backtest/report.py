"""What was counted, as a document: plain values, the same for the terminal, the page and a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from operate.backtest.facts import APPROVE, BLOCK, FRAUD, LEGITIMATE, REVIEW, UNKNOWN
from operate.backtest.tallies import ChangeTally, Counts, CurveTally, RuleTally, SetTally

OUTCOMES = ("approve", "review", "block")
"""As `fraudstream.policy` numbers them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """What a document says of one of its rules or lists."""

    name: str
    kind: str
    outcome: str
    shadow: bool
    because: str


def figures(tally: SetTally, days: float) -> dict[str, Any]:
    """Return what a set of rules does: alerts are what it flags, caught are known frauds that it flags.

    `wrongly_stopped` are legitimate payments that it blocks, `wrongly_reviewed` those it sends to a person. Shares are
    of rows whose truth is known; None where there are none.
    """
    flagged = tally.rows[REVIEW] + tally.rows[BLOCK]
    amounts = tally.amount_minor[REVIEW] + tally.amount_minor[BLOCK]
    frauds = int(tally.rows[:, FRAUD].sum())
    return {
        "review": int(tally.rows[REVIEW].sum()),
        "block": int(tally.rows[BLOCK].sum()),
        "alerts": int(flagged.sum()),
        "alerts_a_day": float(flagged.sum() / days),
        "caught": int(flagged[FRAUD]),
        "missed": int(tally.rows[APPROVE, FRAUD]),
        "recall": share(flagged[FRAUD], frauds),
        "precision": share(flagged[FRAUD], flagged[FRAUD] + flagged[LEGITIMATE]),
        "wrongly_stopped": int(tally.rows[BLOCK, LEGITIMATE]),
        "wrongly_reviewed": int(tally.rows[REVIEW, LEGITIMATE]),
        "flagged_unknown": int(flagged[UNKNOWN]),
        "caught_minor": int(amounts[FRAUD]),
        "missed_minor": int(tally.amount_minor[APPROVE, FRAUD]),
        "wrongly_stopped_minor": int(tally.amount_minor[BLOCK, LEGITIMATE]),
        "saved_minor": int(tally.saved_minor),
    }


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return by how much each figure is larger after; None where either is."""
    return {
        name: None if before[name] is None or value is None else value - before[name] for name, value in after.items()
    }


def changes(tally: ChangeTally) -> list[dict[str, Any]]:
    """Return the rows whose outcome changes, from each outcome to each other, the most rows first."""
    found = [
        {
            "from": OUTCOMES[before],
            "to": OUTCOMES[after],
            **_by_truth(tally.rows[before, after]),
            "amount_minor": int(tally.amount_minor[before, after].sum()),
            "saved_minor": int(tally.saved_minor[before, after]),
        }
        for before in range(3)
        for after in range(3)
        if tally.rows[before, after].sum()
    ]
    return sorted(found, key=lambda change: -change["rows"])


def rule(said: RuleFacts, tally: RuleTally, days: float, fires_at_present: int | None) -> dict[str, Any]:
    """Return what one rule or list does; for a shadow rule `alone` is what it would do if it were live.

    `caught_alone` are frauds that nothing else would have flagged, `flagged_alone` all such rows.
    """
    alone = tally.alone
    return {
        "name": said.name,
        "kind": said.kind,
        "outcome": said.outcome,
        "shadow": said.shadow,
        "because": said.because,
        "fires": int(tally.fires.sum()),
        "fires_a_day": float(tally.fires.sum() / days),
        "fires_at_present": fires_at_present,
        "fraud": int(tally.fires[FRAUD]),
        "legitimate": int(tally.fires[LEGITIMATE]),
        "unknown": int(tally.fires[UNKNOWN]),
        "precision": share(tally.fires[FRAUD], tally.fires[FRAUD] + tally.fires[LEGITIMATE]),
        "caught_alone": int(alone.rows[APPROVE, REVIEW:, FRAUD].sum()),
        "flagged_alone": int(alone.rows[APPROVE, REVIEW:].sum()),
        "stopped_alone": int(alone.rows[: REVIEW + 1, BLOCK, LEGITIMATE].sum()),
        "let_pass_alone": int(alone.rows[REVIEW:, APPROVE].sum()),
        "let_pass_fraud_alone": int(alone.rows[REVIEW:, APPROVE, FRAUD].sum()),
        "changes_alone": int(alone.rows.sum()),
        "saved_alone_minor": int(alone.saved_minor.sum()),
    }


def curve(tally: CurveTally, days: float) -> list[dict[str, float]]:
    """Return what other review thresholds would do, the highest first; those that change nothing are left out."""
    points: list[dict[str, float]] = []
    for threshold, rows, money in tally.points():
        if not points or rows != points[-1]["alerts"]:
            points.append({"review": threshold, "alerts": rows, "alerts_a_day": rows / days, "saved_minor": money})
    return points


def share(part: float, whole: float) -> float | None:
    """Return a share, None of nothing."""
    return float(part / whole) if whole else None


def _by_truth(counts: Counts) -> dict[str, Any]:
    return {
        "rows": int(counts.sum()),
        "fraud": int(counts[FRAUD]),
        "legitimate": int(counts[LEGITIMATE]),
        "unknown": int(counts[UNKNOWN]),
        "fraud_share": share(counts[FRAUD], counts[FRAUD] + counts[LEGITIMATE]),
    }


def truth_counts(truth: Any, label: Any) -> dict[str, int]:
    """Return how many rows are fraud, were said to be legitimate, count as such, and are not known yet."""
    return {
        "fraud": int((truth == FRAUD).sum()),
        "legitimate": int((truth == LEGITIMATE).sum()),
        "legitimate_by_silence": int(((truth == LEGITIMATE) & (label == UNKNOWN)).sum()),
        "unknown": int((truth == UNKNOWN).sum()),
    }


def nearest(points: Sequence[Mapping[str, float]], alerts: float) -> Mapping[str, float] | None:
    """Return the point of a curve whose alerts are nearest to a number."""
    if not points:
        return None
    return points[int(np.argmin([abs(point["alerts"] - alerts) for point in points]))]

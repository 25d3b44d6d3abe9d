"""A changed policy on archived rows beside the present one. Numpy and the core alone: an API may call it too."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from fraudstream.policy import Columns, CompiledPolicy, Voice
from fraudstream.scoring import Thresholds
from numpy.typing import NDArray

from operate.backtest import report
from operate.backtest.agreement import Agreement, Decided
from operate.backtest.facts import Facts
from operate.backtest.judging import Judged
from operate.backtest.tallies import ChangeTally, CurveTally, RuleTally, Savings, SetTally

_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Rows that one model scored, or none did.

    Attributes
    ----------
    positions
        Of the rows among all.
    decided_ms
        When each was decided: lists are looked into at that moment, of either policy.
    thresholds
        The model's; None where rules alone decided.
    """

    columns: Columns
    facts: Facts
    decided: Decided
    decided_ms: NDArray[np.int64]
    positions: NDArray[np.int64]
    thresholds: Thresholds | None


@dataclass(slots=True)
class _Side:
    """One policy and what is counted of it."""

    policy: CompiledPolicy
    all_rows: SetTally = field(default_factory=SetTally)
    curve: CurveTally = field(default_factory=CurveTally)
    voices: list[RuleTally] = field(default_factory=list)

    def judge(self, portion: Portion, costs: Savings) -> tuple[Judged, NDArray[np.int64]]:
        scored = portion.thresholds is not None
        judged = Judged(
            evaluated=self.policy.evaluate(portion.columns, portion.decided_ms),
            score=portion.facts.score if scored else None,
            thresholds=portion.thresholds,
        )
        outcome = judged.outcome()
        self.all_rows.add(portion.facts, outcome, costs)
        self.curve.add(portion.facts, *judged.never_and_always(), costs)
        self.voices = self.voices or [RuleTally() for _ in self.policy.voices]
        for voice, tally in enumerate(self.voices):
            tally.add(portion.facts, *judged.by_itself(voice), costs)
        return judged, outcome


class Backtest:
    """Counts portions of rows, and tells what was counted.

    Parameters
    ----------
    present, changed
        The policy that decides now, and the one that is proposed.
    costs
        The cost matrix.
    """

    def __init__(self, present: CompiledPolicy, changed: CompiledPolicy, costs: Savings) -> None:
        self._present, self._changed, self._costs = _Side(present), _Side(changed), costs
        self._archived, self._moved = SetTally(), ChangeTally()
        self.agreement = Agreement()
        self.examples: dict[tuple[int, int], list[int]] = {}

    def add(self, portion: Portion) -> None:
        """Try both policies on further rows."""
        judged, before = self._present.judge(portion, self._costs)
        _, after = self._changed.judge(portion, self._costs)
        self._archived.add(portion.facts, portion.decided.decision, self._costs)
        self._moved.add(portion.facts, before, after, self._costs)
        self._remember(portion, before, after)
        self.agreement.add(judged, portion.decided, portion.positions)

    def _remember(self, portion: Portion, before: NDArray[np.int64], after: NDArray[np.int64]) -> None:
        """Keep where a few rows of each change are, for people to look at."""
        moved = np.flatnonzero(before != after)
        for pair in np.unique(before[moved] * 3 + after[moved]).tolist():
            known = self.examples.setdefault(divmod(pair, 3), [])
            of_pair = moved[before[moved] * 3 + after[moved] == pair]
            known += portion.positions[of_pair[: _EXAMPLES - len(known)]].tolist()

    def told(self, days: float) -> dict[str, Any]:
        """Return what was counted, as plain values; `days` is the time that the rows span."""
        archived, present, changed = (
            report.figures(each, days) for each in (self._archived, self._present.all_rows, self._changed.all_rows)
        )
        fires = {
            voice.name: int(tally.fires.sum())
            for voice, tally in zip(self._present.policy.voices, self._voices(self._present), strict=True)
        }
        return {
            "as_decided": archived,
            "present": {"version": self._present.policy.version, **present},
            "changed": {"version": self._changed.policy.version, **changed},
            "difference": report.difference(present, changed),
            "changes": report.changes(self._moved),
            "rules": [
                report.rule(_said(voice), tally, days, fires.get(voice.name))
                for voice, tally in zip(self._changed.policy.voices, self._voices(self._changed), strict=True)
            ],
            "removed": [
                report.rule(_said(voice), tally, days, fires[voice.name])
                for voice, tally in zip(self._present.policy.voices, self._voices(self._present), strict=True)
                if voice.name not in {other.name for other in self._changed.policy.voices}
            ],
            "curves": {
                "present": report.curve(self._present.curve, days),
                "changed": report.curve(self._changed.curve, days),
            },
            "agreement": {
                "version": self._present.policy.version,
                "rows": self.agreement.rows,
                "equal": self.agreement.equal,
                "outcome_differs": self.agreement.outcome_differs,
                "rules_differ": self.agreement.names_differ,
            },
        }

    @staticmethod
    def _voices(side: _Side) -> Sequence[RuleTally]:
        return side.voices or [RuleTally() for _ in side.policy.voices]


def _said(voice: Voice) -> report.RuleFacts:
    return report.RuleFacts(
        name=voice.name,
        kind="list" if voice.is_list else "rule",
        outcome=voice.outcome,
        shadow=voice.shadow,
        because=voice.because,
    )

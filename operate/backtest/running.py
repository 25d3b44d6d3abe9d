"""Archived rows through both policies, a segment after the other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from fraudstream.policy import Coded, CompiledPolicy
from fraudstream.scoring import Thresholds
from money import CostMatrix
from numpy.typing import NDArray
from silence import horizon

from operate.archive.policy_columns import PartColumns, SomeColumns
from operate.archive.rows import Part, Rows
from operate.backtest.agreement import Decided
from operate.backtest.evaluate import Backtest, Portion
from operate.backtest.facts import Facts, truths
from operate.backtest.report import truth_counts
from operate.backtest.tallies import take
from operate.backtest.thresholds import outcomes_of

DAY_MS = 86_400_000
_PORTION_ROWS = 131_072
"""Rows that are evaluated together at most: what bounds the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What is known of all rows, and until when labels speak.

    Attributes
    ----------
    until_ms
        The data's own present, or the last label's time where labels have stopped coming since.
    currency
        Of most rows: money is stated in it.
    """

    facts: Facts
    until_ms: int
    currency: str
    days: float


def knowledge(rows: Rows, *, delay_ms: int, now_ms: int) -> Knowledge:
    """Return what is known of rows as training would know it: `training/silence.py`."""
    until_ms = horizon(rows.all_label_ms, min(rows.latest_ms, now_ms), delay_ms)
    currency = rows.coded["currency"]
    counts = np.bincount(currency.codes[currency.codes >= 0], minlength=len(currency.values))
    main = int(np.argmax(counts)) if len(counts) else -1
    facts = Facts(
        truth=truths(rows.label, rows.event_ms, known_until_ms=until_ms, delay_ms=delay_ms),
        amount_minor=rows.amount_minor,
        counts_as_money=currency.codes == main,
        score=rows.score,
    )
    span = int(rows.event_ms.max() - rows.event_ms.min()) if len(rows) else 0
    return Knowledge(
        facts=facts,
        until_ms=until_ms,
        currency=currency.values[main] if main >= 0 else "",
        days=max(span / DAY_MS, 1.0),
    )


def run(
    rows: Rows,
    known: Knowledge,
    thresholds: Mapping[str, Thresholds],
    policies: tuple[CompiledPolicy, CompiledPolicy],
    *,
    costs: CostMatrix,
    progress: Callable[[int, int], None] = lambda _, __: None,
) -> tuple[Backtest, dict[str, Any]]:
    """Try the present and the changed policy on rows; return what was counted, and the document of it."""
    backtest = Backtest(*policies, costs)
    portions = _Portions(
        rows=rows,
        facts=known.facts,
        decided=Decided(
            decision=outcomes_of(rows),
            rules_version=rows.coded["rules_version"],
            fired=rows.coded["rules_fired"],
            in_shadow=rows.coded["shadow_rules_fired"],
        ),
        thresholds=thresholds,
    )
    done = 0
    for part, start in _cut(rows):
        for portion in portions.of(part, start):
            backtest.add(portion)
        done += len(part.positions)
        progress(done, len(rows))
    told = backtest.told(known.days)
    told["rows"] = {
        "evaluated": len(rows),
        "by_rules_alone": int(np.isnan(rows.score).sum()),
        "repeated_lines": rows.repeats,
        "other_features_version": rows.other_features,
        "labels_without_transaction": rows.orphans,
        **truth_counts(known.facts.truth, rows.label),
    }
    told["money"] = {
        "currency": known.currency,
        "rows_in_other_currencies": int((~known.facts.counts_as_money).sum()),
        "alert_minor": costs.alert_minor,
        "block_genuine_minor": costs.block_genuine_minor,
        "recovered_share": costs.recovered_share,
    }
    return backtest, told


def _cut(rows: Rows) -> Iterator[tuple[Part, int]]:
    """Yield parts of a bounded size, each with the position of its first row among all."""
    start = 0
    for part in rows.parts:
        for at in range(0, len(part.positions), _PORTION_ROWS):
            piece = replace(part, positions=part.positions[at : at + _PORTION_ROWS])
            yield piece, start
            start += len(piece.positions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Portions:
    rows: Rows
    facts: Facts
    decided: Decided
    thresholds: Mapping[str, Thresholds]

    def of(self, part: Part, start: int) -> Iterator[Portion]:
        """Yield the rows of each model apart, and those that none scored; `start` is the first one among all."""
        columns = PartColumns(part)
        end = start + len(part.positions)
        models = self.rows.coded["model_version"]
        scored_by = np.where(np.isnan(self.rows.score[start:end]), -1, models.codes[start:end])
        for model in np.unique(scored_by).tolist():
            mine = np.flatnonzero(scored_by == model)
            at = mine + start
            yield Portion(
                columns=columns if len(mine) == columns.rows else SomeColumns(columns, mine),
                facts=take(self.facts, at),
                decided=Decided(
                    decision=self.decided.decision[at],
                    rules_version=_some(self.decided.rules_version, at),
                    fired=_some(self.decided.fired, at),
                    in_shadow=_some(self.decided.in_shadow, at),
                ),
                decided_ms=self.rows.decided_ms[at],
                positions=at,
                thresholds=self.thresholds[models.values[model]] if model >= 0 else None,
            )


def _some(column: Coded, at: NDArray[np.int64]) -> Coded:
    return Coded(column.codes[at], column.values)

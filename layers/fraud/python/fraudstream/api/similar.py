"""What was flagged lately on other cards and is like a transaction: were others found to be fraud, so may this one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

from fraudstream.api import parameters
from fraudstream.api.problems import Problem
from fraudstream.cases.likeness import Likeness, Part, likeness
from fraudstream.contract import Case, CaseTransaction, Decision
from fraudstream.contract import fields as of
from fraudstream.contract.case import CaseId
from fraudstream.ports import Cases, Decisions

MOST = 20
USUAL = "5"
LOOKED_AT, DAYS = 200, 30
"""Cases compared at most, and how many days back they were opened: two requests for cases of some 1 KB, and at most six
rounds of requests for their keys."""
LEAST = 0.25
"""Less is not called alike: about one part in common."""
_LONGEST_ID = 64


class SimilarCase(Struct, frozen=True, kw_only=True):
    """A recent case of another card, by its transaction that is most like the one asked about."""

    case_id: CaseId
    card_id: of.CardId
    transaction: CaseTransaction
    likeness: Annotated[float, Meta(ge=0, le=1, description="Weighted sum of the parts: see docs/api.md.")]
    alike: Annotated[tuple[Part, ...], Meta(min_length=1, description="Which parts are alike, the weightiest first.")]


class SimilarCases(Struct, frozen=True, kw_only=True):
    """Recent cases like a transaction, the most alike first, and how many were compared."""

    looked_at: Annotated[int, Meta(ge=0, le=LOOKED_AT)]
    similar: tuple[SimilarCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """Compares transactions with the recent cases of other cards."""

    decisions: Decisions
    cases: Cases

    def like(self, transaction_id: str, query: Mapping[str, str], *, now_ms: int) -> SimilarCases | Problem | None:
        """Return the recent cases most like a transaction; None where nothing was decided under the id.

        Of each case its most similar transaction counts, disposed of or not; how alike two are, `cases.likeness` says.

        Parameters
        ----------
        query
            `limit`: 1 to 20 cases.

        Raises
        ------
        StoreUnavailableError
            A table is away.
        """
        limit = parameters.whole(query.get("limit", USUAL), most=MOST)
        if problem := parameters.unknown(query, ("limit",)):
            return problem
        if limit is None:
            return Problem.parameter(f"limit: 1 to {MOST}")
        decision = self.decisions.find(transaction_id) if 0 < len(transaction_id) <= _LONGEST_ID else None
        if decision is None:
            return None
        recent = self.cases.recent(LOOKED_AT, now_ms=now_ms, days=DAYS)
        others = [case for case in recent if case.card_id != decision.card_id]
        # Sorting keeps the order of what is equally alike: the case opened last comes first.
        found = sorted(_alike(decision, others), key=lambda each: -each.likeness)
        return SimilarCases(looked_at=len(others), similar=tuple(found[:limit]))


def _alike(decision: Decision, cases: list[Case]) -> Iterator[SimilarCase]:
    for case in cases:
        transaction, how = _nearest(decision, case)
        if how.alike and how.value >= LEAST:
            yield SimilarCase(
                case_id=case.case_id,
                card_id=case.card_id,
                transaction=transaction,
                likeness=how.value,
                alike=how.alike,
            )


def _nearest(decision: Decision, case: Case) -> tuple[CaseTransaction, Likeness]:
    """Return the transaction of a case that is most like a decision's; of several the one decided last."""
    compared = [(transaction, likeness(decision, transaction)) for transaction in case.transactions]
    return max(reversed(compared), key=lambda each: each[1].value)

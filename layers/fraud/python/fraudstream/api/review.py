"""The review queue: open cases, the riskiest or the oldest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from fraudstream.api import parameters
from fraudstream.api.problems import Problem
from fraudstream.contract import to_epoch_ms
from fraudstream.contract.case import Case
from fraudstream.errors import CursorError
from fraudstream.ports import Cases, QueueOrder, QueuePage

MOST = 100
USUAL = "25"
ORDERS = ("risk", "age")
_PARAMETERS = frozenset(("order", "limit", "cursor", "snoozed"))
_LONGEST_CURSOR = 512
_ROUNDS = 5
"""Pages of the table read for one answer at most: where most cases are snoozed, an answer may hold few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQueue:
    """Reads the queue a page at a time."""

    cases: Cases

    def page(self, query: Mapping[str, str], *, now_ms: int) -> QueuePage | Problem:
        """Return a page, or which parameter is wrong.

        Parameters
        ----------
        query
            `order` (`risk`, which is usual, or `age`), `limit` (1 to 100 cases), `cursor` (what the page before gave),
            `snoozed` (`true` shows what is put aside, too), as a query string has them.

        Raises
        ------
        StoreUnavailableError
            The table is away.
        """
        if problem := _problem(query):
            return problem
        order, limit = cast("QueueOrder", query.get("order", "risk")), int(query.get("limit", USUAL))
        hidden_until = None if query.get("snoozed") == "true" else now_ms
        try:
            return self._filled(order, limit, query.get("cursor"), hidden_until)
        except CursorError:
            return Problem.cursor()

    def _filled(self, order: QueueOrder, limit: int, cursor: str | None, now_ms: int | None) -> QueuePage:
        """Read on until a page is full, leaving out what is snoozed beyond a moment."""
        found: list[Case] = []
        for _ in range(_ROUNDS):
            page = self.cases.queue(order, limit - len(found), cursor)
            found += [case for case in page.cases if now_ms is None or not is_snoozed(case, now_ms)]
            cursor = page.cursor
            if cursor is None or len(found) == limit:
                break
        return QueuePage(cases=found, cursor=cursor)


def is_snoozed(case: Case, now_ms: int) -> bool:
    """Return whether a case is put aside at a moment."""
    until = to_epoch_ms(case.snoozed_until) if case.snoozed_until else None
    return until is not None and until > now_ms


def _problem(query: Mapping[str, str]) -> Problem | None:
    if problem := parameters.unknown(query, _PARAMETERS):
        return problem
    if query.get("order", "risk") not in ORDERS:
        return Problem.parameter(f"order: {' or '.join(ORDERS)}")
    if parameters.whole(query.get("limit", USUAL), most=MOST) is None:
        return Problem.parameter(f"limit: 1 to {MOST}")
    if query.get("snoozed", "false") not in ("true", "false"):
        return Problem.parameter("snoozed: true or false")
    if not 0 < len(query.get("cursor", "-")) <= _LONGEST_CURSOR:
        return Problem.cursor()
    return None

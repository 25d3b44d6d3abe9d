"""A file's rows to labels on the stream: each completed from its decision, and what stands already left alone."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

from fraudstream.chargebacks.claims import Claim, Problem, claim_of
from fraudstream.chargebacks.table import Row, Table
from fraudstream.contract import Bounds, Decision, Label, Rejected, RejectReason, to_epoch_ms
from fraudstream.errors import FraudstreamError
from fraudstream.labelling import complete

BATCH = 500
"""Rows looked up and sent together: what one PutRecords takes."""
_PER_SECOND = 500
"""Half of what one shard takes: transactions come first."""
_RESERVE_MS = 30_000
_CARD_NUMBERS = {RejectReason.CARD_NUMBER_IN_CARD_ID, RejectReason.CARD_NUMBER_IN_PAYLOAD}


class OutOfTimeError(FraudstreamError):
    """The call's time is up. Lambda calls again, and what was labelled by then is found labelled."""


class LabelledDecisions(Protocol):
    """Decisions with the labels that joined them."""

    def find_all(self, transaction_ids: Collection[str]) -> dict[str, Decision]:
        """Return the decisions of the ids that have one."""


class EventStreams(Protocol):
    """The stream that labels go on."""

    def put_many(self, records: Sequence[tuple[bytes, str]]) -> None:
        """Append records, each with its key; return once all are taken."""


@dataclass(slots=True)
class Tally:
    """What became of a file's lines.

    Attributes
    ----------
    sent
        Labels put on the stream.
    unchanged
        Their decision has this very label already.
    superseded
        Their decision has a later label, which holds.
    """

    lines: int = 0
    sent: int = 0
    unchanged: int = 0
    superseded: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def by_reason(self) -> dict[str, int]:
        """How many lines came to nothing, by reason."""
        return dict(sorted(Counter(problem.reason for problem in self.problems).items()))

    @property
    def unmatched(self) -> int:
        """Lines whose transaction nobody decided, or whose decision has expired."""
        return sum(problem.reason == "not_found" for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Turns tables into labels.

    Attributes
    ----------
    clock
        Seconds that only grow.
    sleep
        Waits the given seconds: the pace that leaves the stream to transactions.
    """

    decisions: LabelledDecisions
    stream: EventStreams
    bounds: Bounds
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def run(self, table: Table, *, now_ms: int, time_left_ms: Callable[[], int]) -> Tally:
        """Send every label that is not known yet. The same table again sends nothing, once the first was scored.

        Raises
        ------
        StoreUnavailableError
            The table or the stream is away.
        OutOfTimeError
            Too little time is left for the rows that are left.
        """
        tally, seen = Tally(), set[bytes]()
        for start in range(0, len(table.rows), BATCH):
            if time_left_ms() < _RESERVE_MS:
                raise OutOfTimeError(f"{len(table.rows) - start} of {len(table.rows)} lines are left for the next call")
            began = self.clock()
            sent = self._batch(table, table.rows[start : start + BATCH], seen, tally, now_ms)
            self.sleep(max(0.0, sent / _PER_SECOND - (self.clock() - began)))
        return tally

    def _batch(self, table: Table, rows: Sequence[Row], seen: set[bytes], tally: Tally, now_ms: int) -> int:
        tally.lines += len(rows)
        claims: list[Claim] = []
        for row in rows:
            claim = claim_of(table, row)
            claim = self._first_look(claim, now_ms) if isinstance(claim, Claim) else claim
            (claims if isinstance(claim, Claim) else tally.problems).append(claim)  # type: ignore[arg-type]
        found = self.decisions.find_all({claim.transaction_id for claim in claims})
        fresh: list[tuple[bytes, str]] = []
        for claim in claims:
            label = self._label(claim, found, now_ms)
            if isinstance(label, Problem):
                tally.problems.append(label)
                continue
            said = blake2b(label.meaning, digest_size=16).digest()
            if said in seen:
                tally.problems.append(claim.problem("duplicate", "a line before says the same"))
                continue
            seen.add(said)
            self._count(label, found[claim.transaction_id], tally, fresh)
        if fresh:
            self.stream.put_many(fresh)
        tally.sent += len(fresh)
        return len(fresh)

    def _first_look(self, claim: Claim, now_ms: int) -> Claim | Problem:
        """Return the claim if it reads as a label should: no table is asked for an id that is none."""
        refused = complete(claim.body(), lambda _: None, now_ms=now_ms, bounds=self.bounds)
        return _refusal(claim, refused) if isinstance(refused, Rejected) else claim

    def _label(self, claim: Claim, found: Mapping[str, Decision], now_ms: int) -> Label | Problem:
        decision = found.get(claim.transaction_id)
        event_time_ms = to_epoch_ms(decision.event_time) if decision else None
        label = complete(claim.body(event_time_ms), found.get, now_ms=now_ms, bounds=self.bounds)
        if label is None:
            return claim.problem("not_found", "no decision has this transaction_id, or it has expired")
        return _refusal(claim, label) if isinstance(label, Rejected) else label

    @staticmethod
    def _count(label: Label, decision: Decision, tally: Tally, fresh: list[tuple[bytes, str]]) -> None:
        standing_ms = to_epoch_ms(decision.label_time) if decision.label_time else None
        if standing_ms is None or standing_ms < label.label_time_ms:
            fresh.append((label.raw, label.card_id))
        elif standing_ms > label.label_time_ms:
            tally.superseded += 1
        elif (decision.label, decision.label_source) == (label.label, label.source):
            tally.unchanged += 1
        else:
            fresh.append((label.raw, label.card_id))


def _refusal(claim: Claim, refused: Rejected) -> Problem:
    """Return a refusal by the contract as a problem of the line."""
    if refused.reason in _CARD_NUMBERS:
        return claim.problem("card_number_in_line", "a cell holds a card number: leave it out, or send tokens")
    return claim.problem(str(refused.reason), refused.detail)

"""How flagged transactions of one card come together, and when they are done with.

A case is a set of transactions with what each turned out to be, so merging is a union and adding twice changes nothing.
What a message says of a transaction (its place in the case, and whether it opened the case or made it worse) is given
when it is added and kept, so that a retry says the same.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from fraudstream.contract import Case, CaseTransaction, Decision, Disposition, Label, Milestone, canonical
from fraudstream.contract.case import Severity
from fraudstream.hashing import lettered_digest

MOST_LISTED = 100
"""Transactions that a case lists: a hundred are some 30 KB, and nobody reads more of one card."""
QUIET = timedelta(hours=72)
"""After so long without a flagged transaction the next one opens a case of its own."""
SEVERITY: dict[str, Severity] = {"review": "medium", "block": "high"}
_FIRST_MILESTONE = 5


def flagged(decision: Decision) -> CaseTransaction:
    """Return a decision that is not an approval as a case lists it."""
    if decision.decision == "approve":
        raise ValueError("an approved transaction is in no case")
    return CaseTransaction(
        transaction_id=decision.transaction_id,
        event_time=decision.event_time,
        amount_minor=decision.amount_minor,
        currency=decision.currency,
        terminal_id=decision.terminal_id,
        decision=decision.decision,
        fraud_score=decision.fraud_score,
        rules_fired=decision.rules_fired,
        decided_at=decision.decided_at,
    )


def disposition_of(label: Label) -> Disposition:
    """Return what a label says, its time in the one canonical form."""
    when = canonical(label.label_time, label.label_time_ms)
    return Disposition(label=label.label, label_time=when, source=label.source)


def merge(
    case: Case | None, card_id: str, added: Iterable[CaseTransaction], found: Iterable[tuple[str, Disposition]]
) -> Case | None:
    """Return a card's case with transactions added, and then dispositions noted on those it lists.

    All are added before any is disposed of: so the retry of a batch, which knows more of its transactions than the
    first try knew, groups them as the first try did. Where nothing changes, the very same object comes back.

    Parameters
    ----------
    case
        The card's latest; None where it never had one.
    found
        Transaction ids and what they turned out to be. Of several the latest holds, as on the decision; those of other
        transactions are passed over.
    """
    for transaction in sorted(added, key=_order):
        case = _with(case, card_id, transaction)
    for transaction_id, disposition in found:
        case = case and _disposed(case, transaction_id, disposition)
    return case


def is_milestone(sequence: int) -> bool:
    """Return whether a case of so many transactions is worth another message: 5, 10, 20, 40 and so on.

    Examples
    --------
    >>> [count for count in range(1, 100) if is_milestone(count)]
    [5, 10, 20, 40, 80]
    """
    times, rest = divmod(sequence, _FIRST_MILESTONE)
    return rest == 0 and times > 0 and times & (times - 1) == 0


def _with(case: Case | None, card_id: str, transaction: CaseTransaction) -> Case:
    if case is not None:
        listed = any(t.transaction_id == transaction.transaction_id for t in case.transactions)
        if listed or _was_listed(case, transaction):
            return case
        if _belongs(case, transaction):
            return _grown(case, transaction)
    return _opened(case, card_id, transaction)


def _was_listed(case: Case, transaction: CaseTransaction) -> bool:
    """Return whether a transaction has left the list, which only newer ones drive out."""
    is_milestone_of_it = any(m.transaction_id == transaction.transaction_id for m in case.milestones)
    return is_milestone_of_it or (
        len(case.transactions) == MOST_LISTED and _order(transaction) < _order(case.transactions[0])
    )


def _belongs(case: Case, transaction: CaseTransaction) -> bool:
    last = case.transactions[-1].decided_at
    return case.is_open and _moment(transaction.decided_at) - _moment(last) <= QUIET


def _opened(before: Case | None, card_id: str, transaction: CaseTransaction) -> Case:
    """Open a case. What still waits in the card's case before it goes along: nothing flagged is ever out of sight."""
    waiting = [] if before is None else [t for t in before.transactions if t.disposition is None]
    carried = tuple(replace(t, sequence=number) for number, t in enumerate(waiting[1 - MOST_LISTED :], 1))
    first = replace(transaction, sequence=len(carried) + 1)
    together = (*carried, first)
    amounts: dict[str, int] = {}
    for each in together:
        amounts[each.currency] = amounts.get(each.currency, 0) + each.amount_minor
    listed = tuple(sorted(together, key=_order))
    return Case(
        case_id=f"case-{lettered_digest(f'{card_id} {transaction.transaction_id}', 10)}",
        card_id=card_id,
        opened_at=listed[0].decided_at,
        updated_at=_updated_at(listed, ""),
        transactions=listed,
        count=len(together),
        amounts=amounts,
        severity="high" if any(t.decision == "block" for t in together) else "medium",
        milestones=(Milestone(transaction_id=first.transaction_id, sequence=first.sequence, event="opened"),),
        snoozed_until=None if before is None else before.snoozed_until,
    )


def _grown(case: Case, transaction: CaseTransaction) -> Case:
    sequence = case.count + 1
    worse = SEVERITY[transaction.decision] == "high" and case.severity == "medium"
    milestones = case.milestones
    if worse or is_milestone(sequence):
        name = transaction.transaction_id
        milestones = (*milestones, Milestone(transaction_id=name, sequence=sequence, event="escalated"))
    sums = case.amounts.get(transaction.currency, 0) + transaction.amount_minor
    listed = sorted((*case.transactions, replace(transaction, sequence=sequence)), key=_order)[-MOST_LISTED:]
    return replace(
        case,
        opened_at=min(case.opened_at, transaction.decided_at),
        updated_at=_updated_at(listed, case.updated_at),
        transactions=tuple(listed),
        count=sequence,
        amounts=case.amounts | {transaction.currency: sums},
        severity="high" if worse else case.severity,
        milestones=milestones,
    )


def _disposed(case: Case, transaction_id: str, disposition: Disposition) -> Case:
    for position, standing in enumerate(case.transactions):
        if standing.transaction_id == transaction_id:
            return _noted(case, position, disposition)
    return case


def _noted(case: Case, position: int, disposition: Disposition) -> Case:
    """Note a disposition, unless a later one stands; of two of one moment the one that comes last, as on decisions."""
    standing = case.transactions[position]
    known = standing.disposition
    if known == disposition or (known is not None and known.label_time > disposition.label_time):
        return case
    listed = list(case.transactions)
    listed[position] = replace(standing, disposition=disposition)
    return replace(case, transactions=tuple(listed), updated_at=_updated_at(listed, case.updated_at))


def _order(transaction: CaseTransaction) -> tuple[str, str, str]:
    return transaction.decided_at, transaction.event_time, transaction.transaction_id


def _updated_at(listed: Sequence[CaseTransaction], before: str) -> str:
    moments = [t.decided_at for t in listed] + [t.disposition.label_time for t in listed if t.disposition]
    return max([before, *moments])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)

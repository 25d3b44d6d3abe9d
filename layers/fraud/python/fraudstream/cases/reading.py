"""What a case says to those who ask: the queue, the alerts."""

from math import prod

from fraudstream.contract import AlertCase, Case, CaseTransaction
from fraudstream.contract.case import Event

_BLOCKED_RISK, _UNSCORED_RISK = 0.9, 0.5
"""The chance of fraud where no score says it: of what was blocked, at least; of what rules alone set aside."""


def place(case: Case, transaction_id: str) -> AlertCase:
    """Return what an alert says of its transaction's case: the same event and sequence whenever it is asked.

    One that is no longer listed, and was no milestone, is said to be just older than the oldest that is.
    """
    event: Event = "updated"
    sequence = next((t.sequence for t in case.transactions if t.transaction_id == transaction_id), None)
    for milestone in case.milestones:
        if milestone.transaction_id == transaction_id:
            event, sequence = milestone.event, milestone.sequence
    if sequence is None:
        sequence = max(case.transactions[0].sequence - 1, 1)
    return AlertCase(
        case_id=case.case_id, event=event, sequence=sequence, transactions=case.count, amounts=case.amounts
    )


def risk(case: Case) -> float:
    """Return the chance that any transaction which waits is fraud, were each by itself: what the queue is ordered by.

    Of the scores, that is, with no regard to amounts, which cannot be compared between currencies.
    """
    return round(1 - prod(1 - _risk(t) for t in case.transactions if t.disposition is None), 6)


def is_snoozed(case: Case, now: str) -> bool:
    """Return whether messages about the card are held back at a moment, written as the contract writes them."""
    return case.snoozed_until is not None and now < case.snoozed_until


def _risk(transaction: CaseTransaction) -> float:
    score = _UNSCORED_RISK if transaction.fraud_score is None else transaction.fraud_score
    return max(score, _BLOCKED_RISK) if transaction.decision == "block" else score

"""Transactions decided while their sender waits, and decisions told."""

from fraudstream.api.http import Answer, Asked, answer, refused, undecided
from fraudstream.contract import Rejected
from reporting import report
from served import api


def decide(asked: Asked) -> Answer:
    """Decide a transaction; sent again, tell the same decision."""
    result, outcome = api.deciding.decide(asked.body, request_id=asked.request_id, now_ms=asked.now_ms)
    report(outcome)
    return refused(result) if isinstance(result, Rejected) else answer(200, result)


def tell(asked: Asked) -> Answer:
    """Tell a decision with its reasons, and its label once it has one."""
    decision = api.deciding.find(asked.in_path("transaction_id"))
    return undecided() if decision is None else answer(200, decision)

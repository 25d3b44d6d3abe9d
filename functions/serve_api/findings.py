"""Labels and dispositions, sent on their way through the stream."""

from fraudstream.api.http import Answer, Asked, answer, refused, undecided, unknown
from fraudstream.contract import Rejected
from served import api


def label(asked: Asked) -> Answer:
    """Take in what one transaction turned out to be."""
    found = api.labels.take(asked.body, said_by=asked.said_by, now_ms=asked.now_ms)
    if found is None:
        return undecided()
    return refused(found) if isinstance(found, Rejected) else answer(202, {"transaction_id": found.transaction_id})


def dispose(asked: Asked) -> Answer:
    """Take in what an analyst found of one transaction, or of a card's open case."""
    found = api.labels.dispose(asked.body, said_by=asked.said_by, now_ms=asked.now_ms)
    if found is None:
        return unknown("no decision has this transaction_id, or no case this card_id")
    return refused(found) if isinstance(found, Rejected) else answer(202, {"transaction_ids": found})

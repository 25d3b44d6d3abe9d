"""Recent cases like a transaction."""

from fraudstream.api.http import Answer, Asked, answer, refused, undecided
from fraudstream.api.problems import Problem
from served import api


def tell(asked: Asked) -> Answer:
    """Tell the recent cases of other cards that are most like a transaction."""
    found = api.similar.like(asked.in_path("transaction_id"), asked.query, now_ms=asked.now_ms)
    if found is None:
        return undecided()
    return refused(found) if isinstance(found, Problem) else answer(200, found)

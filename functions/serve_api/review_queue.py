"""Open cases, for whoever reviews them."""

from fraudstream.api.http import Answer, Asked, answer, refused
from fraudstream.api.problems import Problem
from served import api


def page(asked: Asked) -> Answer:
    """Tell a page of the queue."""
    found = api.queue.page(asked.query, now_ms=asked.now_ms)
    if isinstance(found, Problem):
        return refused(found)
    return answer(200, {"cases": found.cases, "cursor": found.cursor})

"""How the system does."""

from aged import Aged
from asking import unknown_among
from fraudstream.api.http import Answer, Asked, answer, refused
from fraudstream.api.problems import Problem
from served import overviews
from window import STEPS

_USUAL_HOURS = "24"
_KEPT_SECONDS = 15
_answers: Aged[Answer] = Aged(_KEPT_SECONDS)


def tell(asked: Asked) -> Answer:
    """Tell throughput, rates with their usual band, cost and alarms; the answer may be 15 seconds old."""
    hours = asked.query.get("hours", _USUAL_HOURS)
    if problem := unknown_among(asked.query, ("hours",)):
        return refused(problem)
    if hours not in map(str, STEPS):
        return refused(Problem.parameter(f"hours: {', '.join(map(str, STEPS))}"))
    return _answers.get(hours, lambda: answer(200, overviews.of(int(hours), asked.now_ms / 1000)))

"""Champion and challengers."""

from aged import Aged
from asking import unknown_among
from fraudstream.api.http import Answer, Asked, answer, refused, unknown
from served import models

_KEPT_SECONDS = 10
_answers: Aged[Answer] = Aged(_KEPT_SECONDS)


def tell(asked: Asked) -> Answer:
    """Tell the models and what became of them; the answer may be ten seconds old."""
    if problem := unknown_among(asked.query, ()):
        return refused(problem)
    return _answers.get("", lambda: answer(200, models.all()))


def report(asked: Asked) -> Answer:
    """Tell one model with its evaluation."""
    if problem := unknown_among(asked.query, ()):
        return refused(problem)
    found = models.report(asked.in_path("model_version"))
    return unknown("no model has this model_version") if found is None else answer(200, found)

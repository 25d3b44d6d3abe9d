"""How far what was served has moved."""

from aged import Aged
from asking import unknown_among
from fraudstream.api.http import Answer, Asked, answer, refused
from served import drift

_KEPT_SECONDS = 30
_answers: Aged[Answer] = Aged(_KEPT_SECONDS)


def tell(asked: Asked) -> Answer:
    """Tell the last drift reports; the answer may be half a minute old."""
    if problem := unknown_among(asked.query, ()):
        return refused(problem)
    return _answers.get("", lambda: answer(200, drift.shown(asked.now_ms / 1000)))

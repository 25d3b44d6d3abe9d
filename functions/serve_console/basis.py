"""What a decision was made by."""

from asking import unknown_among
from fraudstream.api.http import Answer, Asked, answer, refused
from fraudstream.api.problems import Problem
from served import bases

_NAMES = ("model_version", "rules_version")
_LONGEST = 256


def tell(asked: Asked) -> Answer:
    """Tell what the names in a decision stand for."""
    query = asked.query
    if problem := unknown_among(query, _NAMES):
        return refused(problem)
    if any(not 0 < len(value) <= _LONGEST for value in query.values()):
        return refused(Problem.parameter(f"{' and '.join(_NAMES)}: 1 to {_LONGEST} characters"))
    return answer(200, bases.of(*(query.get(name) for name in _NAMES)))

"""Versions of the rules."""

from asking import unknown_among, whole
from fraudstream.api.http import Answer, Asked, answer, refused, unknown
from fraudstream.api.problems import Problem, ProblemReason
from fraudstream.console.rules import RulesVersions
from served import rules

_USUAL, _MOST = 50, 200
_MOST_BYTES = 4 << 20
"""Lambda answers with 6 MB at most, every quotation mark of the document written as two characters."""
_TOO_LARGE = Problem(
    reason=ProblemReason.ANSWER_TOO_LARGE,
    detail="lists too long to be sent; `python -m operate rules show` prints this version",
)


def tell(asked: Asked) -> Answer:
    """Tell who published which version, when and why."""
    if problem := unknown_among(asked.query, ("limit",)):
        return refused(problem)
    limit = whole(asked.query, "limit", _USUAL, _MOST)
    if isinstance(limit, Problem):
        return refused(limit)
    return answer(200, RulesVersions(versions=tuple(rules.newest(limit))))


def document(asked: Asked) -> Answer:
    """Tell one version with its document."""
    if problem := unknown_among(asked.query, ()):
        return refused(problem)
    found = rules.document(asked.in_path("version"))
    if found is None:
        return unknown("no rules were published as this version")
    told = answer(200, found)
    return refused(_TOO_LARGE) if len(told["body"].encode()) > _MOST_BYTES else told

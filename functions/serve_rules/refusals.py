"""Why rules are not tried or not made live."""

from fraudstream.api.editing import Mistake
from fraudstream.api.http import Answer, answer
from fraudstream.api.problems import ProblemReason
from fraudstream.policy import default_policy
from fraudstream.policy.published import Published


def invalid(mistakes: tuple[Mistake, ...]) -> Answer:
    """Return that a text is not valid, and where to look first."""
    first = mistakes[0]
    count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes, the first"
    detail = f"the rules have {count} in line {first.line}, column {first.column}: have them checked"
    return answer(422, {"reason": ProblemReason.RULES_INVALID, "detail": detail})


def conflict(live: Published | None) -> Answer:
    """Return that others are live than the ones that were to be replaced, and whose they are."""
    standing = {"version": default_policy().version, "author": None, "at": None, "why": None}
    if live is not None:
        standing = {"version": live.version, "author": live.author, "at": live.at, "why": live.why}
    detail = f"version '{standing['version']}' is live by now: see what it changed, and take it into yours"
    return answer(409, {"reason": ProblemReason.RULES_CONFLICT, "detail": detail, "live": standing})


def taken(version: str) -> Answer:
    """Return that a version stands for other rules."""
    detail = f"version '{version}' stands for other rules, and stays what it is: give yours another version"
    return answer(409, {"reason": ProblemReason.VERSION_TAKEN, "detail": detail, "live": None})

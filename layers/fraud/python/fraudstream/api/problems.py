"""What is wrong with a request besides its record: reasons that the contract's closed list does not have."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class ProblemReason(StrEnum):
    """Every such reason. The values are public."""

    NOT_FOUND = "not_found"
    PARAMETER_INVALID = "parameter_invalid"
    CURSOR_INVALID = "cursor_invalid"
    UNTIL_INVALID = "until_invalid"
    RULES_INVALID = "rules_invalid"
    RULES_CONFLICT = "rules_conflict"
    VERSION_TAKEN = "version_taken"
    BUSY = "busy"
    ANSWER_TOO_LARGE = "answer_too_large"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A request that is refused. The detail says what to do and never quotes it."""

    reason: ProblemReason
    detail: str

    @classmethod
    def parameter(cls, detail: str) -> Self:
        """Return that a parameter of the query is none of what it may be."""
        return cls(reason=ProblemReason.PARAMETER_INVALID, detail=detail)

    @classmethod
    def cursor(cls) -> Self:
        """Return that a cursor was not given out, or for another order."""
        detail = "cursor: none of ours for this order; begin again without one"
        return cls(reason=ProblemReason.CURSOR_INVALID, detail=detail)

    @classmethod
    def until(cls, longest_days: int) -> Self:
        """Return that a case cannot be put aside until then."""
        detail = f"until: RFC 3339, UTC, in the next {longest_days} days; or null"
        return cls(reason=ProblemReason.UNTIL_INVALID, detail=detail)

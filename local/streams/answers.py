"""What an invocation's answer means for the batch."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The function ran and answered: its result, or the error it ended with."""

    request_id: str
    payload: bytes
    function_error: str | None = None
    executed_version: str = "$LATEST"
    status_code: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInvoked:
    """The function did not run: it was throttled, or Lambda did not take the call."""

    reason: str


def unresolved_from(answer: Answer, sequence_numbers: Sequence[str], *, partial_answers: bool) -> int | None:
    """Return the index of the first record that is not done, or None if the whole batch is.

    With partial answers, the lowest reported sequence number counts, and everything from it on is delivered
    again. An empty answer, or one without failures, is a success. An identifier that is empty, or not of this
    batch, or an answer of another form, fails the whole batch: it cannot be trusted.
    """
    if answer.function_error is not None:
        return 0
    if not partial_answers:
        return None
    reported = _reported(answer.payload)
    positions = {number: index for index, number in enumerate(sequence_numbers)}
    return min((positions.get(number, 0) for number in reported), default=None)


def _reported(payload: bytes) -> list[str]:
    """Return the reported sequence numbers; an empty one for what cannot be understood."""
    try:
        result = json.loads(payload) if payload.strip() else None
    except ValueError:
        return [""]
    failures = result.get("batchItemFailures") if isinstance(result, dict) else result
    if failures is None:
        return []
    if not isinstance(failures, list) or not isinstance(result, dict):
        return [""]
    return [_identifier(failure) for failure in failures]


def _identifier(failure: Any) -> str:
    return str(failure.get("itemIdentifier") or "") if isinstance(failure, dict) else ""

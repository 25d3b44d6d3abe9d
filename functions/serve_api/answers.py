"""Answers in HTTP: values of the contract as JSON, each refusal with the status that says whose turn it is."""

from typing import Any

import msgspec
from fraudstream.api.problems import Problem, ProblemReason
from fraudstream.contract import Rejected, RejectReason

Answer = dict[str, Any]
_RETRY_AFTER_SECONDS = 5
# The body is no JSON object as the contract reads it; of all other reasons the object was read, and something is wrong.
_UNREADABLE = frozenset(
    {
        RejectReason.NOT_UTF8,
        RejectReason.NOT_JSON,
        RejectReason.NOT_AN_OBJECT,
        RejectReason.DUPLICATE_KEY,
        RejectReason.TOO_DEEP,
        RejectReason.TOO_LARGE,
        RejectReason.NUMBER_INVALID,
    }
)


def answer(status: int, value: object, **headers: str) -> Answer:
    """Return a value of the contract, or a plain dictionary, with a status."""
    named = {"Content-Type": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}
    return {"statusCode": status, "headers": named, "body": msgspec.json.encode(value).decode()}


def refused(refusal: Rejected | Problem) -> Answer:
    """Return why a request is refused; the detail never quotes it."""
    status = 400 if refusal.reason in _UNREADABLE else 422
    status = 409 if refusal.reason == RejectReason.ID_CONFLICT else status
    return answer(status, {"reason": str(refusal.reason), "detail": refusal.detail})


def unknown(detail: str) -> Answer:
    """Return that there is no such thing."""
    return answer(404, {"reason": ProblemReason.NOT_FOUND, "detail": detail})


def undecided() -> Answer:
    """Return that nothing was decided under an id."""
    return unknown("no decision has this transaction_id")


def unavailable() -> Answer:
    """Return that the request is to be sent again: the system is not whole, and says nothing wrong."""
    detail = "the model or a store is away; send the same request again"
    return answer(503, {"reason": ProblemReason.UNAVAILABLE, "detail": detail}, Retry_After=str(_RETRY_AFTER_SECONDS))

"""Answers in HTTP: values of the contract as JSON, each refusal with the status that says whose turn it is."""

from base64 import b64decode
from typing import Any

import msgspec
from aws_lambda_powertools.event_handler import Response
from fraudstream.contract import Rejected, RejectReason

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


def body_of(event: dict[str, Any]) -> bytes:
    """Return the request's body as it was sent; API Gateway encodes what it does not take for text."""
    body: str = event.get("body") or ""
    return b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass")


def answer(status: int, value: object, **headers: str) -> Response[str]:
    """Return a value of the contract, or a plain dictionary, with a status."""
    text = msgspec.json.encode(value).decode()
    named = {name.replace("_", "-"): content for name, content in headers.items()}
    return Response(status_code=status, content_type="application/json", body=text, headers=named)


def refused(rejected: Rejected) -> Response[str]:
    """Return why a request is refused; the detail never quotes it."""
    status = 400 if rejected.reason in _UNREADABLE else 422
    status = 409 if rejected.reason == RejectReason.ID_CONFLICT else status
    return answer(status, {"reason": str(rejected.reason), "detail": rejected.detail})


def unknown() -> Response[str]:
    """Return that nothing was decided under an id."""
    return answer(404, {"reason": "not_found", "detail": "no decision has this transaction_id"})


def unavailable() -> Response[str]:
    """Return that the request is to be sent again: the system is not whole, and says nothing wrong."""
    detail = "the model or a store is away; send the same request again"
    return answer(503, {"reason": "unavailable", "detail": detail}, Retry_After=str(_RETRY_AFTER_SECONDS))

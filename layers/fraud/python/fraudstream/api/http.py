"""HTTP as API Gateway speaks it to every function behind the API: a request (payload format 2.0), and answers to it."""

from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import msgspec

from fraudstream.api.principals import said_by
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request and when it came."""

    event: dict[str, Any]
    request_id: str
    now_ms: int

    @property
    def route(self) -> str:
        """Method and path of the route, such as `GET /queue`: whatever characters the path itself has."""
        return str(self.event["routeKey"])

    @property
    def body(self) -> bytes:
        """The body as it was sent; API Gateway encodes what it does not take for text."""
        body: str = self.event.get("body") or ""
        return b64decode(body) if self.event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass")

    @property
    def said_by(self) -> str:
        """Who asks, as a digest."""
        return said_by(self.event["requestContext"].get("authorizer"))

    def in_path(self, name: str) -> str:
        """Return a parameter of the path, unescaped once, by API Gateway."""
        return str(self.event["pathParameters"][name])

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query; of one that is there twice both values, with a comma between."""
        return self.event.get("queryStringParameters") or {}


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

"""Requests and responses as they travel, and how a service refuses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """One call: headers have lower-case names, `path` includes the query."""

    service: str
    operation: str
    headers: Mapping[str, str]
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """What a service answers."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusalError(Exception):
    """A service says no. `service` chooses the form in which boto3 reads it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status

    def response(self, service: str) -> Response:
        """Return the refusal in the form of a service."""
        if service == "s3":
            text = f"<Error><Code>{self.code}</Code><Message>{self.message}</Message></Error>"
            return Response(self.status, text.encode(), {"content-type": "application/xml"})
        if service == "sns":
            text = f"<ErrorResponse><Error><Code>{self.code}</Code><Message>{self.message}</Message></Error>"
            return Response(self.status, f"{text}</ErrorResponse>".encode(), {"content-type": "text/xml"})
        body = json.dumps({"__type": self.code, "message": self.message, "Message": self.message}).encode()
        headers = {"content-type": "application/x-amz-json-1.0", "x-amzn-errortype": self.code}
        return Response(self.status, body, headers)

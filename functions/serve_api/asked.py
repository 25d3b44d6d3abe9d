"""A request as API Gateway hands it over (payload format 2.0)."""

from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from fraudstream.api.principals import said_by


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

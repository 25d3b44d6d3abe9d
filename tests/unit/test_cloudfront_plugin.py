"""An HTTP API behind a distribution is asked in the embedded AWS, and every other origin as before."""

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest

from local.aws.cloudfront_plugin import asking_apis

API = {"domain_name": "abcd1234.execute-api.eu-west-1.amazonaws.com", "origin_path": ""}
BUCKET = {"domain_name": "console.s3.eu-west-1.amazonaws.com"}


class Base:
    """The parts of the base that the plugin uses."""

    def __init__(self, answer: Any = (200, {"Content-Type": "application/json"}, b"{}")) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.origin: ContextVar[tuple[str, bool]] = ContextVar("origin", default=("?", False))
        self._answer = answer

    async def fetch(self, origin: dict[str, Any], *_: Any) -> tuple[int, str, dict[str, Any], bytes]:
        """Ask any other origin."""
        return 200, "OK", {"x-origin": origin["domain_name"], "by": self.origin.get()}, b"file"

    @staticmethod
    def headers(origin: dict[str, Any], headers: dict[str, str], *_: Any) -> dict[str, str]:
        """Make an origin's headers: its own name unless a policy passes the viewer's on."""
        return {"Host": headers.get("host", origin["domain_name"]), "Authorization": headers.get("authorization", "")}

    async def execute(self, *asked: Any) -> Any:
        """Answer as an HTTP API."""
        self.asked.append(asked)
        return self._answer

    def get(self, origin: dict[str, Any], uri: str = "/api/queue", query: str = "", **headers: str) -> Any:
        """Ask for what a viewer wants."""
        fetched = asking_apis(self.fetch, self.headers, self.execute, self.origin)
        return asyncio.run(fetched(origin, "GET", uri, query, headers, b"", True, "127.0.0.1", "", "arn"))  # noqa: FBT003


def test_an_api_is_asked_by_its_name_with_stage_and_query() -> None:
    """The path begins with the stage; what was escaped comes both ways, as the base wants it."""
    base = Base()
    answered = base.get(API, "/api/cards/a%2Fb", "limit=5", authorization="Bearer t")
    assert answered == (200, "OK", {"content-type": "application/json"}, b"{}")
    ((host, path, method, headers, _, query, raw, raw_query),) = base.asked
    assert (host, method) == ("abcd1234.execute-api.localhost", "GET")
    assert (path, raw) == ("/api/cards/a/b", "/api/cards/a%2Fb")
    assert (query, raw_query) == ({"limit": ["5"]}, "limit=5")
    assert headers["authorization"] == "Bearer t"


def test_an_api_answers_to_its_own_name_only() -> None:
    """A policy that passes the viewer's host on breaks on AWS, so it does here."""
    base = Base()
    assert base.get(API, host="d1.cloudfront.net")[0] == 403
    assert not base.asked


def test_an_api_that_is_none_is_not_found() -> None:
    """As API Gateway says it."""
    assert Base(answer=None).get(API)[0] == 404


@pytest.mark.parametrize("domain", [BUCKET["domain_name"], "execute-api.eu-west-1.amazonaws.com", "example.com"])
def test_other_origins_are_asked_as_before(domain: str) -> None:
    """Buckets, and names that only look alike; a policy sees whether the viewer came by https."""
    base = Base()
    assert base.get({"domain_name": domain})[2] == {"x-origin": domain, "by": ("127.0.0.1", True)}
    assert not base.asked

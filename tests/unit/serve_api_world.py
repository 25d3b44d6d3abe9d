"""The handler of the HTTP API over fakes: what tests of its routes stand on."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from fraudstream.adapters import composition
from fraudstream.api import Api
from fraudstream.contract import Bounds
from fraudstream.pipeline import Pipeline
from fraudstream.policy import FixedPolicy

from tests.fakes import FakeAlerts, FakeCases, FakeDecisions, FakeHistories, FakeObjects, FakeScorer, FakeStream
from tests.samples import NOW_MS, records
from tests.unit.function_loading import function_modules
from tests.unit.test_settings import ENVIRONMENT

CONTEXT = SimpleNamespace(
    aws_request_id="5f0c8f5e-8d0e-4bd6-a9a5-0d6c1d2e3f40",
    function_name="serve-api",
    memory_limit_in_mb=128,
    invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:serve-api",
)
ANALYST = {"jwt": {"claims": {"iss": "https://issuer.example", "sub": "ada@example.com"}, "scopes": None}}
_TEMPLATES = (
    "/decisions/{transaction_id}/similar",
    "/decisions/{transaction_id}",
    "/cards/{card_id}/snooze",
    "/cards/{card_id}",
    "/terminals/{terminal_id}",
)


class World:
    """The handler over fakes, and what it left there."""

    handler: ModuleType

    def __init__(self) -> None:
        self.pipeline = Pipeline(
            histories=FakeHistories(),
            decisions=FakeDecisions(),
            scorer=FakeScorer(),
            archive=FakeObjects(),
            cases=FakeCases(),
            quarantine=FakeObjects(),
            alerts=FakeAlerts(),
            policies=FixedPolicy(),
            bounds=Bounds(),
            unscored_after_ms=300_000,
            pause=lambda _: None,
        )
        self.stream = FakeStream()
        self.api = Api.over(self.pipeline, stream=self.stream)

    def ask(self, method: str, path: str, body: object = None, **event: Any) -> tuple[int, Any, dict[str, Any]]:
        """Send a request as API Gateway does; return status, body and headers."""
        request = routed(method, path) | {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"content-type": "application/json"},
            "isBase64Encoded": False,
            "body": body if isinstance(body, str) else json.dumps(body),
        }
        context = {"http": {"method": method, "path": path}, "stage": "$default", "requestId": "r="}
        request["requestContext"] = context | event.pop("requestContext", {})
        answer = self.handler.handler(request | event, CONTEXT)
        assert answer["headers"]["Content-Type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"]), answer["headers"]

    def get(self, path: str, **query: str) -> tuple[int, Any]:
        """Read a path with a query."""
        parameters = {"queryStringParameters": query, "rawQueryString": urlencode(query)} if query else {}
        return self.ask("GET", path, **parameters)[:2]

    def post(self, body: object, path: str = "/transactions", **event: Any) -> tuple[int, Any]:
        """Send a transaction, or something else."""
        return self.ask("POST", path, body, **event)[:2]

    def deliver(self) -> None:
        """Give what is on the stream to the pipeline, as the scoring function does."""
        self.pipeline.run(records([data for data, _ in self.stream.records]), NOW_MS + 1_000)

    def standing(self, name: str) -> Any:
        """The decision in the table, as JSON has it."""
        return json.loads(msgspec.json.encode(self.pipeline.decisions.items[name].decision))

    def quarantined(self) -> dict[str, dict[str, Any]]:
        """The lines of the quarantine, by the key of their object."""
        return {key: json.loads(body) for key, body in self.pipeline.quarantine.objects.items()}


def routed(method: str, path: str) -> dict[str, Any]:
    """Return the route that API Gateway chooses for a path, with the path's parameters."""
    for template in _TEMPLATES:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>(?s:.+))", template)
        if found := re.fullmatch(pattern, path):
            return {"routeKey": f"{method} {template}", "pathParameters": found.groupdict()}
    return {"routeKey": f"{method} {path}"}


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Give a handler whose clock stands still."""
    names = {"POWERTOOLS_SERVICE_NAME": "serve_api", "POWERTOOLS_METRICS_NAMESPACE": "Fraudstream"}
    variables = ENVIRONMENT | {"CASES_TABLE": "Cases"} | names
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    world = World()
    monkeypatch.setattr(composition, "build_api", lambda _settings: world.api)
    with function_modules("serve_api", "handler") as (handler,):
        monkeypatch.setattr(handler.time, "time_ns", lambda: NOW_MS * 1_000_000)
        world.handler = handler
        yield world

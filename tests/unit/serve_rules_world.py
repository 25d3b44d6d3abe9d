"""The functions that change and try rules, over a bucket in memory: what tests of them stand on."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from fraudstream.adapters import clients
from fraudstream.adapters.rules_bucket import RulesBucket
from fraudstream.api.http import Asked

from stubs.in_process import Around, connect
from stubs.memory import MemoryAws
from stubs.wire import Request, Response
from tests.samples import NOW_MS
from tests.unit.function_loading import function_modules

CONTEXT = SimpleNamespace(aws_request_id="5f0c8f5e-8d0e-4bd6-a9a5-0d6c1d2e3f40", get_remaining_time_in_millis=None)
SHIPPED = "2026-11-24.1"
TEXT = """# ours
version: {version}
rules:
  - name: large
    because: it is large
    when: {when}
    outcome: block
"""


def text(version: str = "1", when: str = "amount > 100") -> str:
    """A rules file."""
    return TEXT.format(version=version, when=when)


class Functions:
    """Lambda, as far as it is asked."""

    def __init__(self) -> None:
        self.invoked: list[str] = []
        self.failure: Exception | None = None

    def invoke(self, **asked: Any) -> None:
        if self.failure:
            raise self.failure
        assert asked["InvocationType"] == "Event"
        self.invoked.append(json.loads(asked["Payload"])["backtest_id"])


class NoModels:
    """A registry without models."""

    def get_parameter(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "ParameterNotFound"}}, "GetParameter")

    def list_model_packages(self, **_: Any) -> dict[str, list[Any]]:
        return {"ModelPackageSummaryList": []}


class RulesWorld:
    """The API of who changes rules, and what it left."""

    routes: dict[str, Any]
    handler: ModuleType

    def __init__(self) -> None:
        self.aws = MemoryAws()
        for bucket in ("models", "archive"):
            self.aws.create_bucket(bucket)
        self.functions = Functions()
        self.around: Around = lambda _, proceed: proceed()
        self.now_ms = NOW_MS
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        made = boto3.client("s3", region_name="us-east-1", **keys)
        self.s3 = connect(made, self.aws, self._around)
        self.bucket = RulesBucket(self.s3, "models")

    def _around(self, request: Request, proceed: Callable[[], Response]) -> Response:
        return self.around(request, proceed)

    def client(self, service: str, **_: Any) -> Any:
        """A client of a service."""
        return {"s3": self.s3, "lambda": self.functions, "ssm": NoModels(), "sagemaker": NoModels()}[service]

    def ask(self, route: str, body: object = None, *, who: str = "ada", **path: str) -> tuple[int, Any]:
        """Ask a route; return status and answer."""
        event = {
            "routeKey": route,
            "body": body if isinstance(body, str) else json.dumps(body),
            "pathParameters": path,
            "requestContext": {"authorizer": {"jwt": {"claims": {"iss": "https://issuer.example", "sub": who}}}},
        }
        answer = self.handler.respond(Asked(event=event, request_id="r", now_ms=self.now_ms))
        return answer["statusCode"], json.loads(answer["body"])


@contextmanager
def rules_world(monkeypatch: pytest.MonkeyPatch) -> Iterator[RulesWorld]:
    """Give the function `serve_rules`."""
    world = RulesWorld()
    monkeypatch.setenv("MODELS_BUCKET", "models")
    monkeypatch.setenv("BACKTEST_FUNCTION", "run")
    monkeypatch.setattr(clients, "client", world.client)
    with function_modules("serve_rules", "handler") as (handler,):
        world.handler = handler
        yield world


@contextmanager
def backtest_function(monkeypatch: pytest.MonkeyPatch, world: RulesWorld, tmp_path: Any) -> Iterator[tuple[Any, Any]]:
    """Give the modules `handler` and `archive` of the function `run_backtest` over the same bucket."""
    for name, value in {
        "MODELS_BUCKET": "models",
        "ARCHIVE_BUCKET": "archive",
        "STACK_NAME": "s",
        "ALERT_COST_MINOR": "500",
        "BLOCK_GENUINE_COST_MINOR": "2500",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(clients, "client", cache(world.client))
    with function_modules("run_backtest", "handler", "archive") as (handler, archive):
        monkeypatch.setattr(archive, "_DECODED", tmp_path / "decoded")
        yield handler, archive

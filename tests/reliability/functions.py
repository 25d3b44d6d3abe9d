"""The real function handlers, over real boto3 clients that end in the memory of the world being played."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stdout
from functools import cache
from types import ModuleType
from typing import Any, TextIO, cast
from unittest.mock import patch

import boto3
import botocore.endpoint
from botocore.retries import quota
from fraudstream import pipeline
from fraudstream.adapters import clients, composition
from fraudstream.adapters.calls import Calls

from stubs.in_process import connect
from stubs.memory import MemoryAws
from stubs.wire import Request, Response
from tests.unit.function_loading import function_modules

UNSCORED_AFTER_SECONDS = 300
STREAM = "transactions"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
    "DECISIONS_TABLE": "Decisions",
    "HISTORIES_TABLE": "Histories",
    "CASES_TABLE": "Cases",
    "ARCHIVE_BUCKET": "archive",
    "RULES_BUCKET": "models",
    "QUARANTINE_BUCKET": "quarantine",
    "ALERT_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:alerts",
    "CHAT_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:chat",
    "ENDPOINT_NAME": "model",
    "UNSCORED_AFTER_SECONDS": str(UNSCORED_AFTER_SECONDS),
    "CONSOLE_URL": "https://console.example",
    "TRANSACTION_STREAM": STREAM,
    "IO_THREADS": "1",
    "POWERTOOLS_SERVICE_NAME": "reliability",
    "POWERTOOLS_METRICS_NAMESPACE": "Fraudstream",
}

CASE_INDEXES = {
    "by-risk": ("queue", "risk"),
    "by-age": ("queue", "opened_at"),
    "recent": ("opened_on", "opened_at"),
}


_IMPORT_LATE = {"publish_training"}
"""Functions that import modules of their own while they run."""


class Stage:
    """Where clients and logs end: in whatever world is played now."""

    def __init__(self) -> None:
        self.world: Any = None

    def carry(self, request: Request, _: Callable[[], Response]) -> Response:
        """Hand a request to the world."""
        response: Response = self.world.carry(request)
        return response

    def write(self, text: str) -> int:
        """Take what is printed and logged."""
        if self.world is not None:
            self.world.printed.append(text)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


STAGE = Stage()
_quotas: list[quota.RetryQuota] = []


@cache
def _connected(make: Callable[..., Any], service: str, options: tuple[tuple[str, Any], ...]) -> Any:
    """Return a client, made once a process; its quota of retries is kept, for `fresh_quotas`."""
    real = quota.RetryQuota

    def counted(*arguments: Any, **named: Any) -> quota.RetryQuota:
        _quotas.append(real(*arguments, **named))
        return _quotas[-1]

    with patch.object(quota, "RetryQuota", counted):
        return connect(make(service, **dict(options)), MemoryAws(), STAGE.carry)


def fresh_quotas() -> None:
    """Give every client the retries that a client of a new process has."""
    for each in _quotas:
        each.release(10**6)


class ShuffledCalls(Calls):
    """Independent calls on one thread, in an order that the world chooses; all end before a failure is raised."""

    def __init__(self, threads: int = 1, **options: Any) -> None:
        super().__init__(1, **options | {"sleep": STAGE.world.clock.sleep})

    def map(self, call: Callable[[Any], Any], arguments: Sequence[Any]) -> list[Any]:
        """Return results in order, as the real one does."""
        results: dict[int, Any] = {}
        failures: dict[int, Exception] = {}
        for position in STAGE.world.order_of(len(arguments)):
            try:
                results[position] = call(arguments[position])
            except Exception as failure:
                failures[position] = failure
        if failures:
            raise failures[min(failures)]
        return [results[position] for position in range(len(arguments))]


@contextmanager
def playing() -> Iterator[None]:
    """Make clients, threads, clocks and what is printed those of the world on stage, while a function runs."""
    clock = STAGE.world.clock
    endpoint, plain = composition.Endpoint, boto3.client

    def patient(*arguments: Any, **options: Any) -> Any:
        return endpoint(*arguments, **options | {"sleep": clock.sleep, "monotonic": clock.monotonic})

    def client(service: str, **options: Any) -> Any:
        return _connected(clients.client, service, tuple(sorted(options.items())))

    def plain_client(service: str, **options: Any) -> Any:
        return _connected(plain, service, tuple(sorted(options.items())))

    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, ENVIRONMENT))
        stack.enter_context(patch.object(composition, "client", client))
        stack.enter_context(patch.object(composition, "Calls", ShuffledCalls))
        stack.enter_context(patch.object(composition, "Endpoint", patient))
        stack.enter_context(patch.object(boto3, "client", plain_client))
        stack.enter_context(patch.object(pipeline, "PORTION", STAGE.world.portion))
        stack.enter_context(patch.object(botocore.endpoint, "time", clock))
        stack.enter_context(redirect_stdout(cast("TextIO", STAGE)))
        yield


class Function:
    """A function in one execution environment: loaded at the first run, and again after each death or error.

    Parameters
    ----------
    name
        Its directory.
    prepare
        Is given the handler's module after each load, for what a test puts in the place of the network.
    """

    def __init__(self, name: str, prepare: Callable[[ModuleType], None]) -> None:
        self.name = name
        self._prepare = prepare
        self.module: ModuleType | None = None

    def __call__(self, event: dict[str, Any], context: object) -> Any:
        """Run the handler."""
        if self.module is None:
            self.module = self._load()
        imports = function_modules(self.name) if self.name in _IMPORT_LATE else nullcontext()
        try:
            with imports:
                return self.module.handler(event, context)
        except BaseException:
            self.module = None
            raise

    def _load(self) -> ModuleType:
        fresh_quotas()
        with function_modules(self.name, "handler") as (module,):
            for log in (getattr(module, "logger", None), getattr(module, "_LOG", None)):
                for handler in getattr(log, "handlers", []):
                    handler.setStream(STAGE)
            if hasattr(module, "time"):
                module.time = STAGE.world.clock
            self._prepare(module)
            return module

"""The adapter of the endpoint: how often it asks, and what it makes of failures."""

import io
import json
from unittest.mock import Mock

import numpy as np
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from fraudstream.adapters import composition
from fraudstream.adapters.endpoint import (
    ATTEMPTS,
    BREAKER_SECONDS,
    CONNECT_SECONDS,
    READ_SECONDS,
    WORST_CASE_SECONDS,
    Endpoint,
)
from fraudstream.errors import EndpointMissingError, EndpointUnavailableError
from fraudstream.features import FEATURE_NAMES, SCHEMA_HASH
from fraudstream.settings import Settings


def client_error(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "InvokeEndpoint")


class FakeRuntime:
    """Answers each call with the next of the given failures, and then well."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.rows: list[int] = []
        self.version = "m-1"

    def invoke_endpoint(self, *, Body: bytes, **_: object) -> dict:  # noqa: N803
        self.rows.append(Body.count(b"\n"))
        if self.failures:
            raise self.failures.pop(0)
        answer = {
            "model_version": self.version,
            "schema_hash": SCHEMA_HASH,
            "thresholds": {"review": 0.5, "block": 0.9},
            "scores": [0.25] * self.rows[-1],
            "reasons": {},
        }
        return {"Body": io.BytesIO(json.dumps(answer).encode())}


class Clock:
    """A clock that moves when somebody sleeps or is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def build(runtime: FakeRuntime) -> tuple[Endpoint, Clock]:
    clock = Clock()
    return Endpoint(runtime, "champion", sleep=clock.sleep, monotonic=lambda: clock.now), clock


def features(rows: int) -> np.ndarray:
    return np.zeros((rows, len(FEATURE_NAMES)), np.float32)


BUSY = client_error("ThrottlingException", "slow down")


def test_a_batch_is_one_call():
    """A thousand rows, one request."""
    runtime = FakeRuntime()
    endpoint, _ = build(runtime)
    assert len(endpoint.score(features(1000), 10).values) == 1000
    assert runtime.rows == [1000]


def test_a_failure_that_passes_is_not_noticed():
    """Throttled once, timed out once: the third try is the answer."""
    runtime = FakeRuntime(BUSY, ReadTimeoutError(endpoint_url="http://e"))
    endpoint, _ = build(runtime)
    assert endpoint.score(features(2), 0).values.tolist() == [0.25, 0.25]
    assert len(runtime.rows) == 3


def test_a_failure_that_stays_opens_the_breaker_for_a_while():
    """After the last try calls fail at once, until the breaker closes again."""
    runtime = FakeRuntime(*[BUSY] * ATTEMPTS)
    endpoint, clock = build(runtime)
    for _ in range(2):
        with pytest.raises(EndpointUnavailableError):
            endpoint.score(features(1), 0)
    assert len(runtime.rows) == ATTEMPTS
    clock.now += BREAKER_SECONDS
    assert endpoint.score(features(1), 0).values.tolist() == [0.25]


def test_a_missing_endpoint_is_told_from_a_wrong_request():
    """AWS says ValidationError for both; only the one says "not found"."""
    endpoint, _ = build(FakeRuntime(client_error("ValidationError", "Endpoint champion of account 1 not found.")))
    with pytest.raises(EndpointMissingError):
        endpoint.score(features(1), 0)
    endpoint, _ = build(FakeRuntime(*[client_error("ValidationError", "body too long")] * ATTEMPTS))
    with pytest.raises(EndpointUnavailableError):
        endpoint.score(features(1), 0)


def test_the_worst_case_covers_every_attempt_and_pause():
    """What a batch keeps in reserve: each attempt runs into both timeouts, each pause is the longest."""
    clock = Clock()

    class Hanging:
        def invoke_endpoint(self, **_: object) -> dict:
            clock.sleep(CONNECT_SECONDS + READ_SECONDS)
            raise ReadTimeoutError(endpoint_url="http://e")

    endpoint = Endpoint(Hanging(), "champion", sleep=clock.sleep, monotonic=lambda: clock.now)
    started = clock.now
    with pytest.raises(EndpointUnavailableError):
        endpoint.score(features(1), 0)
    assert WORST_CASE_SECONDS - 0.6 <= clock.now - started <= WORST_CASE_SECONDS


def test_the_client_of_the_endpoint_has_the_timeouts_of_the_worst_case_and_does_not_retry(monkeypatch):
    """The pipeline's reserve is the worst case of the client that it really has."""
    asked: dict[str, dict[str, float]] = {}
    monkeypatch.setattr(composition, "client", lambda service, **options: asked.update({service: options}) or Mock())
    tables = ("DECISIONS_TABLE", "HISTORIES_TABLE", "CASES_TABLE")
    names = (*tables, "ARCHIVE_BUCKET", "QUARANTINE_BUCKET", "ALERT_TOPIC_ARN")
    pipeline = composition.build_pipeline(Settings.read(dict.fromkeys([*names, "ENDPOINT_NAME"], "x")))
    assert asked["sagemaker-runtime"] == {
        "connect_timeout_seconds": CONNECT_SECONDS,
        "read_timeout_seconds": READ_SECONDS,
        "attempts": 1,
    }
    assert pipeline.reserve_ms == round(WORST_CASE_SECONDS * 1000)

"""The adapter of the endpoint: how often it asks, and what it makes of failures."""

import io
import json

import numpy as np
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from fraudstream.adapters.endpoint import ATTEMPTS, BREAKER_SECONDS, Endpoint
from fraudstream.errors import EndpointMissingError, EndpointUnavailableError
from fraudstream.features import FEATURE_NAMES, SCHEMA_HASH
from fraudstream.scoring import MAX_ROWS


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


def test_a_batch_too_large_for_one_call_is_cut_and_joined():
    """Every row has its score, in order."""
    runtime = FakeRuntime()
    endpoint, _ = build(runtime)
    assert len(endpoint.score(features(MAX_ROWS + 5), 10).values) == MAX_ROWS + 5
    assert runtime.rows == [MAX_ROWS, 5]


def test_two_models_within_one_batch_are_refused():
    """A deployment in between: the batch is tried again rather than decided by two models."""
    runtime = FakeRuntime()
    endpoint, _ = build(runtime)
    invoke = runtime.invoke_endpoint

    def changing(**arguments: object) -> dict:
        answer = invoke(**arguments)
        runtime.version = "m-2"
        return answer

    runtime.invoke_endpoint = changing
    with pytest.raises(EndpointUnavailableError, match="changed its model"):
        endpoint.score(features(MAX_ROWS + 5), 10)

"""An endpoint is trusted only if it is what was evaluated, to the golden row."""

import hashlib
import io
import json
import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from tests.reliability.proof import proves
from tests.unit.function_loading import function_modules

ROWS = [[float(i), None if i % 5 == 0 else 0.1 * i, float(10**9)] for i in range(40)]
SCORES = [i / 40 for i in range(40)]
EXPECTED = {"endpoint_config_name": "config-2", "schema_hash": "feedbeef", "model_version": "v2"}


@pytest.fixture(scope="module")
def code() -> Iterator[SimpleNamespace]:
    """The function's modules, without the handler, which makes clients."""
    names = ("endpoint", "golden", "verification", "wire")
    with function_modules("verify_endpoint", *names) as modules:
        yield SimpleNamespace(**dict(zip(names, modules, strict=True)))


def answer(**changes: Any) -> bytes:
    """Return what the right model answers, with changes."""
    document = {"model_version": "v2", "schema_hash": "feedbeef", "scores": SCORES, "thresholds": {}, "reasons": {}}
    return json.dumps(document | changes).encode()


class Live:
    """An endpoint that answers as told, and keeps what it was asked."""

    def __init__(self, body: bytes, configuration: tuple[str, str] = ("config-2", "InService")) -> None:
        self.body, self._configuration = body, configuration
        self.asked: list[bytes] = []

    def configuration(self) -> tuple[str, str]:
        """Return the live configuration."""
        return self._configuration

    def invoke(self, body: bytes) -> bytes:
        """Answer."""
        self.asked.append(body)
        return self.body


def verdict(code: SimpleNamespace, live: Live) -> dict[str, Any]:
    """Verify an endpoint against the golden rows."""
    golden = code.golden.parse_golden_rows(json.dumps({"rows": ROWS, "scores": SCORES}).encode())
    return dict(code.verification.verify(live, expected=code.verification.Expected(**EXPECTED), golden=golden))


def test_the_right_model_is_verified(code: SimpleNamespace) -> None:
    """Same configuration, model and schema, and every score as evaluated."""
    found = verdict(code, Live(answer()))
    assert found["verified"] is True
    assert (found["rows"], found["largest_difference"]) == (40, 0.0)


def test_rounding_is_forgiven_and_nothing_more(code: SimpleNamespace) -> None:
    """A difference up to a millionth passes, a larger one does not, in either direction."""
    for difference, verified in ((9e-7, True), (1.1e-6, False), (-1.1e-6, False)):
        scores = [*SCORES[:20], SCORES[20] + difference, *SCORES[21:]]
        assert verdict(code, Live(answer(scores=scores)))["verified"] is verified


@proves(faults=[27], invariants=[10])
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scores": SCORES[:-1]}, "40 rows were answered with 39 scores"),
        ({"scores": [*SCORES, 0.5]}, "40 rows were answered with 41 scores"),
        ({"scores": []}, "40 rows were answered with 0 scores"),
        ({"scores": [math.nan, *SCORES[1:]]}, "not a number from 0 to 1"),
        ({"scores": [math.inf, *SCORES[1:]]}, "not a number from 0 to 1"),
        ({"scores": [1.5, *SCORES[1:]]}, "not a number from 0 to 1"),
        ({"scores": SCORES[::-1]}, "a golden score differs by"),
        ({"scores": "none"}, "not of the agreed form"),
        ({"scores": None}, "not of the agreed form"),
        ({"schema_hash": "0000"}, "wants features 0000, not feedbeef"),
        ({"model_version": "v1"}, "the live model is v1, not v2"),
    ],
)
def test_anything_else_is_refused_with_a_reason(code: SimpleNamespace, changes: dict[str, Any], said: str) -> None:
    """Every way of being another model, or none, is a verdict."""
    found = verdict(code, Live(answer(**changes)))
    assert found["verified"] is False
    assert said in found["reason"]


@pytest.mark.parametrize("body", [b"", b"0.1\n0.2", b"[1]", b"{}", b"\xff"])
def test_an_answer_of_another_form_is_refused(code: SimpleNamespace, body: bytes) -> None:
    """CSV, half an answer, or garbage is no proof."""
    assert verdict(code, Live(body))["verified"] is False


@proves(faults=[27], invariants=[10])
@pytest.mark.parametrize("live", [("config-1", "InService"), ("config-2", "Updating"), ("config-2", "Failed")])
def test_another_configuration_is_not_even_asked(code: SimpleNamespace, live: tuple[str, str]) -> None:
    """An update that SageMaker rolled back by itself is in service too, with the old configuration."""
    endpoint = Live(answer(), configuration=live)
    found = verdict(code, endpoint)
    assert found["verified"] is False
    assert live[0] in found["reason"]
    assert not endpoint.asked


def test_the_request_keeps_every_bit(code: SimpleNamespace) -> None:
    """The schema goes first; numbers survive the text, and a missing value is nan."""
    endpoint = Live(answer())
    verdict(code, endpoint)
    header, *lines = endpoint.asked[0].decode().split("\n")
    assert header == "#schema=feedbeef,explain=0"
    assert lines[5] == "5.0,nan,1000000000.0"
    assert [float(cell) for cell in lines[3].split(",")] == ROWS[3]


@proves(faults=[27])
@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"rows": ROWS[:31], "scores": SCORES[:31]}, "31 golden rows"),
        ({"rows": ROWS, "scores": SCORES[1:]}, "one score each"),
        ({"rows": [*ROWS[:-1], [1.0]], "scores": SCORES}, "one width"),
        ({"rows": ROWS}, "not of the agreed form"),
        ({"rows": [["a"]] * 40, "scores": SCORES}, "not of the agreed form"),
        ([], "not of the agreed form"),
    ],
)
def test_golden_rows_that_prove_nothing_are_refused(code: SimpleNamespace, document: Any, said: str) -> None:
    """Few, ragged or unmatched rows raise: without a proof there is no verdict."""
    with pytest.raises(code.golden.GoldenRowsError, match=said):
        code.golden.parse_golden_rows(json.dumps(document).encode())


class Runtime:
    """A SageMaker runtime that fails a number of times before it answers."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls = 0

    def invoke_endpoint(self, **_: Any) -> dict[str, Any]:
        """Fail, or answer."""
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return {"Body": io.BytesIO(b"ok")}


def refused(code: str, status: int, original: int | None = None) -> ClientError:
    """Return an error of the service."""
    response: dict[str, Any] = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": status},
        "OriginalMessage": "a row has not the 3 columns",
    }
    if original:
        response["OriginalStatusCode"] = original
    return ClientError(response, "InvokeEndpoint")


def ask(code: SimpleNamespace, runtime: Runtime, seconds: float = 1000.0) -> tuple[bytes, list[float]]:
    """Invoke an endpoint whose clock moves by the pauses alone; return the answer and the pauses."""
    pauses: list[float] = []
    endpoint = code.endpoint.Endpoint(
        name="x",
        sagemaker=None,
        runtime=runtime,
        seconds_left=lambda: seconds - sum(pauses),
        sleep=pauses.append,
    )
    return endpoint.invoke(b"rows"), pauses


@pytest.mark.parametrize(
    "failure",
    [
        refused("ServiceUnavailable", 503),
        refused("ModelNotReadyException", 429),
        refused("ThrottlingException", 400),
        refused("ModelError", 424, original=500),
        ReadTimeoutError(endpoint_url="https://runtime"),
    ],
    ids=repr,
)
def test_a_waking_endpoint_is_waited_for(code: SimpleNamespace, failure: Exception) -> None:
    """What can pass is asked again, with longer and longer pauses."""
    body, pauses = ask(code, Runtime(failure, failure, failure))
    assert (body, pauses) == (b"ok", [1.0, 2.0, 4.0])


def test_patience_ends_with_the_time_left(code: SimpleNamespace) -> None:
    """An endpoint that stays away raises, before the function's own time is up."""
    runtime = Runtime(*[refused("ServiceUnavailable", 503)] * 100)
    with pytest.raises(code.endpoint.EndpointUnavailableError):
        ask(code, runtime, seconds=60)
    assert runtime.calls < 10


def test_a_model_that_refuses_the_rows_is_asked_once(code: SimpleNamespace) -> None:
    """A client error of the container would be the same again; it is a verdict, not broken infrastructure."""
    runtime = Runtime(refused("ModelError", 424, original=400))
    with pytest.raises(code.endpoint.RefusedError, match="a row has not the 3 columns"):
        ask(code, runtime)
    assert runtime.calls == 1


def test_a_refusal_becomes_a_verdict(code: SimpleNamespace) -> None:
    """The machine hears why, rather than an exception."""
    endpoint = Live(b"")

    def invoke(_body: bytes) -> bytes:
        raise code.endpoint.RefusedError("400: wrong width")

    endpoint.invoke = invoke  # type: ignore[method-assign]
    found = verdict(code, endpoint)
    assert found["verified"] is False
    assert "wrong width" in found["reason"]


ARTEFACT = b"model.tar.gz"
REGISTERED = {"model_data_url": "s3://models/m/model.tar.gz", "artefact_sha256": hashlib.sha256(ARTEFACT).hexdigest()}


class Bucket:
    """S3 with the golden rows and an artefact."""

    def __init__(self, artefact: bytes | None) -> None:
        self.artefact = artefact
        self.places: list[str] = []

    def get_object(self, **place: str) -> dict[str, Any]:
        """Return an object, if it is there."""
        self.places.append(f"{place['Bucket']}/{place['Key']}")
        if place["Key"].endswith("golden_rows.json"):
            return {"Body": io.BytesIO(json.dumps({"rows": ROWS, "scores": SCORES}).encode())}
        if self.artefact is None:
            raise refused("NoSuchKey", 404)
        return {"Body": io.BytesIO(self.artefact)}


def handled(monkeypatch: pytest.MonkeyPatch, bucket: Bucket, event: dict[str, Any]) -> dict[str, Any]:
    """Let the handler answer an event of the machine, with an endpoint that serves the right model."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with function_modules("verify_endpoint", "handler") as (handler,):
        handler._S3 = bucket
        handler._SAGEMAKER = SimpleNamespace(
            describe_endpoint=lambda **_: {"EndpointConfigName": "config-2", "EndpointStatus": "InService"}
        )
        handler._RUNTIME = SimpleNamespace(invoke_endpoint=lambda **_: {"Body": io.BytesIO(answer())})
        context = SimpleNamespace(
            get_remaining_time_in_millis=lambda: 100_000,
            function_name="f",
            memory_limit_in_mb=1,
            invoked_function_arn="a",
            aws_request_id="r",
        )
        return dict(handler.handler(event, context))


ENDPOINT = EXPECTED | {"endpoint_name": "fraudstream", "golden_rows": "s3://models/runs/r/evaluation/golden_rows.json"}


def test_the_handler_answers_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the machine's event to its verdict, with artefact and golden rows from S3 and the time Lambda gives."""
    bucket = Bucket(ARTEFACT)
    assert handled(monkeypatch, bucket, REGISTERED | ENDPOINT)["verified"] is True
    assert bucket.places == ["models/m/model.tar.gz", "models/runs/r/evaluation/golden_rows.json"]


def test_an_artefact_is_looked_at_before_there_is_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an endpoint's name only the bytes are judged."""
    assert handled(monkeypatch, Bucket(ARTEFACT), dict(REGISTERED))["verified"] is True


@proves(faults=[29], invariants=[10])
@pytest.mark.parametrize("event", [REGISTERED, REGISTERED | ENDPOINT], ids=["before", "served"])
@pytest.mark.parametrize("bit", [0, 7 * 12 + 3])
def test_one_bit_of_the_artefact_is_enough(monkeypatch: pytest.MonkeyPatch, event: dict[str, Any], bit: int) -> None:
    """Another artefact is refused even if the endpoint answers every golden row as evaluated."""
    other = bytearray(ARTEFACT)
    other[bit // 8] ^= 1 << bit % 8
    found = handled(monkeypatch, Bucket(bytes(other)), dict(event))
    assert found["verified"] is False
    assert "was changed after it was registered" in found["reason"]


def test_an_artefact_that_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instances that start later could not load it, whatever the ones that run answer."""
    found = handled(monkeypatch, Bucket(None), REGISTERED | ENDPOINT)
    assert found == {"verified": False, "reason": "the artefact s3://models/m/model.tar.gz is gone"}

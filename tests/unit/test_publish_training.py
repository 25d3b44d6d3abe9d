"""The custom resource publishes what jobs need, under its digest, and CloudFormation always hears of it."""

import io
import json
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from fraudstream.adapters.cloudformation import Answer
from moto import mock_aws

from tests.unit.function_loading import function_modules

STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/fraudstream/5f1b"


class Context:
    """A Lambda context with time left."""

    def __init__(self, seconds: float = 60.0) -> None:
        self._end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left."""
        return int((self._end - time.monotonic()) * 1000)


@pytest.fixture(scope="module")
def code() -> Iterator[SimpleNamespace]:
    """The function's modules."""
    names = ("handler", "code_bundle", "publication", "naming")
    with function_modules("publish_training", *names) as modules:
        yield SimpleNamespace(**dict(zip(names, modules, strict=True)))


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket for models."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="models")
        yield client


@pytest.fixture
def answers(code: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What CloudFormation hears."""
    heard: list[dict[str, Any]] = []
    monkeypatch.setattr(
        Answer.__init__,
        "__kwdefaults__",
        {"put": lambda _, body: heard.append(json.loads(body)), "sleep": no_sleep},
    )
    return heard


def no_sleep(_seconds: float) -> None:
    """Wait for nothing."""


def event(kind: str, **changes: Any) -> dict[str, Any]:
    """Return a request of CloudFormation's."""
    return {
        "RequestType": kind,
        "ResponseURL": "https://cloudformation.example/answer",
        "StackId": STACK,
        "RequestId": "request",
        "LogicalResourceId": "TrainingCode",
        "ResourceProperties": {"ServiceToken": "x", "Bucket": "models"},
        **changes,
    }


def keys(s3: Any) -> list[str]:
    """Return the names of all objects."""
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket="models").get("Contents", [])]


def test_create_publishes_programs_and_package(code: SimpleNamespace, s3: Any, answers: list[Any]) -> None:
    """Jobs find the programs with the package beside them, as files and as one archive of the same files."""
    code.handler.handler(event("Create"), Context())
    (answer,) = answers
    assert answer["Status"] == "SUCCESS", answer["Reason"]
    data = answer["Data"]
    prefix = f"code/{data['Digest']}"
    assert data["FilesUri"] == f"s3://models/{prefix}/files/"
    assert data["SourcedirUri"] == f"s3://models/{prefix}/sourcedir.tar.gz"
    files = {key.removeprefix(f"{prefix}/files/") for key in keys(s3) if "/files/" in key}
    assert {"prepare.py", "train.py", "inference.py", "fraudstream/__init__.py", "fraudstream/offline.py"} <= files
    assert not {file for file in files if file.endswith(".pyc") or "__pycache__" in file or file == "Makefile"}
    body = s3.get_object(Bucket="models", Key=f"{prefix}/sourcedir.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        assert set(archive.getnames()) == files
    assert data["ZipUri"] == f"s3://models/{prefix}/code.zip"
    body = s3.get_object(Bucket="models", Key=f"{prefix}/code.zip")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert set(archive.namelist()) == files
        assert {"spark/__init__.py", "spark/prepare_spark.py"} <= files


def test_the_same_code_is_published_once(code: SimpleNamespace, s3: Any, answers: list[Any]) -> None:
    """An update without new code finds everything there, writes nothing, and answers the same."""
    code.handler.handler(event("Create"), Context())
    s3.delete_object(Bucket="models", Key=next(key for key in keys(s3) if key.endswith("/prepare.py")))
    code.handler.handler(event("Update", PhysicalResourceId="TrainingCode"), Context())
    assert answers[0]["Data"] == answers[1]["Data"]
    assert not any(key.endswith("/prepare.py") for key in keys(s3))


def test_a_broken_publication_is_done_again(code: SimpleNamespace, s3: Any, answers: list[Any]) -> None:
    """The archive is written last: without it the files count as incomplete, and are written again."""
    code.handler.handler(event("Create"), Context())
    for key in keys(s3):
        if key.endswith(("sourcedir.tar.gz", "/train.py")):
            s3.delete_object(Bucket="models", Key=key)
    code.handler.handler(event("Update"), Context())
    assert any(key.endswith("/train.py") for key in keys(s3))
    assert any(key.endswith("sourcedir.tar.gz") for key in keys(s3))
    assert answers[1]["Status"] == "SUCCESS"


def test_delete_leaves_the_code(code: SimpleNamespace, s3: Any, answers: list[Any]) -> None:
    """Jobs under way and old models may still refer to it."""
    code.handler.handler(event("Create"), Context())
    before = keys(s3)
    code.handler.handler(event("Delete", PhysicalResourceId="TrainingCode"), Context())
    assert answers[1]["Status"] == "SUCCESS"
    assert keys(s3) == before


def test_the_resource_keeps_its_identity(code: SimpleNamespace, s3: Any, answers: list[Any]) -> None:
    """A new physical id would make CloudFormation delete the old resource."""
    code.handler.handler(event("Create"), Context())
    code.handler.handler(event("Update", PhysicalResourceId="of-an-older-version"), Context())
    assert [answer["PhysicalResourceId"] for answer in answers] == ["TrainingCode", "of-an-older-version"]


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_failure_is_answered(code: SimpleNamespace, s3: Any, answers: list[Any], kind: str) -> None:
    """Without its bucket the resource fails with the reason, at once, and Lambda is given nothing to retry."""
    code.handler.handler(event(kind, ResourceProperties={"Bucket": "no-such-bucket"}), Context())
    (answer,) = answers
    assert answer["Status"] == "FAILED"
    assert "NoSuchBucket" in answer["Reason"]
    assert answer["Data"] == {}


def test_a_missing_layer_is_answered(
    code: SimpleNamespace, s3: Any, answers: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function without its layers says so, rather than nothing for an hour."""
    monkeypatch.setitem(__import__("sys").modules, "boto3", None)
    code.handler.handler(event("Create"), Context())
    assert answers[0]["Status"] == "FAILED"
    assert "boto3" in answers[0]["Reason"]


def test_an_answer_comes_before_the_time_is_up(code: SimpleNamespace) -> None:
    """A block that hangs is answered for, once; when it ends after all nothing is added."""
    heard: list[dict[str, Any]] = []
    answered = threading.Event()

    def put(_url: str, body: bytes) -> None:
        heard.append(json.loads(body))
        answered.set()

    with Answer(event("Create"), give_up_after_seconds=0.05, put=put):
        assert answered.wait(5)
    assert [(answer["Status"], answer["Reason"]) for answer in heard] == [("FAILED", "it was not done in time")]


def test_an_answer_is_sent_until_it_arrives(code: SimpleNamespace) -> None:
    """A connection that fails is tried again, later each time; one that never works raises nothing."""
    tries: list[float] = []

    def put(_url: str, _body: bytes) -> None:
        if len(tries) < 2:
            raise OSError("connection refused")

    with Answer(event("Create"), give_up_after_seconds=60, put=put, sleep=tries.append):
        pass
    assert tries == [2.0, 4.0]

    def never(_url: str, _body: bytes) -> None:
        raise OSError("connection refused")

    with Answer(event("Create"), give_up_after_seconds=60, put=never, sleep=no_sleep):
        pass


def test_a_long_reason_fits_the_answer(code: SimpleNamespace) -> None:
    """CloudFormation takes 4,096 bytes."""
    heard: list[bytes] = []
    with Answer(event("Create"), give_up_after_seconds=60, put=lambda _, body: heard.append(body)):
        raise ValueError("x" * 10_000)
    assert len(heard[0]) < 4096


@pytest.mark.parametrize("name", ["Fraudstream", "fraudstream-" + "x" * 20, "fraud--stream", "7fraud"])
def test_a_stack_that_sagemaker_cannot_name_after_is_refused(
    code: SimpleNamespace, s3: Any, answers: list[Any], name: str
) -> None:
    """The deployment fails with the rule, rather than the first retraining with a riddle."""
    code.handler.handler(event("Create", StackId=STACK.replace("fraudstream", name)), Context())
    assert answers[0]["Status"] == "FAILED"
    assert "at most 29 lower-case letters" in answers[0]["Reason"]


@pytest.mark.parametrize("name", ["fraudstream", "fraudstream-staging", "f" * 29])
def test_a_good_stack_name_is_accepted(code: SimpleNamespace, name: str) -> None:
    """Names of the three environments fit."""
    code.naming.check_stack_name(STACK.replace("fraudstream", name))


def test_equal_files_make_equal_archives(code: SimpleNamespace) -> None:
    """Digest and archive depend on paths and contents, and on nothing else."""
    one = code.code_bundle.Bundle(files={"a.py": b"1", "b/c.py": b"2"})
    same = code.code_bundle.Bundle(files={"a.py": b"1", "b/c.py": b"2"})
    assert one.digest == same.digest
    assert one.archive() == same.archive()
    assert one.importable() == same.importable()
    for other in ({"a.py": b"1", "b/c.py": b"3"}, {"a.py": b"1", "b/d.py": b"2"}, {"a.py": b"1b", "/c.py": b"2"}):
        assert code.code_bundle.Bundle(files=other).digest != one.digest


def test_missing_programs_are_named(code: SimpleNamespace) -> None:
    """A layer that was not attached is named."""
    with pytest.raises(code.code_bundle.MissingCodeError, match="no_such_programs is not in the layers"):
        code.code_bundle.bundle_of("no_such_programs", "fraudstream")

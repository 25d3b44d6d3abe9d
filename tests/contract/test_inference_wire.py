"""Our `inference.py` under the local model server, on the image's versions, answers as the wire format says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from train import main as train

from local.processes import ROOT
from local.sagemaker.servers import ModelServer
from local.services import interpreter
from tests.contract import wire
from tests.reliability.proof import proves
from tests.unit.test_sagemaker_servers import Lines
from tests.unit.test_training_samples import SCHEMA, part, write_data

pytestmark = pytest.mark.integration

NAMES = [case.name for case in wire.cases({"feature_names": SCHEMA.feature_names, "schema_hash": ""})]


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a trained model below `model`, as a container has it below `/opt/ml`."""
    root = tmp_path_factory.mktemp("wire")
    data = write_data(root, train=part(seed=1), validation=part(800, seed=2))
    paths = {"--train": data / "train", "--validation": data / "validation", "--model_dir": root / "model"}
    assert train([str(word) for pair in paths.items() for word in pair] + ["--rounds", "20"]) == 0
    return root


@pytest.fixture(scope="module")
def metadata(container: Path) -> dict[str, Any]:
    return json.loads((container / "model" / "bundle" / "metadata.json").read_text())


@pytest.fixture(scope="module")
def url(container: Path) -> Iterator[str]:
    """The model behind the local model server, in the interpreter that stands for the image."""
    server = ModelServer(str(interpreter("container")), container, {"PYTHONUNBUFFERED": "1"}, Lines())  # type: ignore[arg-type]
    server.start(60)
    yield f"http://127.0.0.1:{server._port}"
    server.close()


@proves(faults=[18])
@pytest.mark.parametrize("name", NAMES)
def test_a_request_is_answered_as_documented(url: str, metadata: dict[str, Any], name: str) -> None:
    """Well-formed rows get a score each; all else is a 400 with a reason, where AWS's own server scores some of it."""
    (case,) = (case for case in wire.cases(metadata) if case.name == name)
    assert wire.problem(case, wire.post(url, case), metadata) is None


def test_the_full_request_is_as_large_as_invoke_endpoint_allows(metadata: dict[str, Any]) -> None:
    """The case is 6,291,456 bytes to the byte, and many thousand rows."""
    (case,) = (case for case in wire.cases(metadata) if case.name == "6 MB")
    assert len(case.body) == 6_291_456
    assert case.rows > 100_000


def test_health_is_answered_and_execution_parameters_are_not(url: str) -> None:
    """As in script mode of the image: batch transform then goes by its own request."""
    assert (wire.get(url, "/ping").status, wire.get(url, "/ping").body) == (200, b"")
    assert wire.get(url, "/execution-parameters").status == 404


def test_the_scores_on_the_wire_are_those_of_the_developers_interpreter(url: str, container: Path) -> None:
    """To the bit, across the two environments: the golden rows of the bundle, scored by the image's versions."""
    golden = json.loads((container / "model" / "bundle" / "golden_rows.json").read_text())
    rows = "\n".join(",".join("nan" if value is None else repr(value) for value in row) for row in golden["rows"])
    case = wire.Case(name="golden", body=rows.encode(), algorithm_mode="")
    assert [float(line) for line in wire.post(url, case).body.split()] == golden["scores"]


def test_the_list_can_fail(metadata: dict[str, Any]) -> None:
    """A wrong status, a wrong number of scores, another type: each is a problem."""
    narrow, one = (next(c for c in wire.cases(metadata) if c.name == name) for name in ("too narrow", "one row"))
    scored = wire.Reply(status=200, content_type="text/csv", body=b"0.5\n")
    assert "status 200, not 400" in str(wire.problem(narrow, scored, metadata))
    assert wire.problem(one, scored, metadata) is None
    for reply in (
        wire.Reply(status=200, content_type="text/csv", body=b"0.5\n0.5\n"),
        wire.Reply(status=200, content_type="text/csv", body=b"1.5\n"),
        wire.Reply(status=200, content_type="application/json", body=b"0.5"),
    ):
        assert wire.problem(one, reply, metadata)


def test_the_program_that_asks_a_real_container_knows_the_same_cases(url: str, container: Path) -> None:
    """`python -m tests.contract.wire URL MODEL` finds nothing wrong here either."""
    said: list[str] = []
    assert wire.main(url, str(container / "model"), said.append) == 0
    assert len(said) == len(NAMES) + 2
    assert (ROOT / "tests/contract/wire.py").exists()

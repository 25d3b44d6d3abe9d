"""The contract between the model server and a model's inference script."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.sagemaker.model_server import Model

PARTS = """
def model_fn(directory): return directory
def input_fn(body, content_type): return (body, content_type)
def predict_fn(data, model): return [data, model]
def output_fn(prediction, accept): return repr((prediction[0], accept)), accept
"""


@pytest.fixture(autouse=True)
def imports_as_they_were(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A script is found and registered under its name, by which other tests know another module."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = sys.modules.pop("inference", None)
    yield
    sys.modules.pop("inference", None)
    if before is not None:
        sys.modules["inference"] = before


def model(directory: Path, script: str, name: str = "inference.py") -> Model:
    code = directory / "code"
    code.mkdir(exist_ok=True)
    (code / name).write_text(script)
    return Model(directory)


def test_text_reaches_the_script_as_text(tmp_path: Path) -> None:
    """CSV and JSON are ``str`` for the script, all else ``bytes``, as the toolkit has it."""
    loaded = model(tmp_path, PARTS)
    answer = loaded.answer(b"1,2", "text/csv", "text/csv")
    assert answer == (200, "text/csv; charset=utf-8", b"(('1,2', 'text/csv'), 'text/csv')")
    assert loaded.answer(b"\x00", "application/x-npy", "a/b").body == b"((b'\\x00', 'application/x-npy'), 'a/b')"
    assert loaded.answer(b"\xff", "text/csv", "a/b").body == "(('\ufffd', 'text/csv'), 'a/b')".encode()


def test_a_whole_transform_may_name_its_type(tmp_path: Path) -> None:
    """``transform_fn`` answers text or bytes, alone or with the content type."""
    script = (
        "def model_fn(d): return 1\n"
        "def transform_fn(m, body, kind, accept): return (b'x', 'text/plain') if body == '1' else 'y'\n"
    )
    loaded = model(tmp_path, script)
    assert loaded.answer(b"1", "text/csv", "text/csv") == (200, "text/plain; charset=utf-8", b"x")
    assert loaded.answer(b"2", "text/csv", "application/json") == (200, "application/json", b"y")


def test_an_answer_may_have_a_status_of_its_own(tmp_path: Path) -> None:
    """What is a WSGI application is called, as Flask does: a refusal is no exception."""
    script = (
        "class Refused:\n"
        "    def __call__(self, environ, start_response):\n"
        "        start_response('400 Bad Request', [('Content-Type', 'text/plain')])\n"
        "        return [b'no ', b'rows']\n"
        "def model_fn(d): return 1\n"
        "def transform_fn(m, body, kind, accept): return Refused()\n"
    )
    assert model(tmp_path, script).answer(b"", "text/csv", "text/csv") == (400, "text/plain", b"no rows")


@pytest.mark.parametrize("missing", ["input_fn", "predict_fn", "output_fn"])
def test_half_a_script_is_refused(tmp_path: Path, missing: str) -> None:
    """Without ``transform_fn`` all three steps are needed, before the first request and not at it."""
    with pytest.raises(ImportError, match="needs transform_fn, or all of"):
        model(tmp_path, PARTS.replace(missing, "other_fn"))


def test_mixed_functions_are_refused(tmp_path: Path) -> None:
    """The container raises when ``transform_fn`` is combined with a step, so must this."""
    with pytest.raises(ImportError, match="transform_fn cannot be combined with input_fn, predict_fn, output_fn"):
        model(tmp_path, PARTS + "def transform_fn(m, b, c, a): return b\n")


def test_the_program_can_have_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``SAGEMAKER_PROGRAM`` names the script, and modules beside it can be imported."""
    monkeypatch.setenv("SAGEMAKER_PROGRAM", "serve.py")
    (tmp_path / "code").mkdir()
    (tmp_path / "code/beside_the_script.py").write_text("VALUE = 5")
    script = (
        "import beside_the_script\n"
        "def model_fn(d): return beside_the_script.VALUE\n"
        "def transform_fn(m, body, kind, accept): return str(m), accept\n"
    )
    assert model(tmp_path, script, "serve.py").answer(b"", "text/csv", "text/csv").body == b"5"


def test_the_programs_own_module_can_be_found(tmp_path: Path) -> None:
    """A dataclass looks its module up by name while it is made, so the script must be registered under one."""
    script = (
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "@dataclass(frozen=True, slots=True, kw_only=True)\n"
        "class Loaded:\n    value: int\n"
        "def model_fn(d): return Loaded(value=7)\n"
        "def transform_fn(m, body, kind, accept): return str(m.value), accept\n"
    )
    assert model(tmp_path, script).answer(b"", "text/csv", "text/csv").body == b"7"

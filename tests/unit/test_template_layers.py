"""Layers are built the same everywhere, for where they run, and only once."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from layers.maker import dependencies
from layers.maker.bytecode import compile_with, interpreter_for
from layers.maker.dependencies import build_dependencies
from layers.maker.pruning import SERVICES, prune
from layers.maker.sources import build_sources
from layers.maker.targets import host_target, lambda_target
from layers.maker.trees import kept
from layers.maker.wheels import MakerError

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def files(directory: Path) -> dict[str, bytes]:
    """Return every file below a directory."""
    return {p.relative_to(directory).as_posix(): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


def test_lambda_wants_wheels_of_its_platform() -> None:
    """Every manylinux tag that Amazon Linux 2023 takes is named, of the right machine only."""
    options = lambda_target("arm64").pip_options
    assert "manylinux2014_aarch64" in options
    assert "manylinux_2_28_aarch64" in options
    assert options[-4:] == ["--python-version", "3.13", "--implementation", "cp"]
    assert not any("x86_64" in option for option in options)
    assert "manylinux_2_28_x86_64" in lambda_target("x86_64").pip_options


def test_an_unknown_architecture_is_refused() -> None:
    """A typo does not build the wrong layer."""
    with pytest.raises(ValueError, match="arm64, x86_64"):
        lambda_target("arm")


def test_the_host_wants_its_own_wheels() -> None:
    """Pip is left to choose for this interpreter."""
    assert host_target().pip_options == []
    assert host_target().python == HERE


def test_a_name_on_the_path_is_not_yet_a_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Version managers put names there that do not start, or start another version."""
    pretender = tmp_path / "python3.99"
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    for script in ("#!/bin/sh\nexit 127\n", "#!/bin/sh\necho 3.12\n"):
        pretender.write_text(script)
        pretender.chmod(0o755)
        assert interpreter_for("3.99") is None
    pretender.write_text("#!/bin/sh\necho 3.99\n")
    assert interpreter_for("3.99") == str(pretender)
    assert interpreter_for(HERE) == sys.executable


def test_pruning_keeps_what_is_read(tmp_path: Path) -> None:
    """Tests, stubs, headers and other services go; code, our services' models and licences stay."""
    keep = [
        "numpy/core.py",
        "botocore/data/dynamodb/2012-08-10/service-2.json.gz",
        "botocore/data/endpoints.json",
        "numpy-2.dist-info/METADATA",
        "numpy-2.dist-info/licenses/LICENSE.txt",
    ]
    drop = [
        "numpy/tests/test_core.py",
        "numpy/core.pyi",
        "numpy/f2py/cli.py",
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "boto3/data/ec2/2016-11-15/resources-1.json",
        "numpy-2.dist-info/RECORD",
        "bin/f2py",
        "numpy/__pycache__/core.cpython-313.pyc",
    ]
    for name in keep + drop:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(b"{}") if name.endswith(".gz") else b"x")
    prune(tmp_path)
    assert files(tmp_path).keys() == set(keep)
    assert "dynamodb" in SERVICES


def test_models_keep_what_makes_requests_and_lose_their_prose(tmp_path: Path) -> None:
    """A client made from a pruned model knows every operation and shape; one named documentation is a shape too."""
    shapes = {"documentation": {"type": "structure", "documentation": "<p>prose</p>"}}
    path = tmp_path / "botocore/data/dynamodb/2012-08-10/service-2.json.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(json.dumps({"shapes": shapes, "documentation": "<p>more</p>"}).encode()))
    prune(tmp_path)
    assert json.loads(gzip.decompress(path.read_bytes())) == {
        "shapes": {"documentation": {"type": "structure", "documentation": ""}},
        "documentation": "",
    }


def test_bytecode_is_trusted_and_the_same_everywhere(tmp_path: Path) -> None:
    """Packaging loses times, so bytecode is not compared with its source; it does not tell where it was made."""
    module = tmp_path / "python" / "broken.py"
    module.parent.mkdir()
    module.write_text("def f():\n    raise ValueError\n")
    compile_with(sys.executable, tmp_path / "python", root=tmp_path)
    module.write_text("raise SystemExit('compiled again')\n")
    program = "import broken\ntry: broken.f()\nexcept ValueError: print('as compiled')"
    environment = {"PYTHONPATH": str(module.parent), "PATH": os.environ["PATH"]}
    said = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert said == "as compiled\n"
    (compiled,) = tmp_path.rglob("*.pyc")
    assert b"/opt/python/broken.py" in compiled.read_bytes()
    assert str(tmp_path).encode() not in compiled.read_bytes()


def test_sources_are_copied_without_litter_and_the_same_each_time(tmp_path: Path) -> None:
    """The same code makes the same bytes and times, so that deploying it again changes nothing."""
    source = tmp_path / "source"
    for name in ("package/code.py", "package/rules.json", "package/__pycache__/code.pyc", "Makefile", ".mypy/x"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("1")
    for out in ("one", "two"):
        build_sources(source, place="python", target=None, out=tmp_path / out)
    assert files(tmp_path / "one").keys() == {"python/package/code.py", "python/package/rules.json"}
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert {p.stat().st_mtime for p in (tmp_path / "one").rglob("*")} == {315_532_800.0}


def test_what_was_made_is_kept_by_what_went_into_it(tmp_path: Path) -> None:
    """The same key is made once; a maker that fails leaves nothing that looks made."""
    made: list[Path] = []

    def make(directory: Path) -> None:
        made.append(directory)
        (directory / "file").write_text("x")

    first, was_there = kept(tmp_path, key=[b"a", b"b"], make=make)
    assert not was_there
    assert kept(tmp_path, key=[b"a", b"b"], make=make) == (first, True)
    assert kept(tmp_path, key=[b"ab", b""], make=make)[0] != first
    assert len(made) == 2

    def fail(_: Path) -> None:
        raise MakerError("no network")

    with pytest.raises(MakerError):
        kept(tmp_path, key=[b"c"], make=fail)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_layer_that_grew_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Function and layers together may have 250 MB; the build says so rather than the deployment."""
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("")
    monkeypatch.setattr(dependencies, "install", lambda *_, directory, **__: _fill(directory, megabytes=2))
    monkeypatch.setattr(dependencies, "_LIMIT_MB", 1)
    with pytest.raises(MakerError, match="2 MB, more than the 1"):
        build_dependencies(requirements, target=host_target(), cache=tmp_path / "cache", out=tmp_path / "out")


def _fill(directory: Path, *, megabytes: int) -> None:
    directory.mkdir(parents=True)
    (directory / "large.py").write_bytes(b"#" * megabytes * 1_000_000)

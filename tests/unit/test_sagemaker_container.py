"""The container a job finds around it, and what becomes of its files."""

from __future__ import annotations

import io
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.sagemaker.container import Container, download_prefix, pack, unpack
from local.sagemaker.errors import JobFailedError
from local.sagemaker.settings import Settings


class FakeStack:
    """Objects of one bucket, by key."""

    def __init__(self, *keys: str) -> None:
        self._keys = sorted(keys)

    def keys(self, bucket: str, prefix: str) -> Iterator[str]:
        """The keys under a prefix."""
        assert bucket == "b"
        return (key for key in self._keys if key.startswith(prefix))

    def download(self, _bucket: str, key: str, path: Path) -> None:
        """A file that holds its key."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(key)


@pytest.fixture
def container(tmp_path: Path) -> Container:
    settings = Settings(state=tmp_path, endpoint_url="http://127.0.0.1:1", job_python="/somewhere/bin/python")
    return Container(settings, tmp_path / "job")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/opt/ml", "ROOT"),
        ("/opt/ml/model", "ROOT/model"),
        ("--out=/opt/ml/output/data", "--out=ROOT/output/data"),
        ("/opt/ml/a:/opt/ml/b", "ROOT/a:ROOT/b"),
        ('{"path": "/opt/ml/x"}', '{"path": "ROOT/x"}'),
        ("/opt/mlflow", "/opt/mlflow"),
        ("s3://bucket/opt/ml/model", "s3://bucket/opt/ml/model"),
        ("/mnt/opt/ml/model", "/mnt/opt/ml/model"),
    ],
)
def test_only_the_path_itself_is_rewritten(container: Container, given: str, expected: str) -> None:
    """``/opt/ml`` is rewritten wherever it is a path of the container, and nowhere else."""
    assert container.inside(given) == expected.replace("ROOT", str(container.root))


def test_the_images_python_becomes_the_jobs(container: Container) -> None:
    """``python3`` stands for the image's interpreter; any other program stays what it is."""
    assert container.command(["python3", "/opt/ml/a.py"], ["--n", "1"]) == [
        "/somewhere/bin/python",
        f"{container.root}/a.py",
        "--n",
        "1",
    ]
    assert container.command(["/usr/bin/python3.12"], [])[0] == "/somewhere/bin/python"
    assert container.command(["bash", "-c", "true"], []) == ["bash", "-c", "true"]


def test_a_container_sees_nothing_of_this_process(container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is the container's own: what it needs, the way to AWS, and what the job asked for."""
    monkeypatch.setenv("SECRET_OF_OURS", "1")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    environment = container.environment({"WHERE": "/opt/ml/x"})
    assert "SECRET_OF_OURS" not in environment
    assert "PYTHONPATH" not in environment
    assert environment["WHERE"] == f"{container.root}/x"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert environment["PATH"].startswith("/somewhere/bin:")


def test_an_isolated_container_has_no_way_to_aws(container: Container) -> None:
    """With network isolation a script that calls AWS fails here as it would there."""
    assert not [name for name in container.environment({}, isolated=True) if name.startswith("AWS_")]


@pytest.mark.parametrize("path", ["/etc", "relative", "/opt/ml/../../etc"])
def test_directories_are_below_opt_ml(container: Container, path: str) -> None:
    """A path beyond the container is refused, not written to."""
    with pytest.raises(JobFailedError, match="must be below /opt/ml"):
        container.directory(path)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("s3://b/data", ["deep/y", "x"]),
        ("s3://b/data/", ["deep/y", "x"]),
        ("s3://b/data/x", ["x"]),
        ("s3://b/one", ["one.txt"]),
        ("s3://b", ["data/deep/y", "data/x", "one.txt"]),
    ],
)
def test_a_prefix_keeps_the_paths_below_it(tmp_path: Path, uri: str, expected: list[str]) -> None:
    """With or without its slash, a whole key, a prefix that ends within a name, a whole bucket."""
    download_prefix(FakeStack("data/x", "data/deep/y", "one.txt"), uri, tmp_path)
    found = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(found) == expected


def test_a_folder_object_is_found_and_is_no_file(tmp_path: Path) -> None:
    """A prefix that holds only its own folder object exists, and brings nothing; one without any object fails."""
    assert download_prefix(FakeStack("empty/"), "s3://b/empty/", tmp_path) == []
    with pytest.raises(JobFailedError, match="No S3 objects found"):
        download_prefix(FakeStack("empty/"), "s3://b/emptier/", tmp_path)


def test_the_same_files_give_the_same_archive(tmp_path: Path) -> None:
    """Neither the time nor the order of writing shows in a model's bytes."""
    for name, order in (("one", "ab"), ("two", "ba")):
        for file in order:
            path = tmp_path / name / "deep" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file)
        pack(tmp_path / name, tmp_path / f"{name}.tar.gz")
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()
    unpack(tmp_path / "one.tar.gz", tmp_path / "again")
    assert (tmp_path / "again/deep/a").read_text() == "a"


@pytest.mark.parametrize("old_python", [False, True])
def test_an_archive_cannot_write_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, old_python: bool
) -> None:
    """A member that would land outside its directory is refused, also where Python has no filter for it."""
    if old_python:
        if sys.version_info >= (3, 12):
            pytest.skip("every Python from 3.12 on has the filter")
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as tar:
        entry = tarfile.TarInfo("../outside.txt")
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(tarfile.TarError):
        unpack(tmp_path / "bad.tar.gz", tmp_path / "inside")
    assert not (tmp_path / "outside.txt").exists()

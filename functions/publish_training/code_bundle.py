"""The training programs as one value: files and their digest."""

import gzip
import hashlib
import importlib.util
import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_NOT_CODE = frozenset({"Makefile"})


class MissingCodeError(Exception):
    """A directory of code is not where the layers should have brought it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Files by path, sorted. Equal files make an equal digest and an equal archive, on every machine."""

    files: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """32 hex digits over all paths and contents."""
        digest = hashlib.sha256()
        for path, content in self.files.items():
            for part in (path.encode(), content):
                digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()[:32]

    def archive(self) -> bytes:
        """Return the files as a tar.gz without names, times or owners of the machine that made it."""
        packed = io.BytesIO()
        with (
            gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as stream,
            tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar,
        ):
            for path, content in self.files.items():
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(content), 0o644
                tar.addfile(entry, io.BytesIO(content))
        return packed.getvalue()

    def importable(self) -> bytes:
        """Return the files as a zip, which Python imports from as it is (a Glue job's `--extra-py-files`)."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in self.files.items():
                archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)  # its date is 1980, always
        return packed.getvalue()


def bundle_of(programs: str, package: str) -> Bundle:
    """Bundle the files of the directory `programs`, and beside them the package they import.

    Both are found as imports are, wherever the layers are mounted.

    Raises
    ------
    MissingCodeError
        If one of them is not there, or empty.
    """
    files = dict(_read(programs, ""))
    files.update(_read(package, f"{package}/"))
    return Bundle(files=dict(sorted(files.items())))


def _read(name: str, prefix: str) -> Iterator[tuple[str, bytes]]:
    spec = importlib.util.find_spec(name)
    directories = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    found = False
    for directory in directories:
        for path in directory.rglob("*"):
            relative = path.relative_to(directory)
            if path.is_file() and _is_code(relative):
                found = True
                yield prefix + relative.as_posix(), path.read_bytes()
    if not found:
        raise MissingCodeError(f"{name} is not in the layers of this function")


def _is_code(path: Path) -> bool:
    hidden = any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    return not hidden and path.suffix != ".pyc" and path.name not in _NOT_CODE

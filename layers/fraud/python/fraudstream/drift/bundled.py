"""What a model's artefact says of what it learned, read without loading the model or unpacking the rest."""

import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from fraudstream.drift.index import expected

BASELINE, METADATA = "bundle/baseline.json", "bundle/metadata.json"
_LARGEST_DOCUMENT = 16 << 20
_MOST_MEMBERS = 1000
Bundled = tuple[dict[str, Any], dict[str, Any]]


def read_champion(directory: Path | None) -> Bundled | str | None:
    """Return a champion's baseline and metadata; None where there is no champion, a text where it cannot be read.

    Without loading the model: no library that serves it is needed here.
    """
    if directory is None or not directory.exists():
        return None
    if (directory / BASELINE).is_file():
        return _read(lambda name: (directory / name).read_bytes())
    archives = [directory] if directory.is_file() else sorted(directory.rglob("model.tar.gz"))
    if not archives:
        return None
    with archives[0].open("rb") as stream:
        return read_bundled(stream, archives[0].name)


def read_bundled(stream: IO[bytes], name: str) -> Bundled | str:
    """Return the baseline and metadata of a `model.tar.gz`, read once from its beginning; a text if it cannot be read.

    Nothing is written to disk, no document is taken that is larger than any baseline, and the walk ends once both are
    there: an artefact of another make costs neither memory nor time.
    """
    content: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=stream, mode="r|gz") as archive:
            for number, entry in enumerate(archive):
                wanted = entry.name.removeprefix("./")
                if wanted in (BASELINE, METADATA) and entry.size <= _LARGEST_DOCUMENT:
                    member = archive.extractfile(entry)
                    content[wanted] = member.read() if member is not None else b""
                if len(content) == 2 or number >= _MOST_MEMBERS:
                    break
    except (tarfile.TarError, OSError, EOFError) as error:
        return f"archive {name} cannot be unpacked: {error}"
    return _read(content.__getitem__)


def _read(load: Callable[[str], bytes]) -> Bundled | str:
    try:
        baseline, metadata = json.loads(load(BASELINE)), json.loads(load(METADATA))
        if not isinstance(baseline["features"], dict) or not isinstance(metadata, dict):
            return "baseline is not what train.py writes"
        for histogram in baseline["features"].values():
            expected(histogram)
    except (OSError, KeyError, TypeError, ValueError) as error:
        return f"baseline cannot be read: {type(error).__name__} {error}"
    return baseline, metadata

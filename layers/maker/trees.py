"""Directories as values: copied, stamped, kept and found again by their content."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

_EPOCH = 315_532_800  # 1980-01-01, the earliest a zip file can say


def copy_sources(source: Path, target: Path) -> None:
    """Copy a directory without what tools leave in it."""
    shutil.copytree(
        source,
        target,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("__pycache__", ".*", "Makefile", "*.pyc", "*.egg-info"),
    )


def size_mb(directory: Path) -> float:
    """Return the megabytes of all files."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file()) / 1e6


def stamp(directory: Path) -> None:
    """Give every file one time: equal content makes an equal archive, and deploying it again changes nothing."""
    for path in [directory, *directory.rglob("*")]:
        os.utime(path, (_EPOCH, _EPOCH))


def kept(cache: Path, *, key: Iterable[bytes], make: Callable[[Path], None]) -> tuple[Path, bool]:
    """Find the directory with this key below `cache`, or make it; tell whether it was there already.

    It appears under its name only once it is complete, so a stopped build leaves nothing that looks finished.
    """
    digest = hashlib.sha256()
    for part in key:
        digest.update(len(part).to_bytes(8, "big") + part)
    directory = cache / digest.hexdigest()[:32]
    if directory.is_dir():
        return directory, True
    unfinished = cache / f"unfinished-{uuid.uuid4().hex}"
    unfinished.mkdir(parents=True)
    try:
        make(unfinished)
        unfinished.rename(directory)
    except OSError:
        if not directory.is_dir():  # else another build was faster, with the same content
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return directory, False

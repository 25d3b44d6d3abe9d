"""Deployed zip files, unpacked once each and shared by every environment that runs them."""

from __future__ import annotations

import hashlib
import io
import threading
import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path


class Artefacts:
    """A directory of unpacked zip files, by digest: what has a name here is complete and never changes.

    Parameters
    ----------
    root
        Where the trees go; it may survive the process.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        # Reading 60 MB costs 50 ms; the blobs are kept alive by whoever deployed them.
        self._digests: dict[str, tuple[bytes, str]] = {}

    def code(self, name: str, blob: bytes) -> Path:
        """Return the tree of a function's package: Lambda's ``/var/task``."""
        return self._tree("task", [(name, blob)])

    def layers(self, blobs: Sequence[tuple[str, bytes]]) -> Path:
        """Return the merged tree of named layers, later ones over earlier ones: Lambda's ``/opt``."""
        return self._tree("opt", blobs)

    def _tree(self, kind: str, blobs: Sequence[tuple[str, bytes]]) -> Path:
        digests = [self._digest(name, blob) for name, blob in blobs]
        name = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
        tree = self._root / kind / name
        with self._lock:  # two cold starts at once unpack once
            if not tree.is_dir():
                unfinished = self._root / "unfinished" / uuid.uuid4().hex
                unfinished.mkdir(parents=True)
                for _, blob in blobs:
                    _unpack(blob, unfinished)
                tree.parent.mkdir(parents=True, exist_ok=True)
                unfinished.rename(tree)
        return tree

    def _digest(self, name: str, blob: bytes) -> str:
        known = self._digests.get(name)
        if known is not None and known[0] is blob:
            return known[1]
        digest = hashlib.sha256(blob).hexdigest()
        self._digests[name] = blob, digest
        return digest


def _unpack(blob: bytes, target: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        for member in archive.infolist():
            path = Path(archive.extract(member, target))  # never outside the target
            mode = member.external_attr >> 16 & 0o777
            if mode and path.is_file():
                path.chmod(mode | 0o600)  # a newer layer may have to write over it

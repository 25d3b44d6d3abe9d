"""Artefacts that somebody changed, each true to itself: only what was registered tells."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable


def flipped(archive: bytes) -> bytes:
    """Return model.tar.gz with one bit of the trees turned, and all else as it was."""
    return repacked(archive, lambda name, body: turned(body) if name.endswith("model.ubj") else body)


def pickled(archive: bytes) -> bytes:
    """Return model.tar.gz with a pickle in the place of the trees."""
    return repacked(archive, lambda name, body: b"\x80\x04cos\nsystem\n." if name.endswith("model.ubj") else body)


def turned(body: bytes) -> bytes:
    """Return bytes with the last bit of the middle one turned."""
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]


def repacked(archive: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """Return an archive with other contents, its own metadata true to them: only the registry knows better."""
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as source:
        for entry in source:
            if entry.isfile():
                files[entry.name] = change(entry.name, source.extractfile(entry).read())
    (trees,) = (name for name in files if name.endswith("model.ubj"))
    (metadata,) = (name for name in files if name.endswith("metadata.json"))
    document = json.loads(files[metadata]) | {"model_sha256": hashlib.sha256(files[trees]).hexdigest()}
    files[metadata] = json.dumps(document).encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as target:
        for name, body in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            target.addfile(entry, io.BytesIO(body))
    return packed.getvalue()

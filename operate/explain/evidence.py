"""What is kept of a decision: the decision as it was made, and the features it was made from."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import zstandard
from fraudstream.contract import Decision
from fraudstream.undecodable import UNDECODABLE
from numpy.typing import NDArray

from operate.explain.errors import ExplainError

_ENDINGS = ("*.jsonl.zst", "*.jsonl")
_ZSTANDARD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A decision with its served features.

    Attributes
    ----------
    features
        Float32, shape (features,), NaN for missing.
    place
        Where it was found.
    """

    decision: Decision
    features: NDArray[np.float32]
    place: str

    @property
    def packed(self) -> bytes:
        """Return the features' bits; what is missing has one form."""
        return np.where(np.isnan(self.features), np.float32(np.nan), self.features).astype("<f4").tobytes()


def of_files(path: Path, transaction_id: str) -> Evidence:
    """Return the line of a transaction in an archive object, or in a directory of them.

    Raises
    ------
    ExplainError
        If there is none, or a file is not of the archive.
    """
    paths = sorted(found for ending in _ENDINGS for found in path.rglob(ending)) if path.is_dir() else [path]
    for each in paths:
        try:
            found = of_object(each.read_bytes(), transaction_id, str(each))
        except OSError as error:
            raise ExplainError(f"{each} cannot be read: {error}") from error
        if found:
            return found
    raise ExplainError(f"no line of {transaction_id} in {path} ({len(paths)} files looked at)")


def of_object(body: bytes, transaction_id: str, place: str) -> Evidence | None:
    """Return the line of a transaction in the bytes of an archive object, or None.

    Raises
    ------
    ExplainError
        If the bytes are not of the archive.
    """
    wanted = transaction_id.encode()
    try:
        for line in _lines(body):
            if wanted in line or b"\\u" in line:
                told = json.loads(line)
                if told.get("kind") == "transaction" and told["decision"].get("transaction_id") == transaction_id:
                    return _evidence(told, place)
    except (zstandard.ZstdError, KeyError, AttributeError, *UNDECODABLE) as error:
        raise ExplainError(f"{place} is not an object of the archive: {error}") from error
    return None


def _lines(body: bytes) -> Iterator[bytes]:
    if body.startswith(_ZSTANDARD):
        with zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True) as reader:
            body = reader.read()
    yield from body.splitlines()


def _evidence(told: dict[str, Any], place: str) -> Evidence:
    values: Iterable[float | None] = told["features"]
    features = np.array([np.nan if value is None else value for value in values], np.float64).astype(np.float32)
    return Evidence(msgspec.convert(told["decision"], Decision), features, place)

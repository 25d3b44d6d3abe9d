"""Short stable hashes that identify transactions, cards and terminals inside packed histories."""

from collections.abc import Iterable
from hashlib import blake2b
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_AS_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def lettered_digest(text: str, size_bytes: int) -> str:
    """Return a digest for keys of objects, in letters a to p: digits could look like a card number."""
    return blake2b(text.encode(), digest_size=size_bytes).hexdigest().translate(_AS_LETTERS)


def short_hashes(identifiers: Iterable[str]) -> NDArray[np.uint16]:
    """Return a 16-bit hash of each identifier, shape (n,), the same on every machine and in every process.

    Two transactions are taken for one only if they also share an entity and a millisecond, so sixteen bits are ample;
    as the tag of a counterpart they tell 60 terminals of a card apart: one more is mistaken for one of them once in a
    thousand times.
    """
    return np.fromiter(map(crc32, map(str.encode, identifiers)), np.uint32).astype(np.uint16)


def byte_hash(text: str) -> int:
    """Return an 8-bit hash from 1 to 255, 0 being left for what is unknown: as `short_hashes`, for few distinct values.

    A value that is none of the k that a card has seen is mistaken for one of them k times in 255.
    """
    return (crc32(text.encode()) & 0xFFFF) % 255 + 1

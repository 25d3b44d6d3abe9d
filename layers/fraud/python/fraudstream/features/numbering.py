"""Names in columns, numbered."""

from collections.abc import Sequence
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from fraudstream.hashing import short_hashes


class Numbered(Sequence[str]):
    """A column of names: the distinct ones, and which of them each row has.

    It reads as the sequence of names that it stands for. Whoever has a column in this form already (a pandas
    categorical, an Arrow dictionary) passes it as it is, and a million strings need not be told apart again.

    Parameters
    ----------
    names
        The distinct names.
    code
        Each row's position among them, shape (n,).
    """

    def __init__(self, names: list[str], code: NDArray[np.int64]) -> None:
        self.names = names
        self.code = code

    @classmethod
    def of(cls, names: Sequence[str]) -> "Numbered":
        """Return names numbered in order of first appearance; what is numbered already as it is."""
        if isinstance(names, Numbered):
            return names
        distinct = list(dict.fromkeys(names))
        number = dict(zip(distinct, range(len(distinct)), strict=True))
        return cls(distinct, np.fromiter(map(number.__getitem__, names), np.int64, len(names)))

    @cached_property
    def hashed(self) -> NDArray[np.uint16]:
        """Each row's short hash."""
        return short_hashes(self.names)[self.code] if self.names else np.empty(0, np.uint16)

    def __len__(self) -> int:
        return len(self.code)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> "Numbered": ...

    def __getitem__(self, index: int | slice) -> "str | Numbered":
        if isinstance(index, slice):
            return Numbered(self.names, self.code[index])
        return self.names[int(self.code[index])]

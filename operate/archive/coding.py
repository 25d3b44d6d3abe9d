"""Columns of texts as codes, and what codes tell."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from fraudstream.policy.columns import Coded
from numpy.typing import NDArray


def coded_of(column: pa.ChunkedArray | pa.Array) -> Coded:
    """Return a column of texts as codes and distinct values."""
    array = whole(column)
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    codes = pc.fill_null(array.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    return Coded(codes, tuple(array.dictionary.to_pylist()))


def taken(column: Coded, rows: NDArray[np.int64]) -> Coded:
    """Return some rows of a column."""
    return Coded(column.codes[rows], column.values)


def whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column in one piece."""
    if isinstance(column, pa.Array):
        return column
    chunks = column.chunks
    return chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks) if chunks else pa.array([], column.type)


def first_of_each(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell where a code stands for the first time; codes are numbered in the order in which they appear."""
    before = np.maximum.accumulate(np.concatenate([[-1], codes]))[:-1]
    return np.asarray(codes > before)


def last_of_each(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell where a code stands for the last time."""
    last = np.zeros(len(codes), np.bool_)
    place = np.full(int(codes.max(initial=-1)) + 1, -1)
    place[codes] = np.arange(len(codes))
    last[place] = True
    return last

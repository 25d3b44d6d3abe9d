"""Places in 32 bits: cells of a grid over the globe, at most 611 m wide and 306 m high.

A cell is its row and column, 16 bits each; 0 is no place. Distances are taken between cells, so that two visits to one
till are no way apart, whether one of them has been stored and the other has just arrived.
"""

import numpy as np
from numpy.typing import NDArray

NOWHERE = 0
_ROWS = 2**16 - 2
_COLUMNS = 2**16
_DEGREES_A_ROW = 180 / _ROWS
_DEGREES_A_COLUMN = 360 / _COLUMNS


def cells_of(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return the cell of each place given in degrees, `NOWHERE` for what is no place on the globe."""
    known = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    # Row 0 is nowhere, so the South Pole is row 1; the last column is the first again.
    row = np.floor((np.where(known, latitude, 0) + 90) / _DEGREES_A_ROW + 0.5).astype(np.uint32) + np.uint32(1)
    column = np.floor((np.where(known, longitude, 0) + 180) / _DEGREES_A_COLUMN + 0.5).astype(np.uint32)
    return np.where(known, row << np.uint32(16) | column % np.uint32(_COLUMNS), np.uint32(NOWHERE))


def degrees_of(cells: NDArray[np.uint32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the latitude and longitude of the middle of each cell; meaningless where there is none."""
    row, column = (cells >> np.uint32(16)).astype(np.float64), (cells & np.uint32(_COLUMNS - 1)).astype(np.float64)
    return (row - 1) * _DEGREES_A_ROW - 90, column * _DEGREES_A_COLUMN - 180

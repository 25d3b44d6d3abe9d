"""Features as they were served, against the same computed again from the log: which are used, and how they differ."""

from typing import Any

import numpy as np
from dataset import Schema
from history import History
from numpy.typing import NDArray

_SHOWN = 20


def use_served(
    recomputed: NDArray[np.float32], history: History, schema: Schema
) -> tuple[NDArray[np.float32], dict[str, Any]]:
    """Return the features to learn from, and a report that compares the two ways to them.

    A row whose archive line has this schema's features version keeps the features its decision was made with: late and
    concurrent events, which the log knows and the decision could not, stay unknown. All other rows are recomputed.

    Parameters
    ----------
    recomputed
        Features of the whole log, one row a transaction of `history`; changed in place.
    """
    mask, vectors = history.archive.served(schema.features_version, len(schema.feature_names))
    position = np.full(len(mask), -1)
    position[mask] = np.arange(int(mask.sum()))
    of_archive = history.archive_row >= 0
    place = np.where(of_archive, position[history.archive_row] if len(position) else -1, -1)
    rows = np.flatnonzero(place >= 0)
    other = int((of_archive & (place < 0)).sum())
    ids = history.frame["transaction_id"].to_numpy(object)
    return put_served(recomputed, rows, vectors[place[rows]], ids, schema, other_version=other)


def put_served(
    recomputed: NDArray[np.float32],
    rows: NDArray[np.int64],
    served: NDArray[np.float32],
    ids: NDArray[np.object_],
    schema: Schema,
    *,
    other_version: int,
) -> tuple[NDArray[np.float32], dict[str, Any]]:
    """Put features as served in the place of recomputed ones, and compare them.

    Parameters
    ----------
    rows, served
        Which rows were served this version's features, and those.
    ids
        The transaction of each recomputed row.
    other_version
        How many more rows are of the archive, with features of another version or none.
    """
    differs = served.view(np.uint32) != recomputed[rows].view(np.uint32)
    differs &= ~(np.isnan(served) & np.isnan(recomputed[rows]))
    row_differs = differs.any(axis=1)
    report = {
        "rows_served": len(rows),
        "rows_recomputed_only": len(recomputed) - len(rows),
        "rows_compared": len(rows),
        "rows_equal_to_the_bit": int((~row_differs).sum()),
        "rows_differing": int(row_differs.sum()),
        "differing_by_feature": {
            name: int(count) for name, count in zip(schema.feature_names, differs.sum(axis=0), strict=True) if count
        },
        "archived_with_other_features_version": other_version,
        "examples": ids[rows[row_differs][:_SHOWN]].tolist(),
    }
    recomputed[rows] = served
    return recomputed, report


def missing_shares(features: NDArray[np.float32], names: tuple[str, ...]) -> dict[str, float]:
    """Return the share of missing values of each feature that has any."""
    shares = np.isnan(features).mean(axis=0) if len(features) else np.zeros(len(names))
    return {name: round(float(share), 4) for name, share in zip(names, shares, strict=True) if share}

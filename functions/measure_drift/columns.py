"""Rows as columns."""

from collections.abc import Iterable, Sequence

import numpy as np
from fraudstream.drift import Sample
from lines import Row
from numpy.typing import NDArray


def to_sample(rows: Sequence[Row], names: tuple[str, ...], version: str, features_version: str) -> Sample:
    """Return the rows that were served the model's features; scores of other models are missing."""
    mine = [row for row in rows if row.features_version == features_version and len(row.features) == len(names)]
    features = np.array([row.features for row in mine], np.float32).reshape(len(mine), len(names))
    scores = [row.score if row.model_version == version else None for row in mine]
    return Sample(
        names=names,
        features=features,
        scores=np.array(scores, np.float64),
        cards=numbered(row.card for row in mine),
        terminals=numbered(row.terminal for row in mine),
    )


def numbered(names: Iterable[str]) -> NDArray[np.int64]:
    """Return whole numbers instead of names, equal for equal ones."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(name, len(seen)) for name in names], np.int64)

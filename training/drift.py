"""How far today's features are from those that the champion learned from, for the reports of training.

The index itself, and what reads a champion's artefact, are `fraudstream.drift`'s: the same are measured on what is
served.
"""

from typing import Any

import numpy as np
from dataset import Part
from fraudstream.drift import LARGE, expected, psi, read_champion, shares

__all__ = ["LARGE", "compare", "expected", "psi", "read_champion", "shares"]
_NAMED = 5


def compare(part: Part, baseline: dict[str, Any], metadata: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the drift of a part's features from a champion's, for the report, and what to warn of.

    Drift fails nothing: people change, and so may features. A feature that has gone missing altogether is said aloud.
    """
    found, warnings, absent = {}, [], []
    for position, name in enumerate(part.schema.feature_names):
        histogram = baseline["features"].get(name)
        if histogram is None:
            absent.append(name)
            continue
        values = part.features[:, position]
        found[name] = round(psi(expected(histogram), shares(histogram, values)), 6)
        if len(values) and np.isnan(values).all() and histogram["missing"] < 1:
            warnings.append(f"{name} is missing from every row, but was not when the champion learned: what feeds it?")
    largest = dict(sorted(found.items(), key=lambda each: -each[1])[:_NAMED])
    return {
        "champion": metadata.get("model_version"),
        "champion_rows": baseline["rows"],
        "same_schema": metadata.get("schema_hash") == part.schema.schema_hash,
        "features": found,
        "largest": largest,
        "large": sorted(name for name, value in found.items() if value >= LARGE),
        "not_in_champion": absent,
        "score": None,
    }, warnings

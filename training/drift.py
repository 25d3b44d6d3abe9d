"""How far today's features are from those that the champion learned from: the population stability index of each."""

import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
from dataset import Part
from numpy.typing import NDArray

_SMALLEST_SHARE = 1e-4
"""Stands for an empty bin, so that one row in it is no infinite drift."""
LARGE = 0.25
"""From here on a distribution counts as another one, by the usual reading of the index; from 0.1 as moved."""
_NAMED = 5
_BASELINE, _METADATA = "bundle/baseline.json", "bundle/metadata.json"


def psi(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> float:
    """Return the population stability index of two distributions over the same bins: 0 for equal ones.

    The sum over bins of (actual - expected) * ln(actual / expected), in shares; symmetric.

    Examples
    --------
    >>> round(psi(np.array([0.5, 0.5]), np.array([0.25, 0.75])), 4)
    0.2747
    """
    one, other = np.maximum(expected, _SMALLEST_SHARE), np.maximum(actual, _SMALLEST_SHARE)
    return float(((other - one) * np.log(other / one)).sum())


def shares(histogram: dict[str, Any], values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the share of values in each bin of a baseline's histogram, missing ones last; see `bundle.baseline`."""
    known = values[~np.isnan(values)].astype(np.float64)
    edges = np.array(histogram["edges"], np.float64)
    counts = np.bincount(np.searchsorted(edges, known), minlength=len(edges) + 1)
    return np.append(counts, len(values) - len(known)) / max(len(values), 1)


def expected(histogram: dict[str, Any]) -> NDArray[np.float64]:
    """Return a baseline histogram's own shares, missing ones last."""
    return np.append(np.array(histogram["shares"], np.float64), histogram["missing"])


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


def read_champion(directory: Path | None) -> tuple[dict[str, Any], dict[str, Any]] | str | None:
    """Return a champion's baseline and metadata; None where there is no champion, a text where it cannot be read.

    Without loading the model: no library that serves it is needed here.
    """
    if directory is None or not directory.exists():
        return None
    if (directory / _BASELINE).is_file():
        return _read(lambda name: (directory / name).read_bytes())
    archives = [directory] if directory.is_file() else sorted(directory.rglob("model.tar.gz"))
    if not archives:
        return None
    try:
        with tarfile.open(archives[0]) as archive:
            content = {
                name: member.read()
                for entry in archive
                if (name := entry.name.removeprefix("./")) in (_BASELINE, _METADATA)
                and (member := archive.extractfile(entry)) is not None
            }
    except (tarfile.TarError, OSError, EOFError) as error:
        return f"archive {archives[0].name} cannot be unpacked: {error}"
    return _read(content.__getitem__)


def _read(load: Any) -> tuple[dict[str, Any], dict[str, Any]] | str:
    try:
        baseline, metadata = json.loads(load(_BASELINE)), json.loads(load(_METADATA))
        if not isinstance(baseline["features"], dict) or not isinstance(metadata, dict):
            return "baseline is not what train.py writes"
        for histogram in baseline["features"].values():
            expected(histogram)
    except (OSError, KeyError, TypeError, ValueError) as error:
        return f"baseline cannot be read: {type(error).__name__} {error}"
    return baseline, metadata

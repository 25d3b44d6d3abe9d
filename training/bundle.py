"""What travels with a model besides its trees: metadata, golden rows, and the baseline that drift is measured from."""

import hashlib
import json
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from inference import Model, ModelError, OtherLibraryError, model_fn
from jobs import JobError, write_json
from numpy.typing import NDArray

METADATA = Path("bundle") / "metadata.json"
GOLDEN_ROWS = Path("bundle") / "golden_rows.json"
BASELINE = Path("bundle") / "baseline.json"
MODEL = Path("model.ubj")
CODE = Path("code") / "inference.py"
_BINS = 10
_SPREAD, _HIGHEST = 32, 16


class BundleError(JobError):
    """A model artefact is missing, incomplete, or not what was trained."""


class ForeignModelError(BundleError):
    """A model artefact is whole, but made with another XGBoost than this."""


def write_bundle(
    directory: Path, model: bytes, metadata: dict[str, Any], golden_rows: dict[str, Any], baseline: dict[str, Any]
) -> None:
    """Write a model directory: trees, bundle, and the inference code that reads both."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MODEL).write_bytes(model)
    write_json(directory / METADATA, {**metadata, "model_sha256": hashlib.sha256(model).hexdigest()})
    write_json(directory / GOLDEN_ROWS, golden_rows)
    write_json(directory / BASELINE, baseline)
    (directory / CODE).parent.mkdir(exist_ok=True)
    (directory / CODE).write_bytes(Path(__file__).with_name("inference.py").read_bytes())


def find_model(directory: Path) -> Path | None:
    """Return the model directory in a job's input, a `model.tar.gz` unpacked; None if the input has neither.

    Raises
    ------
    BundleError
        For an archive that cannot be unpacked, or that would write outside of its place.
    """
    if (directory / MODEL).is_file():
        return directory
    archives = sorted(directory.rglob("model.tar.gz")) if directory.is_dir() else []
    if not archives:
        return None
    target = Path(tempfile.mkdtemp(prefix="model-"))
    try:
        with tarfile.open(archives[0]) as archive:
            archive.extractall(target, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BundleError(f"{archives[0].name} cannot be unpacked: {error}") from error
    if not (target / MODEL).is_file():
        raise BundleError(f"{archives[0].name} holds no {MODEL}")
    return target


def artefact_sha256(directory: Path) -> str | None:
    """Return the digest of the `model.tar.gz` in a job's input, by which the registry knows it; None without one."""
    archives = sorted(directory.rglob("model.tar.gz")) if directory.is_dir() else []
    return hashlib.sha256(archives[0].read_bytes()).hexdigest() if archives else None


def load(directory: Path) -> Model:
    """Load a model as the endpoint does.

    Raises
    ------
    BundleError
        If the endpoint would refuse it; `ForeignModelError` if only for its library.
    """
    try:
        return model_fn(str(directory))
    except OtherLibraryError as error:
        raise ForeignModelError(str(error)) from error
    except ModelError as error:
        raise BundleError(str(error)) from error


def read_golden_rows(directory: Path) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return a model directory's golden rows and the scores they must have."""
    golden = json.loads((directory / GOLDEN_ROWS).read_text(encoding="utf-8"))
    return np.array(golden["rows"], np.float64).astype(np.float32), np.array(golden["scores"], np.float64)


def choose_golden_rows(features: NDArray[np.float32], score: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return rows that together visit much of the model: the whole range of scores, its top, and all missing."""
    order = np.argsort(score, kind="stable")
    spread = np.linspace(0, len(order) - 1, _SPREAD).astype(np.int64)
    top = np.arange(max(len(order) - _HIGHEST, 0), len(order))
    nothing = np.full((1, features.shape[1]), np.nan, np.float32)
    return np.concatenate([features[order[np.concatenate([spread, top])]], nothing])


def golden_rows(rows: NDArray[np.float32], score: NDArray[np.float64]) -> dict[str, Any]:
    """Return golden rows as a document, null for missing."""
    return {
        "rows": [[None if np.isnan(value) else float(value) for value in row] for row in rows],
        "scores": score.tolist(),
    }


def baseline(features: NDArray[np.float32], names: tuple[str, ...], score: NDArray[np.float64]) -> dict[str, Any]:
    """Return the distribution of each feature (of the train rows) and of the score (of rows not learned from).

    Bin i holds the values in (edges[i-1], edges[i]], the first and the last are open, `missing` is apart; all shares
    together are 1. Edges are deciles, equal ones merged.
    """
    return {
        "rows": len(features),
        "features": {name: histogram(features[:, position]) for position, name in enumerate(names)},
        "score": histogram(score),
    }


def histogram(values: NDArray[np.floating]) -> dict[str, Any]:
    """Return the bin edges and shares of one column."""
    known = values[~np.isnan(values)].astype(np.float64)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else np.empty(0)
    counts = np.bincount(np.searchsorted(edges, known), minlength=len(edges) + 1)
    total = max(len(values), 1)
    return {
        "edges": edges.tolist(),
        "shares": (counts / total).tolist(),
        "missing": (len(values) - len(known)) / total,
    }

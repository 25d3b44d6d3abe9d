"""A model's artefact, and the program in it: a score is computed again by the very code that served it."""

import importlib.util
import io
import json
import os
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from operate.explain.errors import ExplainError

os.environ.setdefault(
    "OMP_WAIT_POLICY", "PASSIVE"
)  # before the artefact's code imports xgboost: see training/openmp.py

ARTEFACT = "model.tar.gz"
_PROGRAM = Path("code") / "inference.py"
_METADATA = Path("bundle") / "metadata.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """What the model says of one row, by its own program.

    Attributes
    ----------
    contributions
        Exact SHAP, in log-odds, one per feature and last the bias; shape (features + 1,).
    """

    score: float
    contributions: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Artefact:
    """A model with the program that serves it.

    Attributes
    ----------
    place
        Where it was found.
    """

    program: ModuleType
    model: Any
    metadata: dict[str, Any]
    place: str

    @property
    def version(self) -> str:
        """Return the version that decisions name."""
        return str(self.metadata["model_version"])

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return the columns of the model's input."""
        return tuple(self.metadata["feature_names"])

    def compute(self, features: NDArray[np.float32]) -> Computed:
        """Return score and contributions of one row.

        Raises
        ------
        ExplainError
            If the row is not as wide as the model.
        """
        if len(features) != len(self.feature_names):
            raise ExplainError(
                f"model {self.version} takes {len(self.feature_names)} features, and {len(features)} were kept: "
                "the decision was not made by this model"
            )
        row = features[None, :]
        return Computed(
            score=float(self.program.score(self.model, row)[0]),
            contributions=np.asarray(self.program.contributions(self.model, row)[0], np.float64),
        )


def load(directory: Path, place: str) -> Artefact:
    """Load a model directory as the endpoint does, by the program inside.

    Raises
    ------
    ExplainError
        If it is incomplete, its bytes are not those that were trained, or it is of another XGBoost.
    """
    program = directory / _PROGRAM
    name = "inference_of_the_artefact"
    spec = importlib.util.spec_from_file_location(name, program)
    if not program.is_file() or spec is None or spec.loader is None:
        raise ExplainError(f"{place} has no {_PROGRAM}: it is not a model artefact")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it runs, as an import does: dataclasses look there
    try:
        spec.loader.exec_module(module)
        model = module.model_fn(str(directory))
        metadata = json.loads((directory / _METADATA).read_text(encoding="utf-8"))
    except Exception as error:  # whatever the artefact's program raises is about the artefact
        raise ExplainError(f"{place} does not load: {type(error).__name__}: {error}") from error
    return Artefact(module, model, metadata, place)


def load_local(path: Path) -> Artefact:
    """Load a model directory, or a `model.tar.gz`.

    Raises
    ------
    ExplainError
        As `load`.
    """
    if path.is_dir() and not (path / ARTEFACT).is_file():
        return load(path, str(path))
    archive = path / ARTEFACT if path.is_dir() else path
    try:
        return load_archive(archive.read_bytes(), str(archive))
    except OSError as error:
        raise ExplainError(f"{archive} cannot be read: {error}") from error


def load_archive(content: bytes, place: str) -> Artefact:
    """Load the bytes of a `model.tar.gz`.

    Raises
    ------
    ExplainError
        As `load`, and where it cannot be unpacked, or would write outside of its place.
    """
    with tempfile.TemporaryDirectory(prefix="explain-") as scratch:
        try:
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                archive.extractall(scratch, filter="data")
        except (tarfile.TarError, OSError, EOFError) as error:
            raise ExplainError(f"{place} cannot be unpacked: {error}") from error
        return load(Path(scratch), place)

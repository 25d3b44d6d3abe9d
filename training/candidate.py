"""A model as the endpoint would load it, its scores of the test window, and its figures."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from bundle import BASELINE, METADATA, BundleError, load, read_golden_rows
from dataset import Part
from gate import Figures
from inference import Model, score
from measures import measure
from money import CostMatrix
from numpy.typing import NDArray
from thresholds import Thresholds

_GOLDEN_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model on a window.

    Attributes
    ----------
    scores
        Of the window's rows; empty for a model of other features.
    measured
        What `measure` says; empty where scores are none.
    """

    model: Model
    directory: Path
    scores: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    measured: dict[str, Any] = field(default_factory=dict)
    figures: Figures = field(default_factory=lambda: Figures(average_precision=float("nan")))

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds it was trained to."""
        return Thresholds(review=self.model.review, block=self.model.block)

    def as_json(self) -> dict[str, Any]:
        """Return what was measured, by whom."""
        return {"model_version": self.model.version, "thresholds": asdict(self.thresholds), **self.measured}

    def metadata(self) -> dict[str, Any]:
        """Return what its bundle says of its training."""
        return json.loads((self.directory / METADATA).read_text(encoding="utf-8"))

    def baseline(self) -> dict[str, Any]:
        """Return the distributions it learned from; empty if its bundle has none."""
        path = self.directory / BASELINE
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def measured_candidate(directory: Path, part: Part, matrix: CostMatrix, *, budget: float, k: int) -> Candidate:
    """Load a model, check its golden rows, and measure it on the window.

    Raises
    ------
    BundleError
        If the endpoint would refuse it, or if it does not score as it did when it was trained.
    """
    model = load(directory)
    rows, expected = read_golden_rows(directory)
    if np.abs(score(model, rows) - expected).max() > _GOLDEN_TOLERANCE:
        raise BundleError(f"model {model.version} does not score its golden rows as it did when it was trained")
    if model.schema_hash != part.schema.schema_hash:
        return Candidate(model=model, directory=directory)
    scores = score(model, part.features)
    if not (np.isfinite(scores).all() and (scores >= 0).all() and (scores <= 1).all()):
        invalid = Figures(average_precision=float("nan"), scores_valid=False)
        return Candidate(model=model, directory=directory, scores=scores, figures=invalid)
    thresholds = Thresholds(review=model.review, block=model.block)
    measured = measure(part, scores, thresholds, matrix, budget=budget, k=k)
    precision = measured["all_rows"]["average_precision"]
    figures = Figures(average_precision=float("nan") if precision is None else precision)
    return Candidate(model=model, directory=directory, scores=scores, measured=measured, figures=figures)

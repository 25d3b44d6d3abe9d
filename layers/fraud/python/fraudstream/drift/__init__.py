"""How far what is served has moved from what a model learned from, and how well the model still does. Numpy only."""

from fraudstream.drift.bundled import read_bundled, read_champion
from fraudstream.drift.index import LARGE, expected, psi, shares
from fraudstream.drift.measuring import Column, Drift, Limits, Sample, measure
from fraudstream.drift.truth import Evaluated, LabelLoss, label_loss, log_loss

__all__ = [
    "LARGE",
    "Column",
    "Drift",
    "Evaluated",
    "LabelLoss",
    "Limits",
    "Sample",
    "expected",
    "label_loss",
    "log_loss",
    "measure",
    "psi",
    "read_bundled",
    "read_champion",
    "shares",
]

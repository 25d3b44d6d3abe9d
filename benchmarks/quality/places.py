"""Where the quality benchmark finds its data and keeps its results."""

import os
from pathlib import Path

from benchmarks.places import ROOT

VARIABLE = "FRAUDSTREAM_HANDBOOK"
RESULTS = ROOT / "benchmarks" / "quality" / "results.json"
PAGE = ROOT / "docs" / "model-quality.md"
CHARTS = ROOT / "docs" / "model-quality"
MAPPING = ROOT / "training" / "mappings" / "handbook.json"
TRAINING = ROOT / "training"


class HandbookMissingError(Exception):
    """The Handbook's transactions are not there; the message says how to name them."""


def handbook(given: Path | None = None) -> Path:
    """Return where the Handbook's transactions are: as given, or as the environment names it, or beside the project.

    Raises
    ------
    HandbookMissingError
        If there is no such file.
    """
    path = given or Path(os.environ.get(VARIABLE) or ROOT.parent / "shared" / "data" / "handbook.parquet")
    if not path.is_file():
        raise HandbookMissingError(
            f"{path.name} is not there: fetch the Fraud Detection Handbook's simulated transactions (its repository "
            f"simulated-data-raw), join the daily files into one Parquet file, and name it with --data or {VARIABLE}"
        )
    return path

"""The project's own programs, run as a person would: prepare.py, train.py, evaluate.py, one process each."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pa_parquet

from benchmarks.places import ROOT
from benchmarks.quality.dates import DAY_MS, Fold, midnight_ms
from benchmarks.quality.places import MAPPING, TRAINING

_HISTORY_DAYS = 35 + 28 + 7 + 7
"""Before test: warm-up, train, validation and the label delay, as prepare.py cuts them unless told otherwise."""


class ProgramError(Exception):
    """One of the project's programs failed; the message is the end of what it said."""


def upload_handbook(path: Path, fold: Fold, raw: Path) -> None:
    """Put into `raw` what of the Handbook's file a bank would have uploaded by the end of a fold: no column changed."""
    begin = pa.scalar(midnight_ms(fold.test) - _HISTORY_DAYS * DAY_MS, pa.timestamp("ms"))
    filters = [("TX_DATETIME", ">=", begin)]
    table = pa_parquet.read_table(path, filters=filters)
    raw.mkdir(parents=True, exist_ok=True)
    pa_parquet.write_table(table, raw / "handbook.parquet", compression="zstd")
    shutil.copyfile(MAPPING, raw / "mapping.json")


def prepare(raw: Path, fold: Fold, output: Path) -> None:
    """Cut what was uploaded into train, validation and test, as known when the fold's test had matured."""
    nothing = raw.with_name("no-archive")
    _run("prepare.py", "--archive", nothing, "--raw", raw, "--as-of", fold.as_of, "--output", output)


def train(data: Path, model: Path, *options: str) -> None:
    """Train on what was prepared, with the hyperparameters that a retraining uses unless others are given."""
    paths = ["--train", data / "train", "--validation", data / "validation", "--model_dir", model]
    _run("train.py", *paths, "--model_version", "quality", *options)


def evaluate(data: Path, model: Path, output: Path) -> dict[str, Any]:
    """Return what evaluate.py writes about the model on test, without a champion beside it."""
    nothing = data.with_name("no-champion")
    _run("evaluate.py", "--data", data, "--model", model, "--champion", nothing, "--output", output)
    document: dict[str, Any] = json.loads((output / "evaluation.json").read_text())
    return document


def _run(program: str, *arguments: str | Path) -> None:
    command: Sequence[str] = [sys.executable, str(TRAINING / program), *map(str, arguments)]
    path = os.pathsep.join((str(ROOT / "layers" / "fraud" / "python"), os.environ.get("PYTHONPATH", "")))
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": path})
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-1_500:]
        raise ProgramError(f"{program} ended with {done.returncode}: {said}")

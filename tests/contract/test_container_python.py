"""The image's versions and the developers' give the same features and the same model, to the bit."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from dataset import read_part
from raw_data import write_canonical

from local.processes import ROOT
from local.services import interpreter
from tests.unit.test_training_samples import history

pytestmark = pytest.mark.integration

PARTS = ("train", "validation", "test")


def run(python: Path, script: str, *arguments: object) -> None:
    """Run a job script as a job does: alone, with the layer's code beside it."""
    places = (ROOT / "training", ROOT / "layers/fraud/python")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, places))}
    command = [str(python), str(ROOT / "training" / script), *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What prepare and train make of one history, in a directory for each interpreter."""
    root = tmp_path_factory.mktemp("versions")
    write_canonical(history(), root / "raw" / "history.parquet")
    pythons = {"developers": Path(sys.executable), "container": interpreter("container")}
    for name, python in pythons.items():
        data = root / name / "data"
        run(python, "prepare.py", "--archive", root / "none", "--raw", root / "raw", "--output", data)
        trained = ("--train", data / "train", "--validation", data / "validation")
        run(python, "train.py", *trained, "--model_dir", root / name / "model", "--rounds", 20)
    return {name: root / name for name in pythons}


@pytest.mark.parametrize("part", PARTS)
def test_features_are_the_same_to_the_bit(made: dict[str, Path], part: str) -> None:
    """What was served on the functions' numpy is what training on the image's recomputes."""
    ours, theirs = (read_part(made[name] / "data" / part) for name in ("developers", "container"))
    assert len(ours.features) > 100
    assert ours.features.tobytes() == theirs.features.tobytes()
    assert (ours.transaction_id == theirs.transaction_id).all()
    assert np.array_equal(ours.fraud, theirs.fraud)


def test_the_model_is_the_same_to_the_byte(made: dict[str, Path]) -> None:
    """Trees and thresholds do not depend on which of the two environments trained."""
    for file in ("model.ubj", "bundle/metadata.json", "bundle/golden_rows.json"):
        digests = {hashlib.sha256((made[name] / "model" / file).read_bytes()).hexdigest() for name in made}
        assert len(digests) == 1, file

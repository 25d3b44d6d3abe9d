"""How far features have moved since the champion learned is measured in its own bins."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bundle import baseline, write_bundle
from drift import LARGE, compare, expected, psi, read_champion, shares
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_training_samples import SCHEMA, part

METADATA = {"model_version": "m1", "schema_hash": SCHEMA.schema_hash}
weights = st.lists(st.integers(0, 50), min_size=3, max_size=8).filter(any)


def learned(sample=None) -> dict:
    """The baseline of a part."""
    sample = sample or part()
    return baseline(sample.features, SCHEMA.feature_names, np.linspace(0, 1, 50))


@given(weights, weights)
def test_the_index_is_zero_for_equal_shares_only_and_symmetric(one: list[int], other: list[int]) -> None:
    """As a sum of products of equal sign it is never negative."""
    size = min(len(one), len(other))
    if not (any(one[:size]) and any(other[:size])):
        return
    first, second = (np.array(each[:size]) / sum(each[:size]) for each in (one, other))
    assert psi(first, first) == 0
    assert psi(first, second) >= 0
    assert math.isclose(psi(first, second), psi(second, first), abs_tol=1e-12)


def test_the_rows_that_were_learned_from_have_not_moved() -> None:
    """The same rows fall into the same bins, missing ones too."""
    sample = part()
    document = learned(sample)
    for position, name in enumerate(SCHEMA.feature_names):
        histogram = document["features"][name]
        assert shares(histogram, sample.features[:, position]) == pytest.approx(expected(histogram))
    report, warnings = compare(sample, document, METADATA)
    assert max(report["features"].values()) < 1e-9
    assert (report["large"], report["not_in_champion"], report["score"], warnings) == ([], [], None, [])
    assert report["same_schema"]


def test_what_moved_is_named_first() -> None:
    """A feature that is twice as large is drift; the others are not."""
    sample = part(seed=3)
    sample.features[:, 0] = sample.features[:, 0] * 2 + 3
    report, warnings = compare(sample, learned(), METADATA)
    assert next(iter(report["largest"])) == "amount"
    assert report["large"] == ["amount"]
    assert report["features"]["amount"] >= LARGE > 0.1 > report["features"]["count"]
    assert warnings == []


def test_a_feature_that_went_missing_is_warned_of() -> None:
    """Drift fails nothing, but a source that has dried up is said aloud."""
    sample = part(seed=3)
    sample.features[:, 2] = np.nan
    _, (warning,) = compare(sample, learned(), METADATA)
    assert warning.startswith("ratio is missing from every row, but was not when the champion learned")


def test_a_champion_of_other_features_is_compared_by_name() -> None:
    """What both have is measured; what only the new data has is listed."""
    document = learned()
    del document["features"]["ratio"]
    report, _ = compare(part(), document, METADATA | {"schema_hash": "another"})
    assert set(report["features"]) == {"amount", "count"}
    assert report["not_in_champion"] == ["ratio"]
    assert not report["same_schema"]


def champion(tmp_path: Path) -> Path:
    """A model directory as train.py leaves it."""
    write_bundle(tmp_path / "model", b"trees", METADATA, {}, learned())
    return tmp_path / "model"


def test_a_champion_is_read_as_it_lies_in_a_job_or_unpacked(tmp_path: Path) -> None:
    """SageMaker brings model.tar.gz; by hand a directory will do."""
    model = champion(tmp_path)
    plain = read_champion(model)
    assert isinstance(plain, tuple)
    (tmp_path / "input" / "run-1").mkdir(parents=True)
    subprocess.run(["tar", "czf", tmp_path / "input" / "run-1" / "model.tar.gz", "-C", model, "."], check=True)
    assert read_champion(tmp_path / "input") == plain
    assert read_champion(tmp_path / "input" / "run-1" / "model.tar.gz") == plain


def test_no_champion_is_nothing_to_compare_with(tmp_path: Path) -> None:
    """The first run has none."""
    assert read_champion(None) is read_champion(tmp_path) is read_champion(tmp_path / "absent") is None


@pytest.mark.parametrize("broken", [b"", b"not a tar", b"\x1f\x8b\x08\x00" + b"\x00" * 50])
def test_a_champion_that_cannot_be_read_is_a_text(tmp_path: Path, broken: bytes) -> None:
    """A broken champion must not keep a new one from being trained."""
    (tmp_path / "model.tar.gz").write_bytes(broken)
    assert isinstance(read_champion(tmp_path), str)


@pytest.mark.parametrize("document", ["{}", "[]", "no JSON", json.dumps({"features": {"amount": {"edges": [1]}}})])
def test_a_baseline_of_another_shape_is_a_text(tmp_path: Path, document: str) -> None:
    """Whatever wrote it."""
    model = champion(tmp_path)
    (model / "bundle" / "baseline.json").write_text(document)
    found = read_champion(model)
    assert isinstance(found, str)
    assert found.startswith("baseline ")


def test_drift_needs_no_xgboost() -> None:
    """Prepare loads no model, on Glue there is nothing to load one with."""
    code = "import sys; sys.modules['xgboost'] = None; import drift, prepare"
    root = Path(__file__).parents[2]
    path = f"{root / 'layers' / 'fraud' / 'python'}:{root / 'training'}"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": path}, check=False).returncode == 0

"""`train.py` writes a model that is whole, repeatable, and refuses what cannot be learned."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from bundle import golden_rows, histogram, read_golden_rows
from fraudstream.quality import average_precision
from inference import ModelError, model_fn, score
from train import main

from tests.reliability.proof import proves
from tests.unit.test_training_samples import SCHEMA, part, write_data

FEW = ["--rounds", "30"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_data(tmp_path / "data", train=part(seed=1), validation=part(800, seed=2))


def train(data: Path, model: Path, *options: str) -> int:
    paths = ["--train", str(data / "train"), "--validation", str(data / "validation"), "--model_dir", str(model)]
    return main([*paths, *FEW, *options])


def metadata(model: Path) -> dict:
    return json.loads((model / "bundle" / "metadata.json").read_text())


def test_the_bundle_says_what_the_model_is(data: Path, tmp_path: Path) -> None:
    """Everything the endpoint, the registry and drift need travels with the trees; nothing else is at the top."""
    assert train(data, tmp_path / "model", "--model_version", "run-7") == 0
    files = sorted(str(each.relative_to(tmp_path / "model")) for each in (tmp_path / "model").rglob("*.*"))
    assert files == [
        "bundle/baseline.json",
        "bundle/golden_rows.json",
        "bundle/metadata.json",
        "code/inference.py",
        "model.ubj",
    ]
    told = metadata(tmp_path / "model")
    sample = part(seed=1)
    assert told["model_version"] == "run-7"
    assert told["schema_hash"] == SCHEMA.schema_hash
    assert told["feature_names"] == list(SCHEMA.feature_names)
    assert (told["trained_rows"], told["trained_frauds"]) == (len(sample), int(sample.fraud.sum()))
    assert 0 < told["thresholds"]["review"] <= told["thresholds"]["block"] <= 1
    assert told["xgboost_version"].startswith("3.2.")
    assert told["parameters"]["rounds"] == 30


def test_golden_rows_are_many_and_score_as_in_memory(data: Path, tmp_path: Path) -> None:
    """At least 32 rows over the whole range of scores, one without any value, equal to the bit when read back."""
    assert train(data, tmp_path / "model") == 0
    rows, expected = read_golden_rows(tmp_path / "model")
    assert len(rows) >= 32
    assert np.isnan(rows).all(axis=1).any()
    assert np.ptp(expected) > 0.1
    assert np.array_equal(score(model_fn(str(tmp_path / "model")), rows), expected)


@proves(invariants=[12])
def test_the_same_data_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    """The whole content of model.tar.gz, on one thread, two or three; another seed gives another model."""
    data = write_data(tmp_path / "data", train=part(20_000, seed=1), validation=part(2_000, seed=2))

    def content(name: str, *options: str) -> dict[str, bytes]:
        model = tmp_path / name
        assert train(data, model, *options) == 0
        return {str(path.relative_to(model)): path.read_bytes() for path in model.rglob("*") if path.is_file()}

    one, two, three = (content(f"model{threads}", "--threads", threads) for threads in ("1", "2", "3"))
    assert one == two == three
    assert len(one) == 5
    assert content("other", "--seed", "1")["model.ubj"] != one["model.ubj"]


def test_the_log_has_the_line_that_a_tuning_job_reads(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, and it is the model's average precision on validation."""
    assert train(data, tmp_path / "model") == 0
    told = re.findall(r"validation_average_precision=([0-9.eE+-]+)", capsys.readouterr().out)
    validation = part(800, seed=2)
    scores = score(model_fn(str(tmp_path / "model")), validation.features)
    assert [float(value) for value in told] == [pytest.approx(average_precision(validation.fraud, scores), abs=1e-4)]


def test_the_containers_names_are_understood(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Channels and model directory come by environment, the version from the job's name."""
    monkeypatch.setenv("SM_CHANNEL_TRAIN", str(data / "train"))
    monkeypatch.setenv("SM_CHANNEL_VALIDATION", str(data / "validation"))
    monkeypatch.setenv("SM_MODEL_DIR", str(tmp_path / "model"))
    monkeypatch.setenv("TRAINING_JOB_NAME", "fraud-2024")
    assert main([*FEW, "--max_depth", "3", "--sagemaker_program", "train.py"]) == 0
    assert metadata(tmp_path / "model")["model_version"] == "fraud-2024"
    assert metadata(tmp_path / "model")["parameters"]["max_depth"] == 3


@pytest.mark.parametrize(
    ("option", "failure"),
    [
        (("--max_deep", "3"), "Hyperparameter: --max_deep unknown"),
        (("--review_rate", "2"), "Hyperparameter: review_rate lies"),
    ],
)
def test_a_mistyped_hyperparameter_is_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, ...], failure: str
) -> None:
    """Training on with a default would be a silent surprise."""
    assert train(data, tmp_path / "model", *option) == 1
    assert failure in capsys.readouterr().err
    assert not (tmp_path / "model").exists()


@proves(faults=[24])
def test_one_class_is_refused_where_the_platform_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failure file carries the name; there is no model."""
    monkeypatch.setenv("SM_OUTPUT_DIR", str(tmp_path))
    data = write_data(tmp_path / "data", train=part(frauds=0), validation=part())
    assert train(data, tmp_path / "model") == 1
    assert (tmp_path / "failure").read_text().startswith("OneClass: 0 frauds among 2000")
    assert not (tmp_path / "model").exists()


@proves(faults=[24])
def test_data_that_prepare_did_not_write_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty or foreign channel is named."""
    assert train(tmp_path, tmp_path / "model") == 1
    assert capsys.readouterr().err.startswith("Dataset: ")


@proves(faults=[29])
def test_a_tampered_model_is_not_loaded(data: Path, tmp_path: Path) -> None:
    """One flipped bit anywhere in the trees is enough; so is another version of the library."""
    model = tmp_path / "model"
    assert train(data, model) == 0
    content = bytearray((model / "model.ubj").read_bytes())
    content[len(content) // 2] ^= 1
    (model / "model.ubj").write_bytes(content)
    with pytest.raises(ModelError, match="digest differs"):
        model_fn(str(model))
    content[len(content) // 2] ^= 1
    (model / "model.ubj").write_bytes(content)
    told = metadata(model) | {"xgboost_version": "3.0.5"}
    (model / "bundle" / "metadata.json").write_text(json.dumps(told))
    with pytest.raises(ModelError, match=r"trained with XGBoost 3\.0\.5"):
        model_fn(str(model))


def test_the_baseline_is_a_distribution() -> None:
    """All shares and the missing one are 1 together; edges grow, even where values are few."""
    random = np.random.default_rng(0)
    for values in (
        random.normal(size=1_000),
        np.where(random.random(1_000) < 0.9, 0.0, 1.0),
        np.full(10, np.nan),
        np.full(10, 3.0),
    ):
        bins = histogram(values)
        assert len(bins["shares"]) == len(bins["edges"]) + 1
        assert sum(bins["shares"]) + bins["missing"] == pytest.approx(1)
        assert (np.diff(bins["edges"]) > 0).all()


def test_golden_rows_write_missing_values_as_null() -> None:
    """NaN is not JSON."""
    document = golden_rows(np.array([[1.5, np.nan]], np.float32), np.array([0.25]))
    assert json.dumps(document, allow_nan=False) == '{"rows": [[1.5, null]], "scores": [0.25]}'

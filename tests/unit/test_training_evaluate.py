"""`evaluate.py` measures challenger and champion on the same rows, and says whether to promote and why."""

import json
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xgboost as xgb
from bundle import BundleError, find_model
from evaluate import main
from fraudstream.quality import average_precision
from inference import model_fn, score
from train import main as train_main

from tests.reliability.proof import proves
from tests.unit.test_training_samples import SCHEMA, part, write_data

TEST = part(1_500, seed=3)


def train(root: Path, name: str, **options: str) -> Path:
    """Train a model and pack it as the platform does."""
    paths = {"train": root / "train", "validation": root / "validation", "model_dir": root / "models" / name}
    words = [word for pair in {**paths, "model_version": name, **options}.items() for word in pair]
    argv = [f"--{word}" if position % 2 == 0 else str(word) for position, word in enumerate(words)]
    assert train_main(argv) == 0
    packed = root / name / "output" / "model.tar.gz"
    packed.parent.mkdir(parents=True)
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(paths["model_dir"], arcname=".")
    return root / name


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("evaluate")
    write_data(root, train=part(seed=1), validation=part(800, seed=2), test=TEST)
    train(root, "weak", rounds="1", max_depth="1", colsample_bytree="1")
    train(root, "strong", rounds="60")
    return root


def evaluate(root: Path, output: Path, model: str, champion: str = "none", *options: str) -> int:
    paths = {"--data": root, "--model": root / model, "--champion": root / champion, "--output": output}
    return main([str(word) for pair in paths.items() for word in pair] + ["--resamples", "50", *options])


def read(output: Path) -> dict:
    return json.loads((output / "evaluation.json").read_text())


def test_the_first_model_is_promoted_with_its_figures(root: Path, tmp_path: Path) -> None:
    """Figures stand beside the rows, frauds and dates they were measured on, and the golden rows beside them."""
    assert evaluate(root, tmp_path, "strong") == 0
    told = read(tmp_path)
    assert told["promote"] is True
    assert told["champion"] is None
    assert told["model_version"] == "strong"
    assert told["test"]["rows"] == len(TEST)
    assert told["test"]["frauds"] == TEST.fraud.sum()
    scores = score(model_fn(str(root / "models" / "strong")), TEST.features)
    figures = told["challenger"]["all_rows"]
    assert figures["average_precision"] == average_precision(TEST.fraud, scores)
    open_rows = ~TEST.card_reported
    assert told["challenger"]["open_cards"]["rows"] == open_rows.sum()
    expected = average_precision(TEST.fraud[open_rows], scores[open_rows])
    assert told["challenger"]["open_cards"]["average_precision"] == expected
    assert 0 < figures["card_precision_at_k"] < 1
    assert told["thresholds"] == told["challenger"]["thresholds"]
    assert told["guards"] == []
    golden = root / "models" / "strong" / "bundle" / "golden_rows.json"
    assert (tmp_path / "golden_rows.json").read_bytes() == golden.read_bytes()


@proves(faults=[26])
def test_a_better_challenger_takes_the_place_and_a_worse_one_does_not(root: Path, tmp_path: Path) -> None:
    """Both are measured on the same rows, and the interval mirrors."""
    assert evaluate(root, tmp_path / "up", "strong", "weak") == 0
    assert evaluate(root, tmp_path / "down", "weak", "strong") == 0
    up, down = read(tmp_path / "up"), read(tmp_path / "down")
    assert (up["promote"], down["promote"]) == (True, False)
    assert up["difference"]["difference"] == pytest.approx(-down["difference"]["difference"])
    assert up["difference"]["low"] > 0
    assert up["champion"]["all_rows"] == down["challenger"]["all_rows"]
    assert "below the champion's" in down["reason"]
    assert up["difference"]["saved_minor"]["difference"] == -down["difference"]["saved_minor"]["difference"]
    assert len(up["guards"]) == 5
    assert all(guard["holds"] for guard in up["guards"])


def test_the_same_files_give_the_same_evaluation_to_the_byte(root: Path, tmp_path: Path) -> None:
    """Resamples are drawn by a seed; nothing says when or where it ran."""
    for name in ("once", "again"):
        assert evaluate(root, tmp_path / name, "strong", "weak") == 0
    for name in ("evaluation.json", "report.html", "model_card.json"):
        assert (tmp_path / "once" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_a_guard_keeps_a_challenger_out_that_ranks_better(root: Path, tmp_path: Path) -> None:
    """Here by a tolerance that nothing can meet: the Brier score would have to vanish."""
    assert evaluate(root, tmp_path, "strong", "weak", "--brier-tolerance", "0") == 0
    told = read(tmp_path)
    assert told["promote"] is False
    assert "(Brier)" in told["reason"]
    assert [guard["holds"] for guard in told["guards"]].count(False) == 1


def test_the_cost_matrix_is_the_callers(root: Path, tmp_path: Path) -> None:
    """Dearer alerts save less, by their number times the difference; the matrix stands beside the money."""
    assert evaluate(root, tmp_path / "cheap", "strong", "none", "--alert-minor", "0") == 0
    assert evaluate(root, tmp_path / "dear", "strong", "none", "--alert-minor", "1000") == 0
    cheap, dear = (read(tmp_path / name)["challenger"] for name in ("cheap", "dear"))
    at = cheap["at_thresholds"]
    reviewed = round((at["alert_rate"] - at["block_rate"]) * len(TEST))
    assert cheap["money"]["saved_minor"] - dear["money"]["saved_minor"] == 1000 * reviewed
    assert dear["money"]["matrix"]["alert_minor"] == 1000


@proves(faults=[26])
def test_an_equal_challenger_is_not_promoted(root: Path, tmp_path: Path) -> None:
    """The same model again is no improvement."""
    assert evaluate(root, tmp_path, "strong", "strong") == 0
    assert read(tmp_path)["promote"] is False
    assert "equals the champion's" in read(tmp_path)["reason"]


def test_a_champion_of_other_features_does_not_hold_the_place(root: Path, tmp_path: Path) -> None:
    """It cannot score today's transactions at all; the reason says so."""
    other = tmp_path / "data"
    schema = replace(SCHEMA, schema_hash="ffffffffffffffff")
    write_data(other, train=part(seed=1, schema=schema), validation=part(800, seed=2, schema=schema))
    train(other, "old", rounds="60")
    assert evaluate(root, tmp_path / "out", "weak", str(other / "old")) == 0
    told = read(tmp_path / "out")
    assert told["promote"] is True
    assert "old has other features" in told["reason"]


@proves(faults=[29])
@pytest.mark.parametrize(
    ("model", "failure"), [("nothing", "Bundle: "), ("tampered", "Bundle: model.ubj is not the file that was trained")]
)
def test_a_challenger_that_is_not_whole_fails_the_job(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], model: str, failure: str
) -> None:
    """Nothing is evaluated, nothing promoted."""
    if model == "tampered":
        tamper(root)
    assert evaluate(root, tmp_path, model) == 1
    assert capsys.readouterr().err.startswith(failure)
    assert not (tmp_path / "evaluation.json").exists()


@proves(faults=[29])
def test_a_damaged_champion_fails_the_job_and_nothing_takes_its_place(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it would have scored is not known, so no challenger is better; the message says what to do."""
    tamper(root)
    assert evaluate(root, tmp_path, "strong", "tampered") == 1
    said = capsys.readouterr().err
    assert said.startswith("DamagedChampion: ")
    assert "put its object's earlier version back" in said
    assert not (tmp_path / "evaluation.json").exists()


def test_a_champion_of_another_library_does_not_hold_the_place(root: Path, tmp_path: Path) -> None:
    """A new image would otherwise never get its first model; the reason says so."""
    challenger = tmp_path / "new"
    shutil.copytree(root / "models" / "weak", challenger)
    metadata = challenger / "bundle" / "metadata.json"
    metadata.write_text(metadata.read_text().replace(xgb.__version__, "9.9.0"))
    assert evaluate(root, tmp_path / "out", "strong", str(challenger)) == 0
    told = read(tmp_path / "out")
    assert told["promote"] is True
    assert "trained with XGBoost 9.9.0" in told["reason"]


def tamper(root: Path) -> None:
    """Pack the weak model with one byte of its trees changed, as the model `tampered`."""
    packed = root / "tampered" / "model.tar.gz"
    packed.parent.mkdir(exist_ok=True)
    source = root / "models" / "weak" / "model.ubj"
    before = source.read_bytes()
    source.write_bytes(before[:-9] + b"x" + before[-8:])
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(root / "models" / "weak", arcname=".")
    source.write_bytes(before)


@proves(faults=[24])
def test_a_window_of_one_class_fails_by_name(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a fraud there is nothing to rank."""
    quiet = replace(TEST, fraud=np.zeros(len(TEST), bool))
    write_data(tmp_path, test=quiet)
    paths = ["--data", str(tmp_path), "--model", str(root / "strong"), "--output", str(tmp_path / "out")]
    assert main(paths) == 1
    assert capsys.readouterr().err.startswith("OneClass: the test window has 0 frauds")


@proves(faults=[29])
def test_an_archive_that_reaches_outside_is_refused(tmp_path: Path) -> None:
    """A model is data from elsewhere until it is checked."""
    (tmp_path / "evil").write_text("x")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "evil", arcname="../../evil")
    with pytest.raises(BundleError, match="cannot be unpacked"):
        find_model(tmp_path)
    (tmp_path / "model.tar.gz").write_bytes(b"no archive")
    with pytest.raises(BundleError, match="cannot be unpacked"):
        find_model(tmp_path)

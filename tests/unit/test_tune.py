"""`tune.py` finds the same hyperparameters for the same data and seed, as an input that retraining takes."""

import ast
import json
from pathlib import Path

import hyperparameters
import pytest
import tune
from train import main as train

from tests.unit.test_training_samples import part, write_data

TRAINING = Path(tune.__file__).parent


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A little to learn from."""
    return write_data(tmp_path_factory.mktemp("data"), train=part(400, seed=1), validation=part(300, seed=2))


def run(data: Path, output: Path, *options: str) -> dict:
    paths = ["--train", str(data / "train"), "--validation", str(data / "validation"), "--output", str(output)]
    assert tune.main([*paths, *options]) == 0
    return json.loads(output.read_text())


def test_the_same_data_and_seed_find_the_same(data: Path, tmp_path: Path) -> None:
    """On one thread or two; another seed tries other values."""
    first = run(data, tmp_path / "1.json", "--trials", "3", "--threads", "1")
    again = run(data, tmp_path / "2.json", "--trials", "3", "--threads", "2")
    assert first == again
    tried: dict[int, list] = {0: [], 1: []}
    for seed, values in tried.items():
        tune.search(
            lambda trees: trees["learning_rate"], trials=3, seed=seed, say=lambda *told, v=values: v.append(told)
        )
    assert tried[0] != tried[1]
    assert tried[0][0] == tried[1][0]


def test_what_is_found_trains_a_model(data: Path, tmp_path: Path) -> None:
    """Every name and text is a hyperparameter of train.py, and the model says that it was made so."""
    found = run(data, tmp_path / "best.json", "--trials", "2")["hyperparameters"]
    options = [word for name, value in found.items() for word in (f"--{name}", value)]
    paths = ["--train", str(data / "train"), "--validation", str(data / "validation")]
    assert train([*paths, "--model_dir", str(tmp_path / "model"), *options]) == 0
    used = json.loads((tmp_path / "model" / "bundle" / "metadata.json").read_text())["parameters"]
    assert {name: repr(used[name]) for name in found} == found


def test_the_best_is_never_worse_than_the_defaults() -> None:
    """The first trial is what train.py does by itself."""
    defaults = hyperparameters.of_trees()

    def nearness(trees: dict) -> float:
        return -sum(abs(trees[name] - value) for name, value in defaults.items())

    found = tune.search(nearness, trials=5, seed=3, say=lambda *_: None)
    assert found.value == found.of_defaults == 0
    assert found.best == {each.name: defaults[each.name] for each in tune.ranges()}


def test_the_search_space_holds_the_defaults_and_nothing_unknown() -> None:
    """A range that excluded today's value could only make models worse."""
    defaults = hyperparameters.of_trees()
    for each in tune.ranges():
        assert each.low <= defaults[each.name] <= each.high
        assert each.whole == isinstance(defaults[each.name], int)


def test_nothing_to_choose_on_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Validation without a fraud ranks no model."""
    data = write_data(tmp_path / "data", train=part(400), validation=part(300, frauds=0))
    paths = ["--train", str(data / "train"), "--validation", str(data / "validation")]
    assert tune.main([*paths, "--output", str(tmp_path / "best.json")]) == 1
    assert capsys.readouterr().err.startswith("OneClass: validation")
    assert not (tmp_path / "best.json").exists()


def test_no_job_imports_the_search() -> None:
    """Optuna is not in the container; what a job imports must be."""
    for path in TRAINING.rglob("*.py"):
        names = {
            name.partition(".")[0]
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        }
        assert path.name == "tune.py" or not names & {"optuna", "tune"}, path

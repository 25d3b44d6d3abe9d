"""Rows 24 to 29 of the fault matrix over the embedded stack: whatever goes wrong with a model, the champion scores on.

Real machines, real jobs, a real endpoint. The history is small and the trees few, so that a run takes seconds.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from moments import from_epoch_ms

from local.deployed import Deployed, deployed_stack
from local.faults import control
from local.model_runs import Runs, Standing, small_history
from local.waiting import NotInTimeError, wait_until
from tests.e2e.tampering import flipped, pickled
from tests.reliability.proof import proves, tried

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    """What the champion learned from."""
    return small_history()


@pytest.fixture(scope="module")
def runs(deployed: Deployed, history: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """A stack whose champion was trained and deployed by the machines."""
    runs = Runs(deployed)
    runs.put_history(history, tmp_path_factory.mktemp("history"))
    first = runs.retrain()
    assert first["said"].get("status") == "promoted", first
    runs.letters()
    yield runs
    runs.close()


@pytest.fixture
def good(runs: Runs, history: pd.DataFrame, tmp_path) -> Iterator[Standing]:
    """What stands before a test, on the good history again."""
    runs.put_history(history, tmp_path)
    runs.letters()
    yield runs.standing()
    runs.put_history(history, tmp_path)


def assert_told(runs: Runs, *words: str) -> None:
    """Operations received one letter with all these words, within a moment."""
    letters: list[str] = []

    def there() -> bool:
        letters.extend(runs.letters())
        return any(all(word in letter for word in words) for letter in letters)

    try:
        wait_until(there, 10)
    except NotInTimeError:
        pytest.fail(f"no letter says {words}; there are {letters}")


def unreadable(history: pd.DataFrame, tmp_path) -> bytes:
    """Return Parquet that ends in the middle."""
    history.to_parquet(tmp_path / "whole.parquet")
    return (tmp_path / "whole.parquet").read_bytes()[:-2_000]


@proves(faults=[24])
@pytest.mark.parametrize("kind", ["empty", "corrupt", "one class", "no labels", "leaky"])
def test_data_that_teaches_nothing_fails_by_name_before_any_training(runs, good, history, tmp_path, kind):
    """The reason reaches operations; no training job is made, and the champion scores on."""
    before = runs.training_jobs()
    if kind == "empty":
        runs.put_raw(None)
        name = "NoTrainingData"
    elif kind == "corrupt":
        runs.put_raw(unreadable(history, tmp_path))
        name = "RawData"
    elif kind == "one class":
        runs.put_history(history.assign(label="legitimate", label_time=history["event_time"]), tmp_path)
        name = "OneClass"
    elif kind == "no labels":
        nothing = np.full(len(history), np.datetime64("NaT"), "datetime64[ms]").astype(np.int64)
        runs.put_history(history.assign(label=None, label_time=from_epoch_ms(nothing)), tmp_path)
        name = "NoLabels"
    else:
        fraud = history["label"].eq("fraud").to_numpy()
        amount = history["amount_minor"].where(~fraud, history["amount_minor"] % 1_000 + 90_000_000)
        runs.put_history(history.assign(amount_minor=amount), tmp_path)
        name = "LeakyFeature"
    ended = runs.retrain()
    assert ended["status"] == "FAILED"
    assert name in ended["error"] + ended["cause"]
    assert_told(runs, "retraining failed", name, "still scores")
    assert runs.training_jobs() == before
    assert runs.standing() == good


@proves(faults=[25])
@pytest.mark.parametrize("kind", ["fails", "stops", "lacks quota"])
def test_a_training_job_that_does_not_end_well_leaves_the_champion_and_no_orphans(runs, good, kind):
    """Operations hear of it with its reason; nothing else has changed."""
    if kind == "fails":
        ended = runs.retrain(hyperparameters={"rounds": "0"})
        reason = "Hyperparameter"
    elif kind == "lacks quota":
        message = "The account-level service limit 'ml.m5.2xlarge for training job usage' is 0 Instances"
        control(runs.deployed, "actions/CreateTrainingJob", {"code": "ResourceLimitExceeded", "message": message})
        try:
            ended = runs.retrain()
        finally:
            control(runs.deployed, "actions/CreateTrainingJob", {"mode": "ok"})
        reason = "service limit"
    else:
        before = runs.training_jobs()
        execution = runs.start_retraining(hyperparameters={"rounds": "20000"})
        (job,) = wait_until(lambda: runs.training_jobs() - before, 60)
        runs.sagemaker.stop_training_job(TrainingJobName=job)
        ended = runs.ended(execution)
        reason = "Stopped"
    assert ended["status"] == "FAILED"
    assert_told(runs, "retraining failed", "step Train", reason, "still scores")
    assert runs.standing() == good


@proves(faults=[26])
@pytest.mark.parametrize("kind", ["worse", "equal"])
def test_a_challenger_that_is_not_better_is_not_promoted(runs, good, kind):
    """A stump is worse; the same data and seed make the same model, and equal is not better."""
    weak = {"rounds": "1", "max_depth": "1"}
    ended = runs.retrain(hyperparameters=weak) if kind == "worse" else runs.retrain()
    assert ended["said"]["status"] == "kept", ended
    assert runs.standing() == good
    assert_told(runs, "the fraud model stays")


@proves(faults=[28])
def test_of_retrainings_and_deployments_at_once_one_of_each_goes_on(runs, good):
    """Three retrainings and two deployments of the champion are started together: one of each is not skipped."""
    retrainings = [runs.start_retraining(hyperparameters={"rounds": "1", "max_depth": "1"}) for _ in range(3)]
    said = [runs.ended(run)["said"]["status"] for run in retrainings]
    assert sorted(said) == ["kept", "skipped", "skipped"]
    package = runs.champion()["model_package_arn"]
    deployments = [runs.start_deployment(package) for _ in range(2)]
    assert sorted(runs.ended(run)["said"]["status"] for run in deployments) == ["skipped", "unchanged"]
    assert runs.standing() == good
    tried(5)


@pytest.fixture
def weak(tmp_path_factory: pytest.TempPathFactory, history: pd.DataFrame) -> Iterator[Runs]:
    """A stack of its own, whose champion is a stump: a trained model is better."""
    shift = {"EndpointKind": "instances", "TrafficShift": "canary", "ShiftWatchSeconds": "4"}
    with deployed_stack(tmp_path_factory.mktemp("weak"), **shift) as deployed:
        runs = Runs(deployed)
        runs.put_history(history, tmp_path_factory.mktemp("history"))
        first = runs.retrain(hyperparameters={"rounds": "2", "max_depth": "1"})
        assert first["said"].get("status") == "promoted", first
        runs.letters()
        yield runs
        runs.close()


@proves(faults=[27, 29], invariants=[10])
def test_a_better_challenger_is_the_champion_only_once_it_has_proved_itself(weak):
    """Refused: a failed update, one rolled back in silence, an alarm in the canary, other bytes, a pickle.

    After each refusal the old champion scores and operations know why. Then a sound one is taken.
    """
    before = weak.standing()
    for end in ("Failed", "InService"):  # the second is a rollback of which nothing is said
        control(weak.deployed, f"updates/{weak.outputs['EndpointName']}", {"end": end, "times": 1})
        ended = weak.retrain()
        assert ended["status"] == "FAILED", (end, ended["said"])
        assert_told(weak, "failed", "put back")
        assert weak.standing() == before
        assert weak.packages()[0]["ModelApprovalStatus"] == "Rejected"
        tried()
    package = weak.packages()[0]["ModelPackageArn"]
    execution = weak.start_deployment(package)
    wait_until(lambda: weak.endpoint_status() == "Updating", 60)
    with weak.ringing("EndpointErrors"):
        ended = weak.ended(execution)
    assert ended["status"] == "FAILED", ended
    assert_told(weak, "failed", "put back")
    assert weak.standing() == before
    tried()
    for tampered in (flipped, pickled):
        with weak.other_artefact(package, tampered):
            ended = weak.deploy(package)
        assert ended["status"] == "FAILED", ended
        assert_told(weak, "failed", "was not touched")
        assert weak.standing() == before
        tried()
    ended = weak.deploy(package)
    assert ended["said"]["status"] == "promoted", ended
    assert weak.champion()["model_package_arn"] == package
    assert weak.standing() != before

"""What a retraining can be told: options of its jobs, money, a search for hyperparameters, Spark."""

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import BROKEN, World, with_champion
from tests.unit.state_machine_walker import ROOT, TaskError, load


def hyperparameters(world: World) -> dict[str, str]:
    """Return what the training job was given."""
    found: dict[str, str] = world.called("createTrainingJob")[-1]["HyperParameters"]
    return found


def test_options_reach_the_jobs() -> None:
    """as_of, arguments of prepare and hyperparameters of train are passed on; the platform's own cannot be replaced."""
    world = World()
    options = {
        "as_of": "2026-01-31",
        "prepare_arguments": ["--test-days", "3"],
        "hyperparameters": {"rounds": "50", "model_version": "mine"},
    }
    world.retrain(options)
    assert world.called("createProcessingJob")[0]["AppSpecification"]["ContainerArguments"][-4:] == [
        "--as-of",
        "2026-01-31",
        "--test-days",
        "3",
    ]
    parameters = hyperparameters(world)
    assert (parameters["rounds"], parameters["model_version"]) == ("50", '"first-model"')


def test_money_and_policy_reach_training_and_evaluation() -> None:
    """The template's parameters decide, and a run may choose otherwise."""
    money = {"ThresholdPolicy": "cost", "ReviewRate": "0.005", "AlertCostMinor": "700", "BlockGenuineCostMinor": "9000"}
    world = World(settings=money)
    world.retrain({"hyperparameters": {"alert_minor": "1"}})
    parameters = hyperparameters(world)
    assert {name: parameters[name] for name in ("threshold_policy", "review_rate", "block_genuine_minor")} == {
        "threshold_policy": '"cost"',
        "review_rate": "0.005",
        "block_genuine_minor": "9000",
    }
    assert parameters["alert_minor"] == "1"
    arguments = world.called("createProcessingJob")[1]["AppSpecification"]["ContainerArguments"]
    told = dict(zip(arguments[::2], arguments[1::2], strict=True))
    assert (told["--alert-minor"], told["--block-genuine-minor"], told["--budget"]) == ("700", "9000", "0.005")


def test_runs_can_be_told_apart() -> None:
    """Every job of a run carries the stack's name and the run's."""
    world = with_champion(settings={"ShadowHours": "1", "TuningJobs": "2"})
    world.retrain()
    jobs = [*world.called("createProcessingJob"), *world.called("createTrainingJob")]
    jobs += [*world.called("createHyperParameterTuningJob"), *world.called("createModelCard")]
    assert len(jobs) == 6
    for job in jobs:
        assert {tag["Key"]: tag["Value"] for tag in job["Tags"]} == {"stack": "fraudstream", "run": "first-model"}


def test_spark_prepares_where_the_template_says_so() -> None:
    """The Glue job gets the same places and options; the jobs after it stay what they are."""
    world = with_champion(settings={"PrepareWith": "glue"})
    world.retrain({"as_of": "2026-01-31", "prepare_arguments": ["--test-days", "3", "--train-days", "9"]})
    assert world.jobs() == ["fraudstream-first-model-evaluate"]
    (run,) = world.called("startJobRun")
    assert run["Arguments"] == {
        "--archive": "s3://archivebucket/archive/",
        "--raw": "s3://archivebucket/raw/",
        "--output": "s3://modelsbucket/runs/first-model/data",
        "--champion": "s3://models/old/model.tar.gz",
        "--as-of": "2026-01-31",
        "--test-days": "3",
        "--train-days": "9",
    }
    first = World(settings={"PrepareWith": "glue"})
    first.retrain()
    assert set(first.called("startJobRun")[0]["Arguments"]) == {"--archive", "--raw", "--output"}


def test_a_glue_job_that_fails_ends_the_run() -> None:
    """Its sentence is in the message."""
    cause = '{"JobRunState": "FAILED", "ErrorMessage": "SystemExit: NoLabels: no label in the archive"}'
    failing = {"startJobRun": TaskError("States.TaskFailed", cause)}
    world = with_champion(settings={"PrepareWith": "glue"}, failing=failing)
    assert world.retrain().status == "FAILED"
    assert "NoLabels: no label in the archive\n" in world.messages[0][1]


def test_a_search_finds_the_hyperparameters() -> None:
    """What it found is trained with, before what the run was given; nothing is both searched for and given."""
    world = World(settings={"TuningJobs": "20"})
    world.retrain({"hyperparameters": {"rounds": "50", "max_bin": "256"}})
    (search,) = world.called("createHyperParameterTuningJob")
    limits = search["HyperParameterTuningJobConfig"]["ResourceLimits"]
    assert (limits["MaxNumberOfTrainingJobs"], limits["MaxParallelTrainingJobs"]) == (20, 3)
    static = search["TrainingJobDefinition"]["StaticHyperParameters"]
    ranges = search["HyperParameterTuningJobConfig"]["ParameterRanges"]
    assert static["max_bin"] == "256"
    assert static.keys().isdisjoint(entry["Name"] for kind in ranges.values() for entry in kind)
    parameters = hyperparameters(world)
    assert (parameters["max_depth"], parameters["learning_rate"], parameters["rounds"]) == ("5", "0.07", "50")


@pytest.mark.parametrize(("parameter", "asked", "jobs"), [("0", None, 0), ("0", 3, 3), ("20", 0, 0), ("20", None, 20)])
def test_a_run_may_choose_how_much_it_searches(parameter: str, asked: int | None, jobs: int) -> None:
    """The input goes before the template's parameter; none means that nothing is searched."""
    world = World(settings={"TuningJobs": parameter})
    world.retrain({} if asked is None else {"tuning_jobs": asked})
    found = [
        call["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"]
        for call in world.called("createHyperParameterTuningJob")
    ]
    assert found == ([jobs] if jobs else [])


def test_the_search_space_is_the_one_that_is_tried_at_home() -> None:
    """The machine has the ranges of training/search_space.json, and reads the line that train.py logs."""
    task = load("retrain")["States"]["Tune"]
    ranges = task["Arguments"]["HyperParameterTuningJobConfig"]["ParameterRanges"]
    assert ranges == json.loads((ROOT / "training" / "search_space.json").read_text())
    (metric,) = task["Arguments"]["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"]
    line = "model version=v validation_average_precision=7.8e-01 review=0.2"
    assert re.search(metric["Regex"], line)[1] == "7.8e-01"  # type: ignore[index]
    objective = task["Arguments"]["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    assert (objective["MetricName"], objective["Type"]) == (metric["Name"], "Maximize")
    assert "validation_average_precision=" in (Path(ROOT) / "training" / "train.py").read_text()


def test_a_search_that_fails_ends_the_run() -> None:
    """Nothing is trained instead, and the champion stays."""
    world = with_champion(settings={"TuningJobs": "2"}, failing={"createHyperParameterTuningJob": BROKEN})
    assert world.retrain().status == "FAILED"
    assert not world.called("createTrainingJob")
    assert "in the step Tune" in world.messages[0][1]

"""The machines that work on whole files, walked through with their real definitions."""

from typing import Any

import pytest

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import World, with_champion
from tests.unit.state_machine_walker import TaskError, Walk, load

BROKEN = TaskError("SageMaker.SageMakerException", "the service is unwell")
INPUT = "s3://archivebucket/batch/march/file.csv"


def test_a_file_gets_its_scores_beside_it() -> None:
    """Featurised from what is known of its cards, then asked of the champion's model: id and score come back."""
    world = with_champion()
    walk = world.score_batch({"input": INPUT})
    assert walk.output == {
        "run": "batch",
        "status": "scored",
        "output": "s3://archivebucket/batch/march/scores/",
        "model_version": "old",
    }
    (featurise,) = world.called("createProcessingJob")
    inputs = {entry["InputName"]: entry["S3Input"]["S3Uri"] for entry in featurise["ProcessingInputs"]}
    assert inputs["batch"] == INPUT
    assert {"code", "archive", "raw"} < inputs.keys()
    (transform,) = world.called("createTransformJob")
    assert transform["ModelName"] == (world.champion or {})["model_name"]
    assert transform["DataProcessing"] == {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    rows = featurise["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
    assert transform["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] == f"{rows}/rows.csv"
    assert not world.messages


def test_a_whole_prefix_an_output_and_a_mapping_can_be_given() -> None:
    """What is given is used; without archive or history the job is not given them."""
    world = with_champion(data=())
    given = {"input": "s3://archivebucket/batch/march/", "output": "s3://archivebucket/batch/out/"}
    walk = world.score_batch(given | {"mapping": "s3://archivebucket/batch/mapping.json"})
    assert walk.output["output"] == "s3://archivebucket/batch/out/"
    (job,) = world.called("createProcessingJob")
    assert [entry["InputName"] for entry in job["ProcessingInputs"]] == ["code", "batch", "mapping"]
    arguments = job["AppSpecification"]["ContainerArguments"]
    assert arguments[-2:] == ["--mapping", "/opt/ml/processing/input/mapping/mapping.json"]
    assert "--archive" not in arguments
    assert world.score_batch({"input": "s3://archivebucket/batch/march/"}).output["output"].endswith("/march/scores/")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"input": "s3://archivebucket/raw/file.csv"},
        {"input": "s3://elsewhere/batch/file.csv"},
        {"input": "s3://archivebucket/batch/"},
        {"input": INPUT, "output": "s3://archivebucket/raw/"},
    ],
)
def test_only_what_the_jobs_may_read_and_write_is_taken(given: dict[str, str]) -> None:
    """Scores below raw/ would be learned from; other buckets are closed. It fails before a job is paid for."""
    world = with_champion()
    walk = world.score_batch(given)
    assert (walk.status, walk.error) == ("FAILED", "NoInput")
    assert not world.called("createProcessingJob")
    assert "s3://archivebucket/batch/" in world.messages[0][1]


def test_without_a_champion_nothing_is_scored() -> None:
    """Rules are not for files: it fails by name."""
    world = World()
    assert world.score_batch({"input": INPUT}).error == "NoChampion"
    assert world.messages[0][0] == "fraudstream: batch scoring failed"


@pytest.mark.parametrize("action", ["getParameter", "listObjectsV2", "createProcessingJob", "createTransformJob"])
def test_whatever_breaks_is_told(action: str) -> None:
    """The message has the step and the reason."""
    world = with_champion(failing={action: BROKEN})
    assert world.score_batch({"input": INPUT}).status == "FAILED"
    assert "the service is unwell" in world.messages[0][1]


def _backfill(given: Any, failure: TaskError | None = None) -> tuple[Walk, list[Any], list[Any]]:
    jobs: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []

    def job(arguments: dict[str, Any]) -> Any:
        jobs.append(arguments)
        if failure:
            raise failure
        return {}

    machine = load("backfill", StackName="fraudstream", ArchiveBucket="kept")
    services = {
        "arn:aws:states:::sagemaker:createProcessingJob.sync": job,
        "arn:aws:states:::sns:publish": lambda a: messages.append(a) or {},
    }
    walk = Walk(machine=machine, services=services)
    walk.run(given)
    return walk, jobs, messages


def test_backfill_reads_what_it_is_told_to() -> None:
    """Prefix and time come from the input; without them it is all of raw/."""
    _, (job,), _ = _backfill({"raw_prefix": "raw/2025/", "as_of": "2025-12-31"})
    assert job["ProcessingInputs"][1]["S3Input"]["S3Uri"] == "s3://kept/raw/2025/"
    assert job["AppSpecification"]["ContainerArguments"][-2:] == ["--as-of", "2025-12-31"]
    walk, (job,), _ = _backfill({})
    assert job["ProcessingInputs"][1]["S3Input"]["S3Uri"] == "s3://kept/raw/"
    assert "--as-of" not in job["AppSpecification"]["ContainerArguments"]
    assert walk.status == "SUCCEEDED"


def test_a_backfill_that_fails_says_how_to_go_on() -> None:
    """The status tells, and the message says that starting again is safe."""
    walk, _, (message,) = _backfill({}, TaskError("States.TaskFailed", '{"ExitMessage":"NoHistory: raw is empty"}'))
    assert walk.status == "FAILED"
    assert "start the state machine again" in message["Message"]
    assert "NoHistory: raw is empty" in message["Message"]

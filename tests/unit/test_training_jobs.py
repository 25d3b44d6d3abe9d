"""`python -m operate training-jobs`: the state machine's job by hand, and the images it runs in."""

import io
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from local.processes import ROOT
from operate.__main__ import main
from operate.target import Target
from operate.training_jobs import command
from operate.training_jobs.command import IMAGES, SDK_PYTHON, prepared
from operate.training_jobs.train_state import TrainStateError, request
from tests.unit.explain_world import World
from tests.unit.state_machine_walker import Walk, load

SUBSTITUTED = {
    "StackName": "stack",
    "RoleArn": "arn:aws:iam::123456789012:role/stack-sagemaker",
    "Image": "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:3.2-0",
    "SourceUri": "s3://models/code/0123/sourcedir.tar.gz",
    "ModelsBucket": "models",
    "KeyArn": "arn:aws:kms:eu-west-1:123456789012:key/1",
    "TrainingInstanceType": "ml.m5.xlarge",
    "JobVolumeGb": "30",
    "TuningJobs": "0",
}
GIVEN = {"max_depth": "5", "rounds": "400"}
NEEDS_SDK = pytest.mark.skipif(not SDK_PYTHON.exists(), reason="the SageMaker SDK is not installed: `make sdk`")


def machine() -> dict[str, Any]:
    return load("retrain", **SUBSTITUTED)


class StateMachines:
    """Step Functions with our machine."""

    def describe_state_machine(self, *, stateMachineArn: str) -> dict[str, str]:  # noqa: N803
        assert stateMachineArn == "arn:machine"
        return {"definition": json.dumps(machine())}


class Jobs:
    """SageMaker's training jobs, the newest first, in pages of one."""

    def __init__(self, *jobs: dict[str, Any]) -> None:
        self.jobs = {job["TrainingJobName"]: job for job in jobs}

    def list_training_jobs(self, *, NextToken: str = "0", **asked: str) -> dict[str, Any]:  # noqa: N803
        assert asked["NameContains"] == "stack"
        names = list(self.jobs)
        at = int(NextToken)
        page = {"TrainingJobSummaries": [{"TrainingJobName": name} for name in names[at : at + 1]]}
        return page | ({"NextToken": str(at + 1)} if at + 1 < len(names) else {})

    def describe_training_job(self, *, TrainingJobName: str) -> dict[str, Any]:  # noqa: N803
        return self.jobs[TrainingJobName]


@pytest.fixture
def world(monkeypatch) -> World:
    """Return a stack with our machine, and the prepared data of two runs."""
    world = World()
    world.clients["stepfunctions"] = StateMachines()
    outputs = world.target.outputs | {"RetrainStateMachineArn": "arn:machine"}
    target = Target(name="stack", outputs=outputs, client=world.clients.__getitem__, where="a test")
    world.target = target
    for run in ("run-b", "run-a"):
        world.put(f"s3://models/runs/{run}/data/train/data.parquet", b"rows")
    world.put("s3://models/runs/run-c/evaluation/evaluation.json", b"{}")
    monkeypatch.setattr(command, "find_target", lambda stack: target)
    return world


def test_the_request_is_the_one_the_state_machine_sends():
    """Every field of the Train state, evaluated by the machine's own walker: image, code, data, key, limits, tags."""
    sent = Walk(
        machine=machine(),
        services={},
        variables={"run": "run-a", "version": "v1", "options": {"hyperparameters": GIVEN}},
        visited=["Train"],
    ).evaluate(machine()["States"]["Train"]["Arguments"], {})
    assert request(machine(), run="run-a", version="v1", hyperparameters=GIVEN) == sent
    assert sent["AlgorithmSpecification"]["TrainingImage"] == SUBSTITUTED["Image"]
    assert sent["TrainingJobName"] == "stack-v1-train"
    assert GIVEN.items() <= sent["HyperParameters"].items()
    assert all(isinstance(value, str) for value in sent["HyperParameters"].values())


def test_a_dry_run_prints_the_request_and_sends_nothing(world, capsys):
    """For the run that is named, with the hyperparameters that are given; it needs no SDK."""
    assert main(["training-jobs", "launch", "--dry-run", "--run", "run-b", "--version", "v2", "--set", "eta=0.1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == request(machine(), run="run-b", version="v2", hyperparameters={"eta": "0.1"})


def test_the_newest_prepared_data_is_learned_from_unless_a_run_is_named(world, monkeypatch):
    """A run without data of its own does not count."""
    times = {"run-a": 2, "run-b": 1, "run-c": 3}

    class Paginator:
        def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803
            keys = [key for key in world.aws.s3.objects[Bucket] if key.startswith(Prefix)]
            moment = datetime(2026, 9, 1, tzinfo=UTC)
            return [
                {"Contents": [{"Key": key, "LastModified": moment + timedelta(hours=times[key.split("/")[1]])}]}
                for key in keys
            ]

    monkeypatch.setattr(world.clients["s3"], "get_paginator", lambda _: Paginator())
    found = prepared(world.target, None, None, {})
    assert found["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] == "s3://models/runs/run-a/data/train/"
    assert found["TrainingJobName"].startswith("stack-by-hand-")
    world.aws.s3.objects["models"].clear()
    with pytest.raises(command.CommandError, match="no run has data"):
        prepared(world.target, None, None, {})


def test_a_machine_that_no_longer_has_such_a_state_is_told_of():
    """Or whose state asks for what only a run knows."""
    with pytest.raises(TrainStateError, match="no state Train"):
        request({"States": {}}, run="r", version="v", hyperparameters={})
    changed = machine()
    changed["States"]["Train"]["Arguments"]["RoleArn"] = "{% $best.role %}"
    with pytest.raises(TrainStateError, match=r"Train\.RoleArn needs what only a run"):
        request(changed, run="r", version="v", hyperparameters={})


def test_jobs_are_listed_with_what_became_of_them(world, capsys):
    """Status, data, figure, place in the registry, hyperparameters, and which one scores."""

    def job(name: str, **more: Any) -> dict[str, Any]:
        source = {"S3DataSource": {"S3Uri": "s3://models/runs/run-a/data/train/"}}
        return {
            "TrainingJobName": name,
            "CreationTime": datetime(2026, 9, 2, 3, 4, tzinfo=UTC),
            "TrainingJobStatus": "Completed",
            "TrainingTimeInSeconds": 41,
            "HyperParameters": {"sagemaker_program": '"train.py"', "model_version": '"v1"'},
            "InputDataConfig": [{"DataSource": source}],
            "ModelArtifacts": {"S3ModelArtifacts": f"s3://models/models/{name}/output/model.tar.gz"},
        } | more

    metric = [{"MetricName": "validation:average_precision", "Value": 0.79123}]
    failed = job("stack-v2-train", TrainingJobStatus="Failed", ModelArtifacts={}, HyperParameters={"max_depth": "5"})
    world.clients["sagemaker"] = jobs = Jobs(
        failed, job("other-stack-v1-train"), job("stack-v1-train", FinalMetricDataList=metric)
    )
    jobs.list_model_packages = world.registry.list_model_packages
    jobs.describe_model_package = world.registry.describe_model_package
    url = "s3://models/models/stack-v1-train/output/model.tar.gz"
    world.registry.register("v1", url)
    world.registry.pointer = {"model_version": "v1", "model_data_url": url}
    assert main(["training-jobs", "list"]) == 0
    _, _, first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["stack-v2-train", "2026-09-02", "03:04", "Failed", "41", "run-a", "-", "-", "max_depth=5"]
    assert second.split() == (
        [
            "*",
            "stack-v1-train",
            "2026-09-02",
            "03:04",
            "Completed",
            "41",
            "run-a",
            "0.791",
            "1",
            "Approved",
            "(defaults)",
        ]
    )


def test_without_the_sdk_a_launch_says_how_to_get_it(world, capsys, monkeypatch, tmp_path):
    """It is large, and not made unless somebody asks."""
    monkeypatch.setattr(command, "SDK_PYTHON", tmp_path / "python")
    assert main(["training-jobs", "launch", "--run", "run-a"]) == 1
    assert "`make sdk` does it" in capsys.readouterr().err
    assert main(["training-jobs", "launch", "--set", "rounds"]) == 1
    assert "give name=value" in capsys.readouterr().err


def test_the_template_names_the_images_of_the_generated_map():
    """Regions, accounts, repository and version: `python -m operate training-jobs images` generates them."""
    text = (ROOT / "template.yaml").read_text()
    generated = json.loads(IMAGES.read_text())
    mapping = text[text.index("  XgboostImages:") : text.index("Globals:")]
    told = yaml.safe_load(io.StringIO(mapping))["XgboostImages"]
    assert {region: named["Account"] for region, named in told.items()} == generated["accounts"]
    assert set(re.findall(r"/(sagemaker-xgboost:[^\s']+)", text)) == {generated["image"]}


@NEEDS_SDK
def test_the_generated_map_is_what_the_sdk_says():
    """Of the version that is locked in requirements/sdk.txt; no AWS is asked."""
    done = subprocess.run(
        [SDK_PYTHON, "-m", "operate.training_jobs.image_map"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        check=True,
        timeout=120,
    )
    assert json.loads(done.stdout) == json.loads(IMAGES.read_text())

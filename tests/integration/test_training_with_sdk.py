"""Amazon's own ModelTrainer against the embedded AWS: the state machine's job, launched by a person."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from operate.__main__ import main
from operate.target import Target
from operate.training_jobs import command
from tests.integration.sagemaker_stack import BUCKET, IMAGE, ROLE, Sagemaker
from tests.unit.state_machine_walker import load

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not command.SDK_PYTHON.exists(), reason="the SageMaker SDK is not installed: `make sdk`"),
]
SCRIPT = """
import json, os, pathlib, sys
rows = sorted(path.read_text() for channel in ("TRAIN", "VALIDATION")
              for path in pathlib.Path(os.environ[f"SM_CHANNEL_{channel}"]).rglob("*.txt"))
pathlib.Path(os.environ["SM_MODEL_DIR"], "told.json").write_text(json.dumps({"rows": rows, "words": sys.argv[1:]}))
"""


@pytest.fixture
def target(sagemaker: Sagemaker, monkeypatch: pytest.MonkeyPatch) -> Target:
    """Return a stack that is only a state machine and the data of one run."""
    source = sagemaker.put_archive("sdk/sourcedir.tar.gz", {"train.py": SCRIPT})
    for part in ("train", "validation"):
        sagemaker.put(f"runs/sdk-run/data/{part}/rows.txt", part)
    definition = load(
        "retrain",
        StackName="sdk",
        RoleArn=ROLE,
        Image=IMAGE,
        SourceUri=source,
        ModelsBucket=BUCKET,
        KeyArn="arn:aws:kms:us-east-1:000000000000:key/1",
        TrainingInstanceType="ml.m5.xlarge",
        JobVolumeGb="30",
    )
    arn = sagemaker.client("stepfunctions").create_state_machine(
        name="sdk-retrain", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    environment = {
        "AWS_ENDPOINT_URL": sagemaker.aws_url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    outputs = {"ModelsBucketName": BUCKET, "RetrainStateMachineArn": arn}
    target = Target(
        name="sdk", outputs=outputs, client=sagemaker.client, where="the embedded AWS", environment=environment
    )
    monkeypatch.setattr(command, "find_target", lambda stack: target)
    return target


def test_model_trainer_sends_what_the_state_machine_sends(sagemaker: Sagemaker, target: Target, capfd: Any) -> None:
    """Every field, to the job that really runs; only the name differs, by the time that the SDK puts behind it."""
    given = ["training-jobs", "launch", "--run", "sdk-run", "--version", "by-hand", "--set", "max_depth=5"]
    assert main([*given, "--dry-run"]) == 0
    request = json.loads(capfd.readouterr().out)
    assert main([*given, "--wait"]) == 0
    name = capfd.readouterr().out.partition("launched ")[2].partition(";")[0]
    assert name.startswith(request.pop("TrainingJobName"))
    client = sagemaker.client("sagemaker")
    job = client.describe_training_job(TrainingJobName=name)
    assert job["TrainingJobStatus"] == "Completed"
    tags = client.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {tag["Key"]: tag["Value"] for tag in request.pop("Tags", ())}
    request["OutputDataConfig"]["CompressionType"] = "GZIP"  # the SDK says what SageMaker does anyway
    assert {field: job[field] for field in request} == request
    assert main(["training-jobs", "list"]) == 0
    listed = capfd.readouterr().out
    assert name in listed
    assert "max_depth=5" in listed

"""Training jobs: the real script, under the container's conventions."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sagemaker_stack import BUCKET, IMAGE, ROLE, Sagemaker, until, waited
from tests.reliability.proof import proves

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration

SCRIPT = """
import json, os, pathlib, sys
seen = {name: value for name, value in os.environ.items() if name.startswith("SM_") or name == "TRAINING_JOB_NAME"}
rows = pathlib.Path(os.environ["SM_CHANNEL_TRAIN"], "part", "rows.txt").read_text()
pathlib.Path(os.environ["SM_MODEL_DIR"], "model.txt").write_text(rows.upper())
told = {"arguments": sys.argv[1:], "seen": seen, "cwd": os.getcwd(), "mine": os.environ["MINE"]}
pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"], "told.json").write_text(json.dumps(told))
import helper
print("validation-ap=0.25")
print("validation-ap=0.75")
"""


def request(stack: Sagemaker, name: str, script: str, **changed: Any) -> dict[str, Any]:
    """A CreateTrainingJob request for a script."""
    code = stack.put_archive(f"{name}/sourcedir.tar.gz", {"train.py": script, "helper.py": "print('helped')"})
    train = stack.put(f"{name}/train/part/rows.txt", "a,b").rpartition("part/")[0]
    return {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "validation:ap", "Regex": "validation-ap=([0-9.]+)"}],
        },
        "HyperParameters": {
            "sagemaker_program": json.dumps("train.py"),
            "sagemaker_submit_directory": json.dumps(code),
            "rounds": "10",
            "objective": json.dumps("binary:logistic"),
            "monotone": "[1, 0]",
            "e": "0.5",
        },
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": train.rstrip("/")}},
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/{name}/out/"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "Environment": {"MINE": "/opt/ml/model"},
        **changed,
    }


def ended(stack: Sagemaker, name: str) -> dict[str, Any]:
    """The job's description once it has ended, however."""
    client = stack.client("sagemaker")

    def over() -> Any:
        job = client.describe_training_job(TrainingJobName=name)
        return job if job["TrainingJobStatus"] in ("Completed", "Failed", "Stopped") else None

    return until(over)


def unpacked(stack: Sagemaker, key: str) -> dict[str, bytes]:
    body = stack.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}


def test_a_script_trains_and_its_model_is_uploaded(sagemaker: Sagemaker) -> None:
    """Channels, hyperparameters, environment, model, output, metrics and logs are all where SageMaker has them."""
    client = sagemaker.client("sagemaker")
    arn = client.create_training_job(**request(sagemaker, "trains", SCRIPT))["TrainingJobArn"]
    assert arn == "arn:aws:sagemaker:us-east-1:000000000000:training-job/trains"
    waited(client, "training_job_completed_or_stopped", TrainingJobName="trains")

    job = client.describe_training_job(TrainingJobName="trains")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Completed", "Completed")
    assert job["ModelArtifacts"] == {"S3ModelArtifacts": f"s3://{BUCKET}/trains/out/trains/output/model.tar.gz"}
    assert [stage["Status"] for stage in job["SecondaryStatusTransitions"]] == ["Downloading", "Training", "Uploading"]
    assert [(m["MetricName"], m["Value"]) for m in job["FinalMetricDataList"]] == [("validation:ap", 0.75)]
    assert job["TrainingEndTime"] >= job["TrainingStartTime"] >= job["CreationTime"]

    assert unpacked(sagemaker, "trains/out/trains/output/model.tar.gz") == {"model.txt": b"A,B"}
    told = json.loads(unpacked(sagemaker, "trains/out/trains/output/output.tar.gz")["told.json"])
    assert told["arguments"] == [
        "-e", "0.5", "--monotone", "[1, 0]", "--objective", "binary:logistic", "--rounds", "10",
    ]  # fmt: skip
    assert json.loads(told["seen"]["SM_HPS"])["rounds"] == 10
    assert told["seen"]["SM_HP_OBJECTIVE"] == "binary:logistic"
    assert told["seen"]["SM_HOSTS"] == '["algo-1"]'
    assert told["seen"]["TRAINING_JOB_NAME"] == "trains"
    assert told["mine"] == told["seen"]["SM_MODEL_DIR"]
    assert told["cwd"].endswith("/code")

    logs = sagemaker.client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    stream = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="trains/")["logStreams"][0]
    events = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    assert [event["message"] for event in events] == ["helped", "validation-ap=0.25", "validation-ap=0.75"]


@proves(faults=[25])
def test_a_failing_script_fails_the_job_with_what_it_said(sagemaker: Sagemaker) -> None:
    """Without a failure file the reason is the end of the output, the exit code after it."""
    client = sagemaker.client("sagemaker")
    client.create_training_job(**request(sagemaker, "raises", "raise ValueError('one class only')"))
    job = ended(sagemaker, "raises")
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    assert job["FailureReason"].startswith("AlgorithmError: Traceback")
    assert job["FailureReason"].endswith("ValueError: one class only, exit code: 1")
    with pytest.raises(ClientError):
        unpacked(sagemaker, "raises/out/raises/output/model.tar.gz")


def test_a_failure_file_is_the_reason(sagemaker: Sagemaker) -> None:
    """What the script writes to /opt/ml/output/failure is the reason, before anything it printed."""
    script = (
        "import os, pathlib, sys\n"
        "pathlib.Path(os.environ['SM_OUTPUT_DIR'], 'failure').write_text('no frauds in the window')\n"
        "sys.exit(3)\n"
    )
    sagemaker.client("sagemaker").create_training_job(**request(sagemaker, "says-why", script))
    assert ended(sagemaker, "says-why")["FailureReason"] == "AlgorithmError: no frauds in the window, exit code: 3"


def test_a_job_over_its_time_is_stopped(sagemaker: Sagemaker) -> None:
    """MaxRuntimeInSeconds ends the script; what it saved until then is the model."""
    script = (
        "import os, pathlib, time\n"
        "pathlib.Path(os.environ['SM_MODEL_DIR'], 'model.txt').write_text('half')\n"
        "time.sleep(60)\n"
    )
    job = request(sagemaker, "endless", script, StoppingCondition={"MaxRuntimeInSeconds": 1})
    sagemaker.client("sagemaker").create_training_job(**job)
    job = ended(sagemaker, "endless")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert unpacked(sagemaker, "endless/out/endless/output/model.tar.gz") == {"model.txt": b"half"}


@proves(faults=[25])
def test_a_stopped_job_ends_stopped(sagemaker: Sagemaker) -> None:
    """StopTrainingJob sends SIGTERM, and a job that has ended cannot be stopped."""
    client = sagemaker.client("sagemaker")
    client.create_training_job(**request(sagemaker, "halted", "import time; time.sleep(60)"))
    until(lambda: client.describe_training_job(TrainingJobName="halted")["SecondaryStatus"] == "Training")
    client.stop_training_job(TrainingJobName="halted")
    assert ended(sagemaker, "halted")["SecondaryStatus"] == "Stopped"
    with pytest.raises(ClientError, match="The request was rejected because the training job is in status Stopped"):
        client.stop_training_job(TrainingJobName="halted")


@proves(faults=[24])
def test_an_empty_channel_fails_the_job(sagemaker: Sagemaker) -> None:
    """As on AWS, a prefix without objects is an error of the caller, not an empty directory."""
    job = request(sagemaker, "nothing-there", SCRIPT)
    job["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{BUCKET}/nowhere/"
    sagemaker.client("sagemaker").create_training_job(**job)
    reason = ended(sagemaker, "nothing-there")["FailureReason"]
    assert reason.startswith(f'ClientError: Data download failed:No S3 objects found under S3 URL "s3://{BUCKET}/')


def test_requests_that_cannot_run_are_refused(sagemaker: Sagemaker) -> None:
    """A name in use, a name AWS would not take, a job without a script, an unknown job: each in AWS's words."""
    client = sagemaker.client("sagemaker")
    client.create_training_job(**request(sagemaker, "taken", "pass"))
    with pytest.raises(client.exceptions.ResourceInUse, match="Training job names must be unique"):
        client.create_training_job(**request(sagemaker, "taken", "pass"))
    with pytest.raises(ClientError, match=r"Value 'a_b' at 'trainingJobName' failed to satisfy constraint"):
        client.create_training_job(**request(sagemaker, "a_b", "pass"))
    with pytest.raises(ClientError, match="sagemaker_program"):
        client.create_training_job(**request(sagemaker, "no-script", "pass", HyperParameters={}))
    with pytest.raises(ClientError, match=r"ValidationException.*Requested resource not found"):
        client.describe_training_job(TrainingJobName="never-was")


@proves(faults=[25])
def test_a_missing_quota_can_be_played(sagemaker: Sagemaker) -> None:
    """A fault set on an action makes the next such call fail, and only that one."""
    client = sagemaker.client("sagemaker")
    fault = {"code": "ResourceLimitExceeded", "message": "The account-level service limit is 0 Instances", "times": 1}
    sagemaker.control("actions/CreateTrainingJob", fault)
    with pytest.raises(client.exceptions.ResourceLimitExceeded, match="account-level service limit"):
        client.create_training_job(**request(sagemaker, "limited", "pass"))
    client.create_training_job(**request(sagemaker, "limited", "pass"))
    listed = client.list_training_jobs(NameContains="limited", MaxResults=1)
    assert [job["TrainingJobName"] for job in listed["TrainingJobSummaries"]] == ["limited"]

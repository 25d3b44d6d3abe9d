"""Processing jobs and batch transform."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sagemaker_stack import BUCKET, IMAGE, ROLE, Sagemaker, waited

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration

SCRIPT = """
import argparse, json, os, pathlib
options = argparse.ArgumentParser()
options.add_argument("--rows"); options.add_argument("--out")
given = options.parse_args()
rows = sorted(path.read_text() for path in pathlib.Path(given.rows).rglob("*.txt"))
directory = pathlib.Path(given.out, "deep"); directory.mkdir()
(directory / "joined.json").write_text(json.dumps({"rows": rows, "path": os.environ["WHERE"], "out": given.out}))
"""


def request(stack: Sagemaker, name: str, script: str, **changed: Any) -> dict[str, Any]:
    """A CreateProcessingJob request for a script, as the state machine makes them."""
    stack.put(f"{name}/code/prepare.py", script)
    stack.put(f"{name}/rows/a.txt", "first")
    stack.put(f"{name}/rows/more/b.txt", "second")

    def source(input_name: str, prefix: str) -> dict[str, Any]:
        path = f"/opt/ml/processing/input/{input_name}"
        s3 = {"S3Uri": f"s3://{BUCKET}/{name}/{prefix}", "LocalPath": path}
        return {"InputName": input_name, "S3Input": {**s3, "S3DataType": "S3Prefix", "S3InputMode": "File"}}

    out = {"S3Uri": f"s3://{BUCKET}/{name}/out", "LocalPath": "/opt/ml/processing/output/data"}
    return {
        "ProcessingJobName": name,
        "RoleArn": ROLE,
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 10}
        },
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/prepare.py"],
            "ContainerArguments": ["--rows", "/opt/ml/processing/input/rows", "--out=/opt/ml/processing/output/data"],
        },
        "Environment": {"WHERE": "/opt/ml/processing"},
        "ProcessingInputs": [source("code", "code"), source("rows", "rows/")],
        "ProcessingOutputConfig": {
            "Outputs": [{"OutputName": "data", "S3Output": {**out, "S3UploadMode": "EndOfJob"}}]
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **changed,
    }


def test_an_entry_point_runs_between_its_inputs_and_outputs(sagemaker: Sagemaker) -> None:
    """Whole prefixes come in, whole directories go out, and /opt/ml means the job's own directory everywhere."""
    client = sagemaker.client("sagemaker")
    client.create_processing_job(**request(sagemaker, "prepares", SCRIPT))
    waited(client, "processing_job_completed_or_stopped", ProcessingJobName="prepares")
    job = client.describe_processing_job(ProcessingJobName="prepares")
    assert job["ProcessingJobStatus"] == "Completed"
    told = json.loads(sagemaker.text(f"s3://{BUCKET}/prepares/out/deep/joined.json"))
    assert told["rows"] == ["first", "second"]
    assert told["out"] == told["path"] + "/output/data"
    assert not told["path"].startswith("/opt/ml")


def test_a_failing_entry_point_uploads_nothing(sagemaker: Sagemaker) -> None:
    """The job fails with the end of its output, and no half result is taken for a whole one."""
    client = sagemaker.client("sagemaker")
    script = SCRIPT + "\nraise SystemExit('labels are missing')"
    client.create_processing_job(**request(sagemaker, "breaks", script))
    with pytest.raises(Exception, match="Failed"):
        waited(client, "processing_job_completed_or_stopped", ProcessingJobName="breaks")
    job = client.describe_processing_job(ProcessingJobName="breaks")
    assert job["FailureReason"] == "AlgorithmError: labels are missing, exit code: 1"
    assert "Contents" not in sagemaker.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="breaks/out")


def test_what_only_the_image_could_run_is_refused(sagemaker: Sagemaker) -> None:
    """There is no image here, so a job without an entry point is refused when it is asked for."""
    client = sagemaker.client("sagemaker")
    job = request(sagemaker, "no-entry", SCRIPT, AppSpecification={"ImageUri": IMAGE})
    with pytest.raises(ClientError, match=r"without AppSpecification\.ContainerEntrypoint is not supported"):
        client.create_processing_job(**job)


def test_batch_transform_writes_an_answer_beside_each_object(sagemaker: Sagemaker) -> None:
    """Each object goes through the model's own inference script, line by line if asked, into ``<name>.out``."""
    script = (
        "def model_fn(directory): return 2.0\n"
        "def transform_fn(model, body, content_type, accept):\n"
        "    assert len(body.splitlines()) == 1, 'one line a request was asked for'\n"
        "    return str(float(body) * model), accept\n"
    )
    url = sagemaker.put_archive("transform/model.tar.gz", {"code/inference.py": script})
    client = sagemaker.client("sagemaker")
    container = {"Image": IMAGE, "ModelDataUrl": url}
    client.create_model(ModelName="doubles", PrimaryContainer=container, ExecutionRoleArn=ROLE)
    sagemaker.put("transform/in/a.csv", "1\n2\n")
    sagemaker.put("transform/in/b.csv", "5\n")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/transform/in/"}}
    client.create_transform_job(
        TransformJobName="doubling",
        ModelName="doubles",
        BatchStrategy="SingleRecord",
        TransformInput={"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        TransformOutput={
            "S3OutputPath": f"s3://{BUCKET}/transform/out",
            "Accept": "text/csv",
            "AssembleWith": "Line",
        },
        TransformResources={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
    )
    waited(client, "transform_job_completed_or_stopped", TransformJobName="doubling")
    assert sagemaker.text(f"s3://{BUCKET}/transform/out/a.csv.out") == "2.0\n4.0\n"
    assert sagemaker.text(f"s3://{BUCKET}/transform/out/b.csv.out") == "10.0\n"

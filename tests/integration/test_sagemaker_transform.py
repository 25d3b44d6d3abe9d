"""Batch transform with DataProcessing: ids stay out of the model and come back beside the scores."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sagemaker_stack import BUCKET, IMAGE, ROLE, Sagemaker, until
from tests.reliability.proof import proves

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration

SUMS = (
    "def model_fn(d): return 1\n"
    "def transform_fn(model, body, content_type, accept):\n"
    "    rows = [[float(v) for v in line.split(',')] for line in body.splitlines()]\n"
    "    return ''.join(f'{sum(row)!r}\\n' for row in rows), 'text/csv'\n"
)


def transform(stack: Sagemaker, name: str, script: str = SUMS, **changed: Any) -> dict[str, Any]:
    """A CreateTransformJob request over two files of `id,a,b`, with the filters of batch scoring."""
    url = stack.put_archive(f"{name}/model.tar.gz", {"code/inference.py": script})
    stack.client("sagemaker").create_model(
        ModelName=name, PrimaryContainer={"Image": IMAGE, "ModelDataUrl": url}, ExecutionRoleArn=ROLE
    )
    stack.put(f"{name}/in/rows.csv", "tx-1,0.1,nan\ntx-2,1,2\n")
    stack.put(f"{name}/in/more/rows.csv", '"tx,3",1e-3,2\n')
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{name}/in/"}}
    return {
        "TransformJobName": name,
        "ModelName": name,
        "TransformInput": {"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        "TransformOutput": {
            "S3OutputPath": f"s3://{BUCKET}/{name}/out",
            "Accept": "text/csv",
            "AssembleWith": "Line",
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "DataProcessing": {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"},
        **changed,
    }


def ended(stack: Sagemaker, name: str) -> dict[str, Any]:
    """The job once it has ended."""
    client = stack.client("sagemaker")

    def over() -> Any:
        job = client.describe_transform_job(TransformJobName=name)
        return job if job["TransformJobStatus"] in ("Completed", "Failed", "Stopped") else None

    return until(over)


def test_ids_come_back_beside_the_scores(sagemaker: Sagemaker) -> None:
    """The model sees what follows the id; the output is id and score, each as the text that it was."""
    sagemaker.client("sagemaker").create_transform_job(**transform(sagemaker, "joined"))
    job = ended(sagemaker, "joined")
    assert job["TransformJobStatus"] == "Completed", job
    assert sagemaker.text(f"s3://{BUCKET}/joined/out/rows.csv.out") == "tx-1,nan\ntx-2,3.0\n"
    assert sagemaker.text(f"s3://{BUCKET}/joined/out/more/rows.csv.out") == '"tx,3",2.001\n'


@pytest.mark.parametrize(
    ("processing", "expected"),
    [
        ({"InputFilter": "$[1:]"}, "nan\n3.0\n"),
        ({"InputFilter": "$[1, 2]", "JoinSource": "Input"}, "tx-1,0.1,nan,nan\ntx-2,1,2,3.0\n"),
        ({"InputFilter": "$[-1]", "JoinSource": "Input", "OutputFilter": "$[-1]"}, "nan\n2.0\n"),
    ],
)
def test_each_filter_works_alone(sagemaker: Sagemaker, processing: dict[str, str], expected: str) -> None:
    """Without a join only the answer is filtered; without an output filter all columns are written."""
    name = f"filters-{len(processing)}"
    sagemaker.client("sagemaker").create_transform_job(
        **transform(sagemaker, name, DataProcessing=processing, BatchStrategy="SingleRecord")
    )
    assert ended(sagemaker, name)["TransformJobStatus"] == "Completed"
    assert sagemaker.text(f"s3://{BUCKET}/{name}/out/rows.csv.out") == expected


@proves(faults=[18])
def test_an_answer_with_too_few_rows_fails_the_job(sagemaker: Sagemaker) -> None:
    """A score is never joined to another transaction's id."""
    short = SUMS.replace("for row in rows)", "for row in rows[1:])")
    sagemaker.client("sagemaker").create_transform_job(**transform(sagemaker, "short", short))
    job = ended(sagemaker, "short")
    assert job["TransformJobStatus"] == "Failed"
    assert "cannot be joined" in job["FailureReason"]


def test_what_aws_would_refuse_is_refused(sagemaker: Sagemaker) -> None:
    """Filters of CSV are indexes; a join needs lines; both content types must be CSV."""
    client = sagemaker.client("sagemaker")
    request = transform(sagemaker, "refused")
    with pytest.raises(ClientError, match=r"The filter '\$.features'"):
        client.create_transform_job(**{**request, "DataProcessing": {"InputFilter": "$.features"}})
    with pytest.raises(ClientError, match=r"The filter '\$\[1:3\]'"):
        client.create_transform_job(**{**request, "DataProcessing": {"InputFilter": "$[1:3]"}})
    whole = {**request["TransformInput"], "SplitType": "None"}
    with pytest.raises(ClientError, match="SplitType Line and AssembleWith Line"):
        client.create_transform_job(**{**request, "TransformInput": whole})
    anything = {key: value for key, value in request["TransformOutput"].items() if key != "Accept"}
    with pytest.raises(ClientError, match="both ContentType and Accept are text/csv"):
        client.create_transform_job(**{**request, "TransformOutput": anything})

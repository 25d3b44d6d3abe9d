"""A stack in memory whose decisions were made by a real model: its tables, buckets, registry and pointer."""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import numpy as np
from botocore.config import Config
from botocore.exceptions import ClientError
from dataset import Schema
from fraudstream.adapters.bucket import Bucket
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.decisions_table import DecisionsTable
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION, SCHEMA_HASH
from fraudstream.pipeline import Pipeline
from fraudstream.scoring import Scores, json_rows, read_answer, request_body
from inference import model_fn, transform_fn
from train import main as train

from operate.target import Target
from stubs.in_process import connect
from stubs.memory import MemoryAws
from tests.unit.test_pipeline import build
from tests.unit.test_training_samples import part, write_data

OURS = Schema(feature_names=FEATURE_NAMES, features_version=FEATURES_VERSION, schema_hash=SCHEMA_HASH)
OUTPUTS = {
    "DecisionsTableName": "decisions",
    "ArchiveBucketName": "archive",
    "ModelsBucketName": "models",
    "QuarantineBucketName": "quarantine",
    "AlertTopicArn": "arn:aws:sns:eu-west-1:123456789012:stack-alerts",
}
GROUP_ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/stack/"


def trained(root: Path, version: str, *options: str) -> Path:
    """Train a small model on made-up rows of our features; return its directory."""
    data = write_data(root / "data", train=part(seed=1, schema=OURS), validation=part(800, seed=2, schema=OURS))
    paths = {"--train": data / "train", "--validation": data / "validation", "--model_dir": root / version}
    words = [str(word) for pair in paths.items() for word in pair]
    assert train([*words, "--model_version", version, "--rounds", "20", *options]) == 0
    return root / version


def packed(directory: Path) -> bytes:
    """Return a model directory as SageMaker stores it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(directory, arcname=".")
    return buffer.getvalue()


class RealModel:
    """`ports.Scorer` with the endpoint's own program, in process; it may flag every row."""

    def __init__(self, directory: Path, review: float | None = 0.0) -> None:
        model = model_fn(str(directory))
        self.model = model if review is None else replace(model, review=review, block=1.0)

    def score(self, features: np.ndarray, explain: int) -> Scores:
        answer, _ = transform_fn(self.model, request_body(json_rows(features), explain), "text/csv", "*/*")
        return read_answer(answer.encode(), len(features))


@dataclass
class Registry:
    """SageMaker's registry and training jobs, and SSM's pointer. Lists come in pages of one."""

    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    pointer: Mapping[str, str] | None = None

    def register(self, version: str, url: str, approval: str = "Approved", **properties: str) -> str:
        number = len(self.packages) + 1
        arn = f"{GROUP_ARN}{number}"
        self.packages[arn] = {
            "ModelPackageArn": arn,
            "ModelPackageVersion": number,
            "CreationTime": datetime(2026, 9, 1, tzinfo=UTC) + timedelta(days=number),
            "ModelApprovalStatus": approval,
            "InferenceSpecification": {"Containers": [{"ModelDataUrl": url}]},
            "CustomerMetadataProperties": {"model_version": version} | properties,
        }
        return arn

    def list_model_packages(self, *, NextToken: str = "", **_: str) -> dict[str, Any]:  # noqa: N803
        arns = list(reversed(self.packages))
        if not arns:
            return {"ModelPackageSummaryList": []}
        at = int(NextToken or 0)
        answer = {"ModelPackageSummaryList": [{"ModelPackageArn": arns[at]}]}
        return answer | ({"NextToken": str(at + 1)} if at + 1 < len(arns) else {})

    def describe_model_package(self, *, ModelPackageName: str) -> dict[str, Any]:  # noqa: N803
        return self.packages[ModelPackageName]

    def get_parameter(self, *, Name: str) -> dict[str, Any]:  # noqa: N803
        assert Name == "/stack/champion"
        if self.pointer is None:
            raise ClientError({"Error": {"Code": "ParameterNotFound"}}, "GetParameter")
        return {"Parameter": {"Value": json.dumps(self.pointer)}}


class World:
    """The stack, and the pipeline that decides in it."""

    def __init__(self, model: Any = None) -> None:
        self.aws = MemoryAws()
        self.aws.create_table("decisions", "transaction_id")
        for bucket in ("archive", "models", "quarantine"):
            self.aws.create_bucket(bucket)
        self.registry = Registry()
        self.clients = {"sagemaker": self.registry, "ssm": self.registry} | {
            service: self._client(service) for service in ("dynamodb", "s3")
        }
        self.target = Target(name="stack", outputs=OUTPUTS, client=self.clients.__getitem__, where="a test")
        self.pipeline: Pipeline = replace(
            build(),
            decisions=DecisionsTable(self.clients["dynamodb"], "decisions", Calls(1)),
            archive=Bucket(self.clients["s3"], "archive"),
            **({"scorer": model} if model else {}),
        )

    def add_model(self, directory: Path, version: str, **properties: str) -> str:
        """Store and register a model; return its address."""
        url = f"s3://models/models/stack-{version}-train/output/model.tar.gz"
        content = packed(directory)
        self.put(url, content)
        self.registry.register(version, url, artefact_sha256=hashlib.sha256(content).hexdigest(), **properties)
        return url

    def put(self, url: str, content: bytes) -> None:
        """Store an object."""
        bucket, _, key = url.removeprefix("s3://").partition("/")
        self.clients["s3"].put_object(Bucket=bucket, Key=key, Body=content)

    def _client(self, service: str) -> Any:
        client = boto3.client(
            service,
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )
        return connect(client, self.aws)

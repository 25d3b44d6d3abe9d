"""A small model on the stack's endpoint, without the half minute that the retraining machine takes."""

import io
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import xgboost as xgb
from botocore.exceptions import ClientError
from fraudstream.features import FEATURE_NAMES, FEATURES_VERSION, SCHEMA_HASH
from fraudstream.offline import compute_features

from local.demo_data import DemoData
from tests.e2e.conftest import Deployed

from bundle import baseline, golden_rows, write_bundle  # isort: skip
from raw_data import to_transactions  # isort: skip

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
ROLE = "arn:aws:iam::000000000000:role/model"
CONFIGS = ("faults-1", "faults-2")
"""Two endpoint configurations of one model, so that an update changes no score."""
_REVIEW_SHARE, _BLOCK_SHARE = 0.05, 0.01


def deploy_model(deployed: Deployed, data: DemoData) -> None:
    """Train on what will be streamed, which is enough for scores that differ, and put the model into service."""
    sagemaker, bucket = deployed.client("sagemaker"), deployed.outputs["ModelsBucketName"]
    deployed.client("s3").put_object(Bucket=bucket, Key="faults/model.tar.gz", Body=_archive(data))
    container = {
        "Image": IMAGE,
        "ModelDataUrl": f"s3://{bucket}/faults/model.tar.gz",
        "Environment": {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"},
    }
    sagemaker.create_model(ModelName="faults", PrimaryContainer=container, ExecutionRoleArn=ROLE)
    variant = {"VariantName": "AllTraffic", "ModelName": "faults"}
    for name in CONFIGS:
        serverless = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 20}}
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant | serverless])
    create_endpoint(deployed)


def create_endpoint(deployed: Deployed) -> None:
    """Create the endpoint and wait until it is in service."""
    name = deployed.outputs["EndpointName"]
    deployed.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName=CONFIGS[0])
    until(deployed, "InService")


def delete_endpoint(deployed: Deployed) -> None:
    """Delete the endpoint and wait until it is gone."""
    deployed.client("sagemaker").delete_endpoint(EndpointName=deployed.outputs["EndpointName"])
    until(deployed, None)


def update_endpoint(deployed: Deployed, config: str) -> None:
    """Move the endpoint to another configuration and wait until it is there."""
    deployed.client("sagemaker").update_endpoint(
        EndpointName=deployed.outputs["EndpointName"], EndpointConfigName=config
    )
    until(deployed, "InService")


def until(deployed: Deployed, status: str | None, seconds: float = 60) -> None:
    """Wait for a status of the endpoint; None is its absence."""
    deadline = time.monotonic() + seconds
    while (found := _status(deployed.client("sagemaker"), deployed.outputs["EndpointName"])) != status:
        assert time.monotonic() < deadline, f"the endpoint is {found}, not {status}"
        time.sleep(0.1)


def _status(sagemaker: Any, name: str) -> str | None:
    try:
        return str(sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationException":
            return None
        raise


def _archive(data: DemoData) -> bytes:
    """Return `model.tar.gz` as a training job leaves it."""
    unlabelled = data.streamed.assign(label=None, label_time=data.streamed["event_time"].shift(len(data.streamed)))
    features = compute_features(to_transactions(unlabelled))
    fraud = np.array([data.is_fraud[name] for name in data.streamed["transaction_id"]], np.float32)
    matrix = xgb.DMatrix(features, fraud, feature_names=list(FEATURE_NAMES))
    settings = {"objective": "binary:logistic", "max_depth": 4, "nthread": 1, "seed": 1}
    booster = xgb.train(settings, matrix, 20)
    scores = booster.inplace_predict(features).astype(np.float64)
    review, block = np.quantile(scores, [1 - _REVIEW_SHARE, 1 - _BLOCK_SHARE]).tolist()
    metadata = {
        "model_version": "faults",
        "schema_hash": SCHEMA_HASH,
        "features_version": FEATURES_VERSION,
        "feature_names": list(FEATURE_NAMES),
        "thresholds": {"review": review, "block": block},
        "xgboost_version": xgb.__version__,
    }
    with tempfile.TemporaryDirectory() as directory:
        drift = baseline(features, FEATURE_NAMES, scores)
        golden = golden_rows(features[:32], scores[:32])
        write_bundle(Path(directory), bytes(booster.save_raw("ubj")), metadata, golden, drift)
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            archive.add(directory, arcname=".")
    return packed.getvalue()

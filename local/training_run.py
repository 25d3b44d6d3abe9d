"""The demo's training: history into the bucket, histories into the table, a model onto the endpoint."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local import programs  # noqa: F401 makes the training programs importable
from local.clients import Clients
from local.demo_data import DemoData
from local.machines import Execution, run_machine
from local.screen import Screen

from raw_data import write_canonical  # isort: skip

RAW_PREFIX = "raw/"


class NotPromotedError(Exception):
    """The retraining machine ended well, and made no model that it would deploy."""


def upload_history(client: Clients, outputs: Mapping[str, str], data: DemoData) -> int:
    """Put the history where backfill and training read it; return its size in bytes."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "history.parquet"
        write_canonical(data.history, path)
        body = path.read_bytes()
    client("s3").put_object(Bucket=outputs["ArchiveBucketName"], Key=f"{RAW_PREFIX}history.parquet", Body=body)
    return len(body)


def train(
    client: Clients,
    outputs: Mapping[str, str],
    data: DemoData,
    screen: Screen,
    *,
    given: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Upload, backfill and retrain, each as a step; return how the retraining judged its model.

    `given` is what the retraining is started with beside its reason.
    """
    frauds = int((data.history["label"] == "fraud").sum())
    with screen.step("upload the history") as step:
        size = upload_history(client, outputs, data)
        step.result = f"{len(data.history):,} transactions, {frauds:,} frauds known, {size / 1e6:.1f} MB"
    with screen.step("fill the card and terminal histories") as step:
        run = _run(client, outputs["BackfillStateMachineArn"], step.say, json.dumps({"raw_prefix": RAW_PREFIX}))
        step.result = f"{run.name}: {len(run.states)} states"
    with screen.step("train and deploy the first model") as step:
        run = _run(client, outputs["RetrainStateMachineArn"], step.say, json.dumps({"reason": "demo", **(given or {})}))
        evaluation = read_evaluation(client("s3"), outputs["ModelsBucketName"], run.name)
        status = json.loads(run.output).get("status")
        if status != "promoted":
            raise NotPromotedError(
                f"retraining ended {status!r} instead of 'promoted': {evaluation.get('reason', 'it says no reason')}; "
                "a longer history, or one with more known frauds, gives it more to learn from"
            )
        step.result = f"{evaluation['model_version']}: {evaluation['reason']}"
    return evaluation


def read_evaluation(s3: Any, bucket: str, run: str) -> dict[str, Any]:
    """Return the evaluation that a retraining run wrote; empty if there is none."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"runs/{run}/")
    for entry in (entry for page in pages for entry in page.get("Contents", ())):
        if entry["Key"].endswith("/evaluation.json"):
            document: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read())
            return document
    return {}


def _run(client: Clients, machine_arn: str, say: Any, input_json: str) -> Execution:
    return run_machine(client("stepfunctions"), machine_arn, input_json=input_json, on_state=say)

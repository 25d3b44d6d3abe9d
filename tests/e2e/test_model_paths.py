"""The ways of a model over the whole embedded stack: tuned, shadowed, approved by a person, gone back from, asked.

One stack, whose template wants approval. The tests tell one story, in order: none is left out without the next.
"""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from local.demo_data import DemoData, simulated
from local.deployed import deployed_stack
from local.model_runs import Runs
from local.processes import ROOT
from local.producer import Producer
from local.sending import shipment
from local.waiting import wait_until
from tests.reliability.proof import proves

import score_file  # isort: skip
from raw_data import write_canonical  # isort: skip

pytestmark = pytest.mark.e2e
STUMP = {"rounds": "2", "max_depth": "1"}


@pytest.fixture(scope="module")
def data() -> DemoData:
    """Two months to learn from, and some hundred transactions after them."""
    world = {"cards": 1_500, "terminals": 450, "online_shops": 40, "daily_transactions": 800, "fraud_share": 0.0099}
    return simulated(transactions=600, seed=3, history_days=65, **world)


@pytest.fixture(scope="module")
def runs(data: DemoData, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """A stack that wants approval, with a history and without a model."""
    with deployed_stack(tmp_path_factory.mktemp("paths"), RequireApproval="true") as deployed:
        runs = Runs(deployed)
        runs.put_history(data.history, tmp_path_factory.mktemp("history"))
        assert runs.fill_histories()["status"] == "SUCCEEDED"
        yield runs
        runs.close()


@proves(invariants=[10])
def test_a_person_approves_the_first_model_and_that_deploys_it(runs):
    """The run ends waiting, with the command in its letter; nothing scores until the approval, then the model does."""
    ended = runs.retrain(hyperparameters=STUMP)
    assert ended["said"]["status"] == "awaiting_approval", ended
    assert runs.standing().config is None
    assert any("update-model-package" in letter for letter in runs.letters())
    package = runs.packages()[0]
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    approved = runs.approve(package["ModelPackageArn"])
    assert approved["said"]["status"] == "promoted", approved
    assert runs.champion()["model_package_arn"] == package["ModelPackageArn"]


@proves(invariants=[10])
def test_live_traffic_is_decided_by_the_approved_model(runs, data):
    """Every transaction is in the archive with a score of the champion's."""
    records = shipment(data, now=datetime.now(UTC)).records
    Producer(runs.client("kinesis"), runs.outputs["TransactionStreamName"]).send(records)
    table = runs.client("dynamodb")
    name = runs.outputs["DecisionsTableName"]
    wait_until(lambda: table.scan(TableName=name, Select="COUNT")["Count"] >= len(data.streamed), 60)
    item = table.get_item(TableName=name, Key={"transaction_id": {"S": data.streamed["transaction_id"].iloc[-1]}})
    assert item["Item"]["model_version"]["S"] == runs.champion()["model_version"]


@proves(invariants=[10])
def test_a_challenger_is_tuned_shadowed_on_that_traffic_and_then_approved(runs):
    """Two tuning jobs choose its parameters; it scores what the archive holds; only then a person is asked."""
    ended = runs.retrain(tuning_jobs=2, shadow_hours=0.001, hyperparameters={"rounds": "40"})
    assert ended["said"]["status"] == "awaiting_approval", ended
    jobs = runs.sagemaker.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    assert [job["TrainingJobStatusCounters"]["Completed"] for job in jobs] == [2]
    bucket, prefix = runs.outputs["ModelsBucketName"], f"runs/{ended['said']['run']}/"
    listed = runs.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    names = {entry["Key"].removeprefix(prefix) for entry in listed}
    assert {"evaluation/report.html", "evaluation/model_card.json", "shadow/shadow.json"} <= names
    approved = runs.approve(runs.packages()[0]["ModelPackageArn"])
    assert approved["said"]["status"] == "promoted", approved


@proves(invariants=[9])
def test_a_file_is_scored_beside_the_input_as_it_is_by_hand(runs, data, tmp_path):
    """Batch Transform and the laptop's program give the same bits."""
    s3, bucket = runs.client("s3"), runs.outputs["ArchiveBucketName"]
    file = tmp_path / "march.parquet"
    write_canonical(data.streamed.head(200).assign(label=None, label_time=data.streamed["event_time"].shift(300)), file)
    s3.upload_file(str(file), bucket, "batch/march/march.parquet")
    ended = runs.score_file(f"s3://{bucket}/batch/march/march.parquet")
    assert ended["status"] == "SUCCEEDED", ended
    answer = s3.get_object(Bucket=bucket, Key="batch/march/scores/rows.csv.out")["Body"].read()
    there = pd.read_csv(
        io.BytesIO(answer), header=None, names=["transaction_id", "score"], float_precision="round_trip"
    )
    past = fetched(runs, tmp_path)
    arguments = ["--input", str(file), "--model", str(past / "model.tar.gz"), "--output", str(tmp_path)]
    assert score_file.main([*arguments, "--archive", str(past / "archive"), "--raw", str(past / "raw")]) == 0
    here = pd.read_csv(tmp_path / "march.scores.csv", float_precision="round_trip")
    assert there["transaction_id"].tolist() == here["transaction_id"].tolist()
    assert there["score"].tolist() == here["fraud_score"].tolist()


def fetched(runs: Runs, directory: Path) -> Path:
    """Return a directory with the archive, the uploaded history and the champion's artefact."""
    s3 = runs.client("s3")
    bucket = runs.outputs["ArchiveBucketName"]
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", ()):
            target = directory / "past" / entry["Key"]
            target.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(bucket, entry["Key"], str(target))
    address = runs.champion()["model_data_url"]
    models, _, key = address.removeprefix("s3://").partition("/")
    s3.download_file(models, key, str(directory / "past" / "model.tar.gz"))
    return directory / "past"


@proves(invariants=[9])
def test_a_decision_is_computed_again_to_the_bit_by_one_command(runs, data):
    """Of a model that is no longer the champion; once a bit of the item is turned, the command says that it differs."""
    name = data.streamed["transaction_id"].iloc[0]
    found = explained(runs, name)
    assert found.returncode == 0, found.stdout + found.stderr
    table, key = runs.client("dynamodb"), {"transaction_id": {"S": name}}
    decisions = runs.outputs["DecisionsTableName"]
    features = bytearray(table.get_item(TableName=decisions, Key=key)["Item"]["features"]["B"])
    features[3] ^= 1
    table.update_item(
        TableName=decisions,
        Key=key,
        UpdateExpression="SET features = :turned",
        ExpressionAttributeValues={":turned": {"B": bytes(features)}},
    )
    assert explained(runs, name).returncode == 1


def explained(runs: Runs, transaction_id: str) -> "subprocess.CompletedProcess[str]":
    """Give the command of `make explain`."""
    return subprocess.run(
        [sys.executable, "-m", "operate", "explain", transaction_id, "--stack", runs.deployed.stack_name],
        cwd=ROOT,
        env=os.environ | runs.deployed.stack.info.environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@proves(invariants=[10])
def test_a_person_goes_back_to_the_model_before(runs):
    """Deploying the older package makes it the champion again, and the endpoint serves it."""
    older = runs.packages()[1]["ModelPackageArn"]
    ended = runs.deploy(older)
    assert ended["said"]["status"] == "promoted", ended
    champion = runs.champion()
    assert champion["model_package_arn"] == older
    assert runs.standing().config == champion["endpoint_config_name"]

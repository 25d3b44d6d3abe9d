"""Pause and resume as an operator gives them, over a deployed stack with an endpoint that scales."""

import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.conftest import Deployed, deployed_stack
from tests.reliability.proof import proves
from tests.samples import transaction

pytestmark = pytest.mark.e2e
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
ROLE = "arn:aws:iam::000000000000:role/sagemaker"
SCALED = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}
TRACKING = {
    "TargetValue": 300.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
}
INFERENCE = """
def model_fn(directory):
    return None

def transform_fn(model, body, content_type, accept):
    return "nonsense", accept
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A stack whose endpoint answers nonsense, so that rules decide at once."""
    with deployed_stack(tmp_path_factory.mktemp("stack"), UnscoredAfterSeconds="0") as deployed:
        serve(deployed)
        yield deployed


def serve(deployed: Deployed) -> None:
    """Make an endpoint in service, with scaling."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        entry = tarfile.TarInfo("code/inference.py")
        entry.size = len(INFERENCE)
        tar.addfile(entry, io.BytesIO(INFERENCE.encode()))
    bucket, name = deployed.outputs["ModelsBucketName"], deployed.outputs["EndpointName"]
    deployed.client("s3").put_object(Bucket=bucket, Key="models/nonsense.tar.gz", Body=archive.getvalue())
    sagemaker = deployed.client("sagemaker")
    container = {
        "Image": IMAGE,
        "ModelDataUrl": f"s3://{bucket}/models/nonsense.tar.gz",
        "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
    }
    sagemaker.create_model(ModelName="nonsense", PrimaryContainer=container, ExecutionRoleArn=ROLE)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "nonsense",
        "InstanceType": "ml.c6i.large",
        "InitialInstanceCount": 1,
    }
    sagemaker.create_endpoint_config(EndpointConfigName="nonsense", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName="nonsense")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    scaling, resource = deployed.client("application-autoscaling"), f"endpoint/{name}/variant/AllTraffic"
    scaling.register_scalable_target(**SCALED, ResourceId=resource, MinCapacity=1, MaxCapacity=3)
    scaling.put_scaling_policy(
        **SCALED,
        ResourceId=resource,
        PolicyName="by-load",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=TRACKING,
    )


def operate(deployed: Deployed, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Give a command in a process of its own, with the stack as the only AWS it knows."""
    command = [sys.executable, "-m", "operate", arguments[0], "--stack", deployed.stack_name, *arguments[1:]]
    environment = os.environ | deployed.stack.info.environment | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)


def pause(deployed: Deployed, *more: str) -> subprocess.CompletedProcess[str]:
    return operate(deployed, "pause", "--settle-seconds", "1", "--patience", "60", *more)


def state(deployed: Deployed) -> dict[str, Any]:
    """What a pause may change."""
    (mapping,) = deployed.client("lambda").list_event_source_mappings(
        FunctionName=f"{deployed.stack_name}-score-transactions"
    )["EventSourceMappings"]
    name = deployed.outputs["EndpointName"]
    endpoints = deployed.client("sagemaker").list_endpoints(NameContains=name)["Endpoints"]
    scaling, resource = deployed.client("application-autoscaling"), f"endpoint/{name}/variant/AllTraffic"
    targets = scaling.describe_scalable_targets(**SCALED, ResourceIds=[resource])["ScalableTargets"]
    policies = scaling.describe_scaling_policies(**SCALED, ResourceId=resource)["ScalingPolicies"]
    schedules = deployed.client("scheduler").list_schedules(NamePrefix=f"{deployed.stack_name}-")["Schedules"]
    rules = deployed.client("events").list_rules(NamePrefix=f"{deployed.stack_name}-")["Rules"]
    return {
        "mapping": mapping["State"],
        "endpoint": [(e["EndpointName"], e["EndpointStatus"]) for e in endpoints],
        "scaling": [(t["MinCapacity"], t["MaxCapacity"]) for t in targets] if endpoints else [],
        "policies": sorted(p["PolicyName"] for p in policies) if endpoints else [],
        "schedules": {schedule["Name"]: schedule["State"] for schedule in schedules},
        "rules": {rule["Name"]: rule["State"] for rule in rules},
    }


def decided(deployed: Deployed) -> dict[str, str]:
    items = deployed.client("dynamodb").scan(TableName=deployed.outputs["DecisionsTableName"])["Items"]
    return {item["transaction_id"]["S"]: item["decided_at"]["S"] for item in items}


def push(deployed: Deployed, *numbers: int) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for number in numbers:
        record = transaction(number, transaction_id=f"pause-{number}", card_id=f"card_p_{number}", event_time=now)
        deployed.client("kinesis").put_record(
            StreamName=deployed.outputs["TransactionStreamName"],
            PartitionKey=f"card_p_{number}",
            Data=json.dumps(record).encode(),
        )


def until_decided(deployed: Deployed, count: int) -> dict[str, str]:
    deadline = time.monotonic() + 60
    while len(found := decided(deployed)) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} decided"
        time.sleep(0.3)
    return found


def test_a_pause_longer_than_the_stream_remembers_is_refused(stack):
    """Nothing is changed, and the reason is said; so is that records would have to be redriven."""
    before = state(stack)
    for hours, reason in (("100", "would be LOST"), ("30", "make redrive")):
        refused = pause(stack, "--hours", hours)
        assert refused.returncode == 3
        assert reason in refused.stderr
    assert state(stack) == before


@proves(invariants=[1, 2])
def test_what_is_sent_during_a_pause_is_decided_once_after_it(stack):
    """Nothing is read while paused; resumed, everything is as it was, and each record has one decision."""
    push(stack, 1)
    until_decided(stack, 1)
    before = state(stack)
    assert before["mapping"] == "Enabled"
    assert before["scaling"] == [(1, 3)]

    for _ in range(2):  # given twice, it is the same pause
        ran = pause(stack)
        assert ran.returncode == 0, ran.stderr
        assert "RESUME BEFORE" in ran.stdout
        assert "1 provisioned shard" in ran.stdout
    paused = state(stack)
    assert (paused["mapping"], paused["endpoint"]) == ("Disabled", [])
    assert "ENABLED" not in paused["schedules"].values()

    push(stack, *range(2, 22))
    time.sleep(3)
    assert set(decided(stack)) == {"pause-1"}

    ran = operate(stack, "resume", "--patience", "60")
    assert ran.returncode == 0, ran.stderr
    assert "RESUMED" in ran.stdout
    found = until_decided(stack, 21)
    assert set(found) == {f"pause-{number}" for number in range(1, 22)}
    assert state(stack) == before
    time.sleep(2)
    assert decided(stack) == found

    again = operate(stack, "resume")
    assert (again.returncode, "nothing is paused" in again.stdout) == (0, True)


def test_the_doctor_looks_at_the_whole_stack(stack):
    """Every part can be looked at; what it says is what there is: an endpoint, and no champion."""
    command = [sys.executable, "-m", "operate", "doctor", "--stack", stack.stack_name, "--json"]
    environment = os.environ | stack.stack.info.environment | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    found = [f for f in json.loads(ran.stdout)["findings"] if f["part"] in {"account", "stack"}]
    said = {f["what"]: f["level"] for f in found}
    assert not [what for what in said if "could not be looked at" in what]
    assert said["the stream is read"] == "ok"
    assert said["no model scores yet: rules alone decide"] == "warn"
    assert said["parameters are those of the template"] == "ok"
    assert said["region us-east-1 has the XGBoost image"] == "ok"

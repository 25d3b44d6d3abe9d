"""How traffic moves, what calls it back, and how an update or a job can be made to fail."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sagemaker_stack import Sagemaker, until
from tests.integration.test_sagemaker_endpoints import INFERENCE, ask, described, make_config, make_endpoint, settled
from tests.integration.test_sagemaker_training import ended, request
from tests.reliability.proof import proves

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration


def shift(kind: str, alarm: str | None = None, wait_seconds: int = 300, **size: Any) -> dict[str, Any]:
    """A DeploymentConfig; this stack plays its waiting a hundred times as fast."""
    routing = {"Type": kind, "WaitIntervalInSeconds": wait_seconds, **size}
    policy = {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": 0}
    rollback = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}} if alarm else {}
    return {"BlueGreenUpdatePolicy": policy, **rollback}


HALF = {"Type": "CAPACITY_PERCENT", "Value": 50}
CANARY, LINEAR = {"CanarySize": HALF}, {"LinearStepSize": HALF}


def put_alarm(stack: Sagemaker, name: str) -> None:
    """An alarm on the faults of one endpoint, named as it is."""
    stack.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Dimensions=[{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": "AllTraffic"}],
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )


@proves(faults=[27])
@pytest.mark.parametrize(("kind", "size"), [("CANARY", CANARY), ("LINEAR", LINEAR)])
def test_an_alarm_in_the_middle_of_a_shift_calls_all_traffic_back(
    sagemaker: Sagemaker, kind: str, size: dict[str, Any]
) -> None:
    """Both fleets answer until it rings; then only the old one does, without a failed request, and nothing is said."""
    name = f"shifts-{kind.lower()}"
    make_endpoint(sagemaker, name, 1.0)
    make_config(sagemaker, f"{name}-2", INFERENCE.replace("FACTOR", "2.0"))
    put_alarm(sagemaker, name)
    client = sagemaker.client("sagemaker")
    client.update_endpoint(
        EndpointName=name, EndpointConfigName=f"{name}-2", DeploymentConfig=shift(kind, name, 3_000, **size)
    )
    until(lambda: {ask(sagemaker, name, "1") for _ in range(10)} == {"1.0", "2.0"})
    sagemaker.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    endpoint = settled(sagemaker, name)
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", f"{name}-1")
    assert "FailureReason" not in endpoint
    assert {ask(sagemaker, name, "1") for _ in range(10)} == {"1.0"}


def test_a_linear_shift_ends_with_all_traffic_on_the_new_fleet(sagemaker: Sagemaker) -> None:
    """With an alarm that stays quiet the update goes through, and the next one can keep its deployment."""
    make_endpoint(sagemaker, "linear", 1.0)
    make_config(sagemaker, "linear-2", INFERENCE.replace("FACTOR", "2.0"))
    put_alarm(sagemaker, "linear")
    started = time.monotonic()
    sagemaker.client("sagemaker").update_endpoint(
        EndpointName="linear",
        EndpointConfigName="linear-2",
        DeploymentConfig=shift("LINEAR", "linear", **LINEAR),
    )
    endpoint = settled(sagemaker, "linear")
    assert time.monotonic() - started > 6  # two steps of 3 s each
    assert endpoint["EndpointConfigName"] == "linear-2"
    assert endpoint["LastDeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"] == [{"AlarmName": "linear"}]
    assert ask(sagemaker, "linear", "1") == "2.0"


def test_a_shift_that_aws_refuses_is_refused(sagemaker: Sagemaker) -> None:
    """Two instances at least, steps of at most a half, and all the waiting within the time limit."""
    client = sagemaker.client("sagemaker")
    make_endpoint(sagemaker, "checked", 1.0)
    script = INFERENCE.replace("FACTOR", "2.0")
    make_config(sagemaker, "checked-serverless", script, ServerlessConfig={"MemorySizeInMB": 1024, "MaxConcurrency": 1})
    make_config(sagemaker, "checked-one", script, InstanceType="ml.c6i.large", InitialInstanceCount=1)
    make_config(sagemaker, "checked-two", script)

    def refused(config: str, deployment: dict[str, Any], message: str) -> None:
        with pytest.raises(ClientError, match=message):
            client.update_endpoint(EndpointName="checked", EndpointConfigName=config, DeploymentConfig=deployment)

    refused("checked-serverless", shift("CANARY", **CANARY), "at least 2 instances")
    refused("checked-one", shift("LINEAR", **LINEAR), "at least 2 instances")
    refused("checked-two", shift("CANARY", CanarySize={**HALF, "Value": 60}), "CanarySize must be 0% to 50%")
    refused("checked-two", shift("LINEAR", LinearStepSize={**HALF, "Value": 5}), "LinearStepSize must be 10% to 50%")
    hasty = shift("LINEAR", **LINEAR)
    hasty["BlueGreenUpdatePolicy"]["MaximumExecutionTimeoutInSeconds"] = 600
    refused("checked-two", hasty, "MaximumExecutionTimeoutInSeconds must be larger")
    assert described(sagemaker, "checked")["EndpointStatus"] == "InService"


@proves(faults=[27])
def test_an_update_can_be_made_to_roll_back_in_silence(sagemaker: Sagemaker) -> None:
    """Played once: the endpoint ends InService on its old configuration; the next update goes through."""
    make_endpoint(sagemaker, "silent", 1.0)
    make_config(sagemaker, "silent-2", INFERENCE.replace("FACTOR", "2.0"))
    client = sagemaker.client("sagemaker")
    sagemaker.control("updates/silent", {"end": "InService", "times": 1})
    for expected in ("silent-1", "silent-2"):
        client.update_endpoint(EndpointName="silent", EndpointConfigName="silent-2")
        endpoint = settled(sagemaker, "silent")
        assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", expected)
        assert "FailureReason" not in endpoint


@proves(faults=[27])
def test_an_update_can_be_made_to_fail(sagemaker: Sagemaker) -> None:
    """With its rollback failed the old fleet answers in a status of its own; Failed means that nothing answers."""
    make_endpoint(sagemaker, "fails", 1.0)
    make_config(sagemaker, "fails-2", INFERENCE.replace("FACTOR", "2.0"))
    client = sagemaker.client("sagemaker")
    for end in ("UpdateRollbackFailed", "Failed"):
        sagemaker.control("updates/fails", {"end": end, "times": 1})
        client.update_endpoint(EndpointName="fails", EndpointConfigName="fails-2")
        until(lambda end=end: described(sagemaker, "fails")["EndpointStatus"] == end)
        endpoint = described(sagemaker, "fails")
        assert endpoint["EndpointConfigName"] == "fails-1"
        assert endpoint["FailureReason"]
        if end == "UpdateRollbackFailed":
            assert ask(sagemaker, "fails", "1") == "1.0"
    with pytest.raises(ClientError, match="not found"):
        ask(sagemaker, "fails", "1")


@proves(faults=[25])
def test_a_job_can_be_made_to_fail_or_stop(sagemaker: Sagemaker) -> None:
    """The next one ends so without having run; the one after it runs."""
    client = sagemaker.client("sagemaker")
    reason = "ClientError: disk full"
    for name, fault, status in (
        ("made-to-fail", {"end": "Failed", "reason": reason, "times": 1}, "Failed"),
        ("made-to-stop", {"end": "Stopped", "times": 1}, "Stopped"),
    ):
        sagemaker.control("jobs/TrainingJob", fault)
        client.create_training_job(**request(sagemaker, name, "print('ran')"))
        job = ended(sagemaker, name)
        assert job["TrainingJobStatus"] == status
        assert job.get("FailureReason") == (reason if status == "Failed" else None)
        assert not (sagemaker.state / f"logs/training-job/{name}.log").read_text()
    client.create_training_job(**request(sagemaker, "made-to-run", "print('ran')"))
    assert ended(sagemaker, "made-to-run")["TrainingJobStatus"] == "Completed"

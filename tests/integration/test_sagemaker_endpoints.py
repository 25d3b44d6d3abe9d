"""Endpoints: created, asked, updated with a way back, restarted, deleted."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sagemaker_stack import IMAGE, ROLE, Sagemaker, until, waited
from tests.reliability.proof import proves

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration

INFERENCE = """
import json, os, time

def refused(environ, start_response):
    start_response("400 Bad Request", [("Content-Type", "text/plain")])
    return [b"11 columns, 12 expected"]

def model_fn(directory):
    return FACTOR

def transform_fn(model, body, content_type, accept):
    if body == "pid":
        return str(os.getpid()), "text/plain"
    if body.startswith("wait "):
        open(body[5:] + ".begun", "w").close()
        while not os.path.exists(body[5:]):
            time.sleep(0.02)
        return str(model), "text/plain"
    if body == "refuse":
        return refused
    scores = [float(row) * model for row in body.split()]
    if accept == "text/csv":
        return "\\n".join(map(str, scores)), accept
    return json.dumps({"scores": scores, "type": type(body).__name__}), accept
"""


def make_config(stack: Sagemaker, name: str, script: str, **variant: Any) -> None:
    """A model and an endpoint configuration of one name."""
    client = stack.client("sagemaker")
    url = stack.put_archive(f"models/{name}/model.tar.gz", {"code/inference.py": script})
    container = {"Image": IMAGE, "ModelDataUrl": url, "Environment": {"SAGEMAKER_PROGRAM": "inference.py"}}
    client.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    kind = variant or {"InstanceType": "ml.c6i.large", "InitialInstanceCount": 2}
    client.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[{"VariantName": "AllTraffic", "ModelName": name, **kind}]
    )


def make_endpoint(stack: Sagemaker, name: str, factor: float, **variant: Any) -> None:
    """An endpoint in service whose model multiplies by ``factor``; its configuration is ``<name>-1``."""
    make_config(stack, f"{name}-1", INFERENCE.replace("FACTOR", str(factor)), **variant)
    client = stack.client("sagemaker")
    client.create_endpoint(EndpointName=name, EndpointConfigName=f"{name}-1")
    waited(client, "endpoint_in_service", EndpointName=name)


def ask(stack: Sagemaker, name: str, body: str | bytes, accept: str = "text/csv") -> str:
    runtime = stack.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName=name, Body=body, ContentType="text/csv", Accept=accept)
    return answer["Body"].read().decode()


def described(stack: Sagemaker, name: str) -> dict[str, Any]:
    return stack.client("sagemaker").describe_endpoint(EndpointName=name)


def settled(stack: Sagemaker, name: str) -> dict[str, Any]:
    """The endpoint once no change is in progress."""
    return until(lambda: (e := described(stack, name))["EndpointStatus"] in ("InService", "Failed") and e)


def test_an_endpoint_serves_the_models_own_script(sagemaker: Sagemaker) -> None:
    """InService means answering; the answer names its type and the variant that gave it."""
    make_endpoint(sagemaker, "serves", 2.0)
    endpoint = described(sagemaker, "serves")
    assert endpoint["EndpointConfigName"] == "serves-1"
    (variant,) = endpoint["ProductionVariants"]
    assert (variant["VariantName"], variant["CurrentInstanceCount"], variant["CurrentWeight"]) == ("AllTraffic", 2, 1.0)

    runtime = sagemaker.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName="serves", Body="1\n2.5", ContentType="text/csv")
    assert answer["ContentType"] == "application/json"
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert json.loads(answer["Body"].read()) == {"scores": [2.0, 5.0], "type": "str"}
    assert ask(sagemaker, "serves", "3") == "6.0"


def test_a_models_error_is_a_model_error(sagemaker: Sagemaker) -> None:
    """The runtime answers 424 with the container's own status and message, and serves the next request."""
    make_endpoint(sagemaker, "errs", 1.0)
    runtime = sagemaker.client("sagemaker-runtime")
    with pytest.raises(runtime.exceptions.ModelError) as caught:
        ask(sagemaker, "errs", "not a number")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert caught.value.response["OriginalStatusCode"] == 500
    assert "Internal Server Error" in caught.value.response["OriginalMessage"]  # the reason is in the log alone
    assert 'Received server error (500) from primary with message "' in str(caught.value)
    with pytest.raises(runtime.exceptions.ModelError, match=r"Received client error \(400\).*11 columns") as caught:
        ask(sagemaker, "errs", "refuse")
    assert caught.value.response["OriginalStatusCode"] == 400
    assert ask(sagemaker, "errs", "3") == "3.0"


def test_the_limits_of_a_request_are_enforced(sagemaker: Sagemaker, tmp_path: Path) -> None:
    """6,291,456 bytes for instances, 4 MB for serverless, one byte either side; and the concurrency of serverless."""
    make_endpoint(sagemaker, "big", 1.0)
    make_endpoint(sagemaker, "small", 1.0, ServerlessConfig={"MemorySizeInMB": 1024, "MaxConcurrency": 1})
    row = b"1 "
    assert ask(sagemaker, "big", row.ljust(6_291_456)) == "1.0"
    with pytest.raises(ClientError, match="HTTP content length exceeded 6291456 bytes") as caught:
        ask(sagemaker, "big", row.ljust(6_291_457))
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert ask(sagemaker, "small", row.ljust(4 * 1024 * 1024)) == "1.0"
    with pytest.raises(ClientError, match=r"ValidationError.*has oversize body"):
        ask(sagemaker, "small", row.ljust(4 * 1024 * 1024 + 1))

    release = tmp_path / "release"
    slow = threading.Thread(target=ask, args=[sagemaker, "small", f"wait {release}"])
    slow.start()
    until((tmp_path / "release.begun").exists)
    with pytest.raises(ClientError, match="ThrottlingException"):
        ask(sagemaker, "small", "1")
    release.touch()
    slow.join()


def test_an_unknown_endpoint_is_a_validation_error(sagemaker: Sagemaker) -> None:
    """Both APIs word it as AWS does."""
    with pytest.raises(ClientError, match="Endpoint nowhere of account 000000000000 not found") as caught:
        ask(sagemaker, "nowhere", "1")
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    arn = "arn:aws:sagemaker:us-east-1:000000000000:endpoint/nowhere"
    with pytest.raises(ClientError, match=f'ValidationException.*Could not find endpoint "{arn}"'):
        described(sagemaker, "nowhere")


def test_a_healthy_update_moves_to_the_new_configuration(sagemaker: Sagemaker) -> None:
    """Traffic moves in the canary's steps, without a failed request, and the old server is gone afterwards."""
    make_endpoint(sagemaker, "moves", 1.0)
    make_config(sagemaker, "moves-2", INFERENCE.replace("FACTOR", "2.0"))
    former = int(ask(sagemaker, "moves", "pid"))
    routing = {
        "Type": "CANARY",
        "WaitIntervalInSeconds": 200,
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
    }
    policy = {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": 0}
    client = sagemaker.client("sagemaker")
    client.update_endpoint(
        EndpointName="moves",
        EndpointConfigName="moves-2",
        DeploymentConfig={"BlueGreenUpdatePolicy": policy},
    )
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        client.update_endpoint(EndpointName="moves", EndpointConfigName="moves-1")
    answers = []
    while (endpoint := described(sagemaker, "moves"))["EndpointStatus"] == "Updating":
        assert endpoint["PendingDeploymentSummary"]["EndpointConfigName"] == "moves-2"
        assert endpoint["EndpointConfigName"] == "moves-1"
        answers.append(ask(sagemaker, "moves", "1"))
    assert set(answers) == {"1.0", "2.0"}
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", "moves-2")
    assert "PendingDeploymentSummary" not in endpoint
    assert ask(sagemaker, "moves", "1") == "2.0"
    until(lambda: not _alive(former))


@proves(faults=[27])
def test_a_broken_update_rolls_back_in_silence(sagemaker: Sagemaker) -> None:
    """The endpoint ends InService on its old configuration, answers throughout, and says nothing of it."""
    make_endpoint(sagemaker, "falls", 1.0)
    make_config(sagemaker, "falls-2", "raise RuntimeError('cannot be imported')")
    sagemaker.client("sagemaker").update_endpoint(EndpointName="falls", EndpointConfigName="falls-2")
    while described(sagemaker, "falls")["EndpointStatus"] != "InService":
        assert ask(sagemaker, "falls", "1") == "1.0"
    endpoint = described(sagemaker, "falls")
    assert endpoint["EndpointConfigName"] == "falls-1"
    assert "FailureReason" not in endpoint
    assert "PendingDeploymentSummary" not in endpoint
    assert ask(sagemaker, "falls", "1") == "1.0"


@proves(faults=[27])
def test_a_ringing_alarm_rolls_the_update_back(sagemaker: Sagemaker) -> None:
    """A healthy new model goes back too when a roll-back alarm is in state ALARM while traffic moves."""
    make_endpoint(sagemaker, "alarmed", 1.0)
    make_config(sagemaker, "alarmed-2", INFERENCE.replace("FACTOR", "2.0"))
    cloudwatch = sagemaker.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="alarmed-faults",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName="alarmed-faults", StateValue="ALARM", StateReason="test")
    routing = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    sagemaker.client("sagemaker").update_endpoint(
        EndpointName="alarmed",
        EndpointConfigName="alarmed-2",
        DeploymentConfig={
            "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing},
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "alarmed-faults"}]},
        },
    )
    assert settled(sagemaker, "alarmed")["EndpointConfigName"] == "alarmed-1"
    assert ask(sagemaker, "alarmed", "1") == "1.0"


def test_an_endpoint_that_never_was_healthy_fails(sagemaker: Sagemaker) -> None:
    """Creation ends Failed with the health check as its reason; then only deleting is possible."""
    client = sagemaker.client("sagemaker")
    make_config(sagemaker, "stillborn-1", "def model_fn(directory): raise ValueError('no model')")
    client.create_endpoint(EndpointName="stillborn", EndpointConfigName="stillborn-1")
    endpoint = settled(sagemaker, "stillborn")
    assert endpoint["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in endpoint["FailureReason"]
    with pytest.raises(ClientError, match="in status Failed"):
        client.update_endpoint(EndpointName="stillborn", EndpointConfigName="stillborn-1")
    client.delete_endpoint(EndpointName="stillborn")
    waited(client, "endpoint_deleted", EndpointName="stillborn")


@proves(faults=[17])
def test_a_killed_server_comes_back(sagemaker: Sagemaker) -> None:
    """The process is started again, and a request that comes meanwhile waits for it."""
    make_endpoint(sagemaker, "killed", 1.0)
    former = int(ask(sagemaker, "killed", "pid"))
    os.kill(former, signal.SIGKILL)
    until(lambda: not _alive(former))
    assert int(ask(sagemaker, "killed", "pid")) != former


def test_deleting_ends_the_server(sagemaker: Sagemaker) -> None:
    """After deletion there is neither an endpoint nor its process."""
    make_endpoint(sagemaker, "leaves", 1.0)
    process = int(ask(sagemaker, "leaves", "pid"))
    client = sagemaker.client("sagemaker")
    client.delete_endpoint(EndpointName="leaves")
    waited(client, "endpoint_deleted", EndpointName="leaves")
    until(lambda: not _alive(process))
    with pytest.raises(ClientError, match="not found"):
        ask(sagemaker, "leaves", "1")


def test_faults_can_be_played(sagemaker: Sagemaker) -> None:
    """Each mode does what it says, for as many requests as it was asked for."""
    make_endpoint(sagemaker, "plays", 1.0)
    fault = "endpoints/plays"

    def error_of(mode: str, **more: Any) -> str:
        sagemaker.control(fault, {"mode": mode, "times": 1, **more})
        with pytest.raises(ClientError) as caught:
            ask(sagemaker, "plays", "1")
        return caught.value.response["Error"]["Code"]

    assert error_of("error", status=503) == "ModelError"
    assert error_of("throttle") == "ThrottlingException"
    assert error_of("unavailable") == "ServiceUnavailable"
    for mode, expected in {"nan": "nan\n0.25", "out_of_range": "1.5\n0.25", "wrong_count": "0.5"}.items():
        sagemaker.control(fault, {"mode": mode, "times": 1})
        assert ask(sagemaker, "plays", "0.5 0.25") == expected
    sagemaker.control(fault, {"mode": "slow", "seconds": 0.4})
    started = time.monotonic()
    ask(sagemaker, "plays", "1")
    assert time.monotonic() - started > 0.4
    sagemaker.control(fault, {"mode": "ok"})
    assert ask(sagemaker, "plays", "0.5 0.25") == "0.5\n0.25"


def test_faults_of_an_endpoint_reach_its_metrics(sagemaker: Sagemaker) -> None:
    """CloudWatch has the invocations and their errors under the endpoint and its variant, for alarms."""
    make_endpoint(sagemaker, "counted", 1.0)
    for body in ("1", "2", "not a number"):
        _answer_or_none(sagemaker, "counted", body)
    dimensions = [{"Name": "EndpointName", "Value": "counted"}, {"Name": "VariantName", "Value": "AllTraffic"}]
    cloudwatch = sagemaker.client("cloudwatch")

    def total(metric: str) -> float:
        now = time.time()
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=now - 600,
            EndTime=now + 60,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    until(lambda: total("Invocations") == 3)
    assert (total("Invocation5XXErrors"), total("Invocation4XXErrors")) == (1, 0)


def test_the_control_route_is_not_part_of_aws(sagemaker: Sagemaker) -> None:
    """Faults are set on the process itself; a request signed for SageMaker does not reach that route."""
    make_endpoint(sagemaker, "guarded", 1.0)
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sagemaker/aws4_request"}
    url = f"{sagemaker.aws_url}/_control/endpoints/guarded"
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(url, b'{"mode": "error"}', signed), timeout=10)
    assert ask(sagemaker, "guarded", "1") == "1.0"


def test_resources_in_use_or_missing_are_refused(sagemaker: Sagemaker) -> None:
    """Doubles and dangling names are refused in AWS's words, and what is not done here is refused at all."""
    client = sagemaker.client("sagemaker")
    make_config(sagemaker, "strict", INFERENCE.replace("FACTOR", "1.0"))
    instances = {"VariantName": "a", "InstanceType": "ml.c6i.large", "InitialInstanceCount": 1}
    with pytest.raises(ClientError, match='Cannot create already existing endpoint configuration "arn:'):
        client.create_endpoint_config(
            EndpointConfigName="strict", ProductionVariants=[{"ModelName": "strict", **instances}]
        )
    with pytest.raises(ClientError, match='Could not find model "arn:aws:sagemaker:us-east-1:000000000000:model/no"'):
        client.create_endpoint_config(
            EndpointConfigName="strict-2", ProductionVariants=[{"ModelName": "no", **instances}]
        )
    container = {"Image": IMAGE, "ModelDataUrl": "s3://nowhere/model.tar.gz"}
    with pytest.raises(ClientError, match="Could not find model data at s3://nowhere/model"):
        client.create_model(ModelName="strict-3", PrimaryContainer=container, ExecutionRoleArn=ROLE)
    variant = {"ModelName": "strict", **instances}
    with pytest.raises(ClientError, match="ShadowProductionVariants is not supported by the embedded SageMaker"):
        client.create_endpoint_config(
            EndpointConfigName="strict-4", ProductionVariants=[variant], ShadowProductionVariants=[variant]
        )


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _answer_or_none(stack: Sagemaker, name: str, body: str) -> str | None:
    try:
        return ask(stack, name, body)
    except ClientError:
        return None

"""How traffic moves to a new model, and what an endpoint of instances gets beside it."""

from typing import Any

import pytest

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import BROKEN, World, challenged
from tests.unit.test_template import TEMPLATE


def shift(world: World) -> dict[str, Any] | None:
    """Deploy the new package; return how traffic moved."""
    world.deploy()
    config: dict[str, Any] | None = world.called("updateEndpoint")[0].get("DeploymentConfig")
    return config


@pytest.mark.parametrize(
    ("kind", "count", "wanted", "share"),
    [
        ("instances", "2", "canary", 50),
        ("instances", "4", "canary", 25),
        ("instances", "10", "linear", 10),
        ("instances", "2", "linear", 50),
        ("instances", "1", "canary", None),
        ("instances", "2", "all-at-once", None),
        ("serverless", "2", "canary", None),
    ],
)
def test_traffic_shifts_where_there_is_something_to_shift(
    kind: str, count: str, wanted: str, share: int | None
) -> None:
    """From two instances on, in steps that SageMaker allows (10 to 50%), watched by the endpoint's alarms."""
    settings = {"EndpointKind": kind, "EndpointInstanceCount": count, "TrafficShift": wanted}
    found = shift(challenged(settings=settings))
    if share is None:
        assert found is None
        return
    assert found is not None
    routing = found["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]
    assert routing["Type"] == wanted.upper()
    size = routing["CanarySize" if wanted == "canary" else "LinearStepSize"]
    assert size == {"Type": "CAPACITY_PERCENT", "Value": share}
    alarms = found["AutoRollbackConfiguration"]["Alarms"]
    assert [alarm["AlarmName"] for alarm in alarms] == ["endpointerrorsalarm", "endpointslowalarm"]


def test_every_shift_ends_before_the_machine_gives_up_looking() -> None:
    """Steps, pauses and the last wait, at their longest, fit into 120 looks of 20 seconds."""
    longest = str(TEMPLATE["Parameters"]["ShiftWatchSeconds"]["MaxValue"])
    for wanted in ("canary", "linear"):
        settings = {"EndpointKind": "instances", "EndpointInstanceCount": "10", "TrafficShift": wanted}
        settings |= {"ShiftWatchSeconds": longest}
        found = shift(challenged(settings=settings)) or {}
        policy = found["BlueGreenUpdatePolicy"]
        routing = policy["TrafficRoutingConfiguration"]
        steps = 1 if wanted == "canary" else 100 // routing["LinearStepSize"]["Value"]
        seconds = steps * routing["WaitIntervalInSeconds"] + policy["TerminationWaitInSeconds"]
        assert seconds < policy["MaximumExecutionTimeoutInSeconds"] <= 120 * 20


def test_going_back_is_never_gradual() -> None:
    """A model that is not trusted loses all traffic at once."""
    settings = {"EndpointKind": "instances", "TrafficShift": "canary"}
    world = challenged(settings=settings, verdict={"verified": False, "reason": "wrong"})
    world.deploy()
    there, back = world.called("updateEndpoint")
    assert "DeploymentConfig" in there
    assert "DeploymentConfig" not in back
    assert there["RetainAllVariantProperties"] is back["RetainAllVariantProperties"] is True


def test_instances_scale_and_a_serverless_endpoint_does_not() -> None:
    """Scaling is registered once the endpoint is there; without instances nobody is asked."""
    serverless, instances = challenged(), challenged(settings={"EndpointKind": "instances"})
    for world in (serverless, instances):
        assert world.deploy().status == "SUCCEEDED"
    assert not serverless.scaling
    assert instances.scaling == ["endpoint/endpointname/variant/AllTraffic", "endpointname-invocations"]
    (config,) = instances.called("createEndpointConfig")
    assert (config["KmsKeyId"], config["ProductionVariants"][0]["InitialInstanceCount"]) == ("keyarn", 2)
    (config,) = serverless.called("createEndpointConfig")
    assert config["ProductionVariants"][0]["ServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 2}


def test_a_model_stays_live_when_only_scaling_fails() -> None:
    """What has been verified is not taken back for want of scaling; the deployment still fails, and says which."""
    world = challenged(failing={"registerScalableTarget": BROKEN}, settings={"EndpointKind": "instances"})
    assert world.deploy().status == "FAILED"
    assert (world.champion or {})["model_version"] == "new"
    assert "only what came after failed" in world.messages[0][1]

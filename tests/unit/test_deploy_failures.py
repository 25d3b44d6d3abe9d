"""Whatever fails in a deployment, the endpoint ends as it was."""

from typing import Any

import pytest

from tests.reliability.proof import proves

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import (
    BROKEN,
    NEW_PACKAGE,
    OLD_CONFIG,
    OLD_PACKAGE,
    World,
    assert_as_before,
    challenged,
    with_champion,
)
from tests.unit.state_machine_walker import TaskError

# Every task on the way to a model that is live, by the action it calls.
ON_THE_WAY = (
    "listExecutions",
    "getParameter",
    "describeModelPackage",
    "invoke",
    "createModel",
    "createEndpointConfig",
    "updateEndpoint",
    "updateModelPackage",
    "putParameter",
)
AFTERWARDS = ("listEndpointConfigs", "listModels")  # pruning fails in silence


@proves(faults=[25, 27], invariants=[10])
@pytest.mark.parametrize("action", ON_THE_WAY)
def test_whatever_breaks_the_champion_stays(action: str) -> None:
    """Each task in turn fails for good: the deployment fails, says so, and all is as before."""
    world = challenged(failing={action: BROKEN})
    walk = world.deploy()
    assert (walk.status, walk.error) == ("FAILED", BROKEN.error)
    ((subject, text),) = world.messages
    assert subject == "fraudstream: deployment failed"
    assert "the service is unwell" in text
    assert "told" in walk.cause
    assert_as_before(world)
    assert world.status_of(NEW_PACKAGE) != "Approved"


def test_every_task_of_the_way_is_tried() -> None:
    """The lists above are the way: no task of a deployment is left out."""
    world = challenged()
    world.deploy()
    assert {action for action, _ in world.calls} == {*ON_THE_WAY, *AFTERWARDS, "describeEndpoint", "publish"}


@proves(faults=[27], invariants=[10])
@pytest.mark.parametrize("update", ["rolls back", "fails"])
def test_a_deployment_that_fails_is_undone(update: str) -> None:
    """Also one that SageMaker undoes by itself and calls InService: it is not tried again, and the old one serves."""
    world = challenged(update=update)
    walk = world.deploy()
    assert (walk.status, walk.error) == ("FAILED", "DeploymentFailed")
    assert [a["EndpointConfigName"] for a in world.called("updateEndpoint")][1:] in ([], [OLD_CONFIG])
    assert not world.called("putParameter")
    assert_as_before(world)
    assert world.status_of(NEW_PACKAGE) == "Rejected"
    assert f"put back to what it served before, {OLD_CONFIG}" in world.messages[0][1]


@proves(faults=[27], invariants=[10])
def test_a_model_that_scores_differently_is_taken_back() -> None:
    """The endpoint is in service, and still not trusted: golden rows decide."""
    world = challenged(verdict={"verified": False, "reason": "a golden score differs by 0.2"})
    walk = world.deploy()
    assert walk.error == "VerificationFailed"
    assert_as_before(world)
    assert world.status_of(NEW_PACKAGE) == "Rejected"
    assert "a golden score differs by 0.2" in world.messages[0][1]


def test_a_deployment_that_hangs_is_reported() -> None:
    """What hangs for ever is given up after 120 looks, going there and going back, and somebody must look."""
    world = challenged(update="hangs")
    walk = world.deploy()
    assert (walk.status, walk.error) == ("FAILED", "DeploymentFailed")
    assert 200 < len(world.called("describeEndpoint")) < 260
    assert "THE ENDPOINT COULD NOT BE PUT BACK. It is Updating" in world.messages[0][1]


@proves(faults=[25, 27])
@pytest.mark.parametrize("update", ["fails", "works"])
def test_a_first_endpoint_that_fails_is_removed(update: str) -> None:
    """Where there was no endpoint there is none again, whether it broke or was found wrong."""
    world = World(update=update, verdict={"verified": False, "reason": "differs by 0.2"})
    walk = world.deploy(world.register("old"))
    assert walk.status == "FAILED"
    assert (world.endpoint or {}, world.champion, world.configs, world.models) == ({}, None, [], [])
    assert "rules alone decide" in world.messages[0][1]


@proves(faults=[27], invariants=[10])
def test_a_failed_endpoint_is_replaced_or_else_the_champions_comes_back() -> None:
    """A failed endpoint can only be deleted; if the new model fails too, the champion's configuration is restored."""
    broken = {"status": "Failed", "config": "fraudstream-broken"}
    world = challenged(endpoint=dict(broken))
    assert world.deploy().status == "SUCCEEDED"
    assert world.done("deleteEndpoint", "createEndpoint") == ["deleteEndpoint", "createEndpoint"]
    world = challenged(endpoint=dict(broken), update="fails")
    assert world.deploy().status == "FAILED"
    assert_as_before(world)


def test_a_run_that_died_before_the_pointer_moved_is_finished_by_the_next() -> None:
    """The endpoint serves the new model and the pointer names the old one: the same deployment again sets it right."""
    world = challenged()
    world.deploy()
    world.champion = dict(with_champion().champion or {})
    world.forget()
    assert world.deploy().output["status"] == "promoted"
    assert not world.done("createModel", "updateEndpoint")
    world.champion = dict(with_champion().champion or {})
    world.verdict = {"verified": False, "reason": "wrong"}
    assert world.deploy().status == "FAILED"
    assert world.endpoint == {"status": "InService", "config": OLD_CONFIG}


@proves(faults=[27])
def test_an_endpoint_that_cannot_be_put_back_is_shouted_about() -> None:
    """When restoring is refused too, nothing is cleaned up, and the message says that somebody must look."""
    world = challenged(verdict={"verified": False, "reason": "wrong"})
    updates: list[dict[str, Any]] = []
    bring = world._bring

    def only_once(arguments: dict[str, Any], *more: Any) -> None:
        updates.append(arguments)
        if len(updates) > 1:
            raise BROKEN
        bring(arguments, *more)

    world._bring = only_once  # type: ignore[method-assign]
    assert world.deploy().status == "FAILED"
    assert "THE ENDPOINT COULD NOT BE PUT BACK" in world.messages[0][1]
    assert not world.called("deleteEndpointConfig")


def test_a_failure_that_nobody_can_be_told_of_still_fails() -> None:
    """Without the topic the execution's status tells, and does not claim that the topic knows."""
    world = challenged(failing={"publish": BROKEN, "createModel": BROKEN})
    walk = world.deploy()
    assert walk.status == "FAILED"
    assert "told" not in walk.cause


def test_a_champion_that_cannot_be_served_is_shouted_about() -> None:
    """Refused, or never in service: the deployment fails, and the message says that somebody must look."""
    refused = with_champion(endpoint=None, failing={"createEndpoint": BROKEN})
    blind = with_champion(failing={"describeEndpoint": TaskError("SageMaker.SageMakerException", "Rate exceeded")})
    for world, error in ((refused, BROKEN.error), (blind, "RestorationFailed")):
        before = world.champion
        walk = world.deploy(OLD_PACKAGE)
        assert (walk.status, walk.error) == ("FAILED", error)
        assert len(world.called("describeEndpoint")) < 130
        ((subject, text),) = world.messages
        assert subject == "fraudstream: deployment failed"
        assert "THE ENDPOINT COULD NOT BE PUT BACK" in text
        assert (world.champion, world.status_of(OLD_PACKAGE)) == (before, "Approved")
    assert "the service is unwell" in refused.messages[0][1]
    assert not blind.called("createEndpoint")


@proves(faults=[27, 29], invariants=[10])
def test_a_champion_that_answers_otherwise_is_shouted_about() -> None:
    """There is nothing to put back by itself: the message names the champion before, and how to go back to it."""
    world = challenged()
    world.deploy()
    world.forget()
    world.verdict = {"verified": False, "reason": "a golden score differs by 0.2"}
    walk = world.deploy(NEW_PACKAGE)
    assert (walk.status, walk.error) == ("FAILED", "VerificationFailed")
    assert world.status_of(NEW_PACKAGE) == "Approved"
    text = world.messages[0][1]
    assert "THE ENDPOINT DOES NOT ANSWER AS ITS MODEL WAS EVALUATED" in text
    assert f'"model_package_arn":"{OLD_PACKAGE}"' in text
    world.verdict = {"verified": True, "reason": "as evaluated"}
    assert world.deploy(OLD_PACKAGE).output["status"] == "promoted"

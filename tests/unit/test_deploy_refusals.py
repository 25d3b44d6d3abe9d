"""What the deployment machine does not put live, whoever asks."""

import pytest

from tests.reliability.proof import proves

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import BROKEN, NEW_PACKAGE, OLD_PACKAGE, assert_as_before, challenged, with_champion


@proves(faults=[29], invariants=[10])
def test_an_artefact_that_was_changed_never_reaches_the_endpoint() -> None:
    """The registered digest decides before anything is made; whoever approved it, it is rejected."""
    world = challenged(whole=False)
    world.registry[NEW_PACKAGE]["ModelApprovalStatus"] = "Approved"
    walk = world.deploy()
    assert walk.error == "ArtefactChanged"
    assert not world.done("createModel", "createEndpointConfig", "updateEndpoint")
    assert_as_before(world)
    assert world.status_of(NEW_PACKAGE) == "Rejected"
    assert "was changed after it was registered" in world.messages[0][1]
    assert "The endpoint was not touched" in world.messages[0][1]


def test_the_champions_artefact_is_watched_too() -> None:
    """Instances that start later would load the other one: the deployment says so, and does not unmake the champion."""
    world = with_champion(whole=False)
    assert world.deploy(OLD_PACKAGE).error == "ArtefactChanged"
    assert_as_before(world)
    assert world.status_of(OLD_PACKAGE) == "Approved"


@pytest.mark.parametrize("lacking", ["golden_rows", "artefact_sha256", "schema_hash", "model_version"])
def test_a_package_without_its_proof_is_refused(lacking: str) -> None:
    """What somebody registered by hand cannot be verified, so it is not deployed."""
    world = challenged()
    del world.registry[NEW_PACKAGE]["CustomerMetadataProperties"][lacking]
    assert world.deploy().error == "UnprovenPackage"
    assert_as_before(world)


@pytest.mark.parametrize("given", ["", None])
def test_without_a_package_nothing_is_done(given: str | None) -> None:
    """An input that names none is refused before anybody is asked, and told."""
    world = with_champion()
    assert (world.deploy("") if given == "" else world._run("deploy", {}, "by-hand")).error == "NoPackage"
    assert {action for action, _ in world.calls} == {"publish"}
    assert "names no model_package_arn" in world.messages[0][1]


def test_where_approval_is_required_only_what_was_approved_goes_live() -> None:
    """A pending package waits, whoever starts its deployment; the approved one and the champion do not."""
    world = challenged()
    world.settings = {"RequireApproval": "true"}
    assert world.deploy().error == "NotApproved"
    assert not world.called("createModel")
    world.registry[NEW_PACKAGE]["ModelApprovalStatus"] = "Approved"
    assert world.deploy().output["status"] == "promoted"
    world.registry[NEW_PACKAGE]["ModelApprovalStatus"] = "Rejected"
    assert world.deploy().output["status"] == "unchanged"


def test_what_somebody_approved_stays_approved_when_the_service_fails() -> None:
    """Only a model that failed itself is rejected: an outage says nothing about it."""
    for failing, verdict, status in (
        ({"createModel": BROKEN}, {"verified": True, "reason": "r"}, "Approved"),
        ({}, {"verified": False, "reason": "wrong"}, "Rejected"),
    ):
        world = challenged(failing=failing, verdict=verdict)
        world.registry[NEW_PACKAGE]["ModelApprovalStatus"] = "Approved"
        assert world.deploy().status == "FAILED"
        assert world.status_of(NEW_PACKAGE) == status
        assert_as_before(world)

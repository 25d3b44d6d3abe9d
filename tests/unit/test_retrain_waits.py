"""Between the registry and the endpoint: a time in shadow, and an approval."""

import pytest

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import BROKEN, NEW_PACKAGE, World, with_champion


def test_in_shadow_a_model_waits_for_traffic_and_is_then_deployed() -> None:
    """The job gets the time at which waiting began; the message says what it found and where its report lies."""
    world = with_champion(settings={"ShadowHours": "24"})
    walk = world.retrain()
    assert walk.output["status"] == "promoted"
    job = world.called("createProcessingJob")[2]
    assert job["ProcessingJobName"] == "fraudstream-first-model-shadow"
    assert {entry["InputName"] for entry in job["ProcessingInputs"]} == {"code", "archive", "model", "evaluation"}
    arguments = job["AppSpecification"]["ContainerArguments"]
    assert arguments[arguments.index("--since") + 1] == "2026-03-01T04:00:00.000Z"
    assert "In shadow: scores agree on 5,000 transactions" in world.messages[0][1]
    assert "s3://modelsbucket/runs/first-model/shadow/shadow.html" in world.messages[0][1]


@pytest.mark.parametrize("fit", [False, None, "true", 1], ids=repr)
def test_a_model_that_is_unfit_in_shadow_is_rejected(fit: object) -> None:
    """Only a plain true goes on; it is told why, and neither endpoint nor pointer hear of it."""
    world = with_champion(settings={"ShadowHours": "1"}, shadow={"fit": fit, "reason": "twice as many alerts"})
    before = (dict(world.endpoint or {}), dict(world.champion or {}))
    walk = world.retrain()
    assert (walk.output["status"], walk.output["reason"]) == ("unfit", "twice as many alerts")
    assert world.status_of(NEW_PACKAGE) == "Rejected"
    assert (world.endpoint, world.champion) == before
    assert not world.called("startExecution")
    ((subject, text),) = world.messages
    assert "unfit" in subject
    assert "model old, still scores every transaction" in text


def test_without_traffic_nobody_can_say_that_a_model_is_fit() -> None:
    """An empty archive is no input for a job, so none is paid for."""
    world = with_champion(settings={"ShadowHours": "1"}, data=("raw/",))
    assert world.retrain().output["status"] == "unfit"
    assert "fraudstream-first-model-shadow" not in world.jobs()


def test_the_first_model_has_nobody_to_be_compared_with() -> None:
    """It is deployed without a time in shadow: rules alone decide meanwhile."""
    world = World(settings={"ShadowHours": "24"})
    assert world.retrain().output["status"] == "promoted"
    assert "fraudstream-first-model-shadow" not in world.jobs()


def test_a_run_may_choose_its_time_in_shadow() -> None:
    """The input goes before the template's parameter, parts of an hour included."""
    world = with_champion()
    walk = world.retrain({"shadow_hours": 0.5})
    assert "Shadow" in walk.visited
    world = with_champion(settings={"ShadowHours": "24"})
    assert "Shadow" not in world.retrain({"shadow_hours": 0}).visited


def test_where_approval_is_required_a_run_ends_waiting() -> None:
    """The message says how to approve and where to read first; nothing is deployed."""
    world = with_champion(settings={"RequireApproval": "true"})
    walk = world.retrain()
    assert (walk.output["status"], walk.output["model_package_arn"]) == ("awaiting_approval", NEW_PACKAGE)
    assert world.status_of(NEW_PACKAGE) == "PendingManualApproval"
    assert not world.called("startExecution")
    ((subject, text),) = world.messages
    assert subject == "fraudstream: a new fraud model awaits approval"
    assert f"--model-approval-status Approved --model-package-arn {NEW_PACKAGE}" in text
    assert "report.html" in text
    world.registry[NEW_PACKAGE]["ModelApprovalStatus"] = "Approved"
    assert world.deploy().output["status"] == "promoted"


def test_an_approval_that_nobody_can_be_asked_for_is_a_failure() -> None:
    """A model would wait for ever for somebody who does not know."""
    world = with_champion(settings={"RequireApproval": "true"}, failing={"publish": BROKEN})
    assert world.retrain().status == "FAILED"


@pytest.mark.parametrize("action", ["createProcessingJob", "updateModelPackage", "listObjectsV2"])
def test_whatever_breaks_in_shadow_the_champion_stays(action: str) -> None:
    """The run fails and says where the model is; it was never near the endpoint."""
    shadow = {"fit": False, "reason": "r"}
    world = with_champion(settings={"ShadowHours": "1"}, shadow=shadow)
    world.fails_after = ("createModelPackage", action, BROKEN)
    before = (dict(world.endpoint or {}), dict(world.champion or {}))
    assert world.retrain().status == "FAILED"
    assert (world.endpoint, world.champion) == before
    assert f"registered as {NEW_PACKAGE}, pending" in world.messages[0][1]

"""The deployment machine, walked through with its real definition and services that misbehave on purpose."""

import pytest

from tests.reliability.proof import proves

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import (
    NEW_PACKAGE,
    OLD_CONFIG,
    OLD_PACKAGE,
    World,
    assert_as_before,
    challenged,
    with_champion,
)


def test_the_first_model_goes_live() -> None:
    """Without champion or endpoint a package gets model, configuration, endpoint, its approval and the pointer."""
    world = World()
    walk = world.deploy(world.register("old"))
    assert (walk.status, walk.output["status"]) == ("SUCCEEDED", "promoted")
    assert world.endpoint == {"status": "InService", "config": OLD_CONFIG}
    assert world.champion is not None
    assert (world.champion["endpoint_config_name"], world.champion.get("before")) == (OLD_CONFIG, None)
    assert world.status_of(OLD_PACKAGE) == "Approved"
    assert "To go back" not in world.messages[0][1]


def test_another_package_replaces_the_champion() -> None:
    """The endpoint is updated, never recreated; the pointer names all that belongs to the model, and the one before."""
    world = challenged()
    walk = world.deploy()
    new = walk.output["endpoint_config_name"]
    assert not world.called("createEndpoint")
    assert world.champion == {
        "model_version": "new",
        "model_package_arn": NEW_PACKAGE,
        "model_name": new,
        "endpoint_config_name": new,
        "model_data_url": "s3://models/new/model.tar.gz",
        "schema_hash": "feedbeeffeedbeef",
        "run": "new",
        "before": {"model_version": "old", "model_package_arn": OLD_PACKAGE, "endpoint_config_name": OLD_CONFIG},
    }
    ((subject, text),) = world.messages
    assert len(subject) <= 100
    assert "Model new now scores every transaction." in text
    assert f"""--input '{{"model_package_arn":"{OLD_PACKAGE}"}}'""" in text


@proves(invariants=[10])
def test_the_pointer_moves_last() -> None:
    """Nothing points at a model that has not been verified and approved."""
    world = challenged()
    world.deploy()
    order = world.done("invoke", "updateEndpoint", "updateModelPackage", "putParameter")
    assert order == ["invoke", "updateEndpoint", "invoke", "updateModelPackage", "putParameter"]


def test_deploying_what_is_live_changes_nothing() -> None:
    """It is asked for its golden rows once more, and that is all: nobody is told, nothing is made."""
    world = with_champion()
    walk = world.deploy(OLD_PACKAGE)
    assert (walk.visited[-1], walk.output["status"]) == ("Unchanged", "unchanged")
    assert {action for action, _ in world.calls} == {
        "listExecutions",
        "getParameter",
        "describeModelPackage",
        "invoke",
        "describeEndpoint",
    }
    assert_as_before(world)


@pytest.mark.parametrize(
    ("found", "done"),
    [
        (None, ["createEndpoint"]),
        ({"status": "Failed", "config": OLD_CONFIG}, ["deleteEndpoint", "createEndpoint"]),
        ({"status": "InService", "config": "fraudstream-other"}, ["updateEndpoint"]),
    ],
    ids=["missing", "failed", "another configuration"],
)
def test_a_champion_that_is_not_served_is_served_again(found: dict[str, str] | None, done: list[str]) -> None:
    """The endpoint is restored, verified, scaled, and the topic hears of it; registry and pointer stay."""
    world = with_champion(endpoint=found, settings={"EndpointKind": "instances"})
    before = world.champion
    config = str((before or {})["endpoint_config_name"])
    world.configs.append("fraudstream-other")
    if found and found["config"] == OLD_CONFIG:
        found["config"] = config
    walk = world.deploy(OLD_PACKAGE)
    assert (walk.visited[-1], walk.output["status"]) == ("Restored", "restored")
    assert world.done("deleteEndpoint", "createEndpoint", "updateEndpoint") == done
    assert (world.endpoint, world.champion) == ({"status": "InService", "config": config}, before)
    assert len(world.scaling) == 2
    ((subject, text),) = world.messages
    assert subject == "fraudstream: the endpoint was restored"
    assert "model old scores every transaction again" in text


def test_a_champion_whose_configuration_is_gone_gets_it_back() -> None:
    """Model and configuration are made again from the package, under the same name."""
    world = with_champion(endpoint=None, configs=[], models=[])
    assert world.deploy(OLD_PACKAGE).output["status"] == "restored"
    assert_as_before(world)


@pytest.mark.parametrize("status", ["Updating", "SystemUpdating"])
def test_a_busy_endpoint_is_waited_for(status: str) -> None:
    """Scaling, maintenance and somebody else's update end by themselves; the champion's is then left alone."""
    busy, served = {"status": status, "config": OLD_CONFIG}, {"status": "InService", "config": OLD_CONFIG}
    for package, ends in ((OLD_PACKAGE, "unchanged"), (NEW_PACKAGE, "promoted")):
        world = challenged(endpoint=busy, pending=[busy, busy, served])
        assert world.deploy(package).output["status"] == ends
        assert len(world.called("updateEndpoint")) == (package == NEW_PACKAGE)


def test_going_back_is_deploying_an_older_package() -> None:
    """The one before comes back with what it had, and the pointer says where one came from."""
    world = challenged()
    world.deploy()
    world.forget()
    walk = world.deploy(OLD_PACKAGE)
    assert walk.output["status"] == "promoted"
    assert world.endpoint == {"status": "InService", "config": OLD_CONFIG}
    assert world.champion is not None
    assert world.champion["before"]["model_version"] == "new"
    assert len(world.configs) == 2
    assert not world.called("updateModelPackage")


def test_new_settings_are_a_new_configuration_of_the_same_model() -> None:
    """What the endpoint runs on is part of the name, so a changed template takes effect; the one before stays known."""
    world = challenged()
    world.deploy()
    earlier = world.champion or {}
    world.settings = {"EndpointMemoryMb": "4096"}
    assert world.deploy().output["status"] == "promoted"
    assert world.champion is not None
    assert world.champion["endpoint_config_name"] != earlier["endpoint_config_name"]
    assert world.champion["before"] == earlier["before"]


@proves(faults=[28])
def test_of_two_deployments_exactly_one_proceeds() -> None:
    """Whoever finds an older one ends as a no-op; only if that deploys another package is somebody told."""
    began = "2026-03-01T03:00:00.000Z"
    arn = "arn:aws:states:us-east-1:123456789012:execution:machine:"
    for package, told in ((NEW_PACKAGE, []), (OLD_PACKAGE, ["fraudstream: a model was not deployed"])):
        given = f'{{"model_package_arn": "{package}"}}'
        both = [{"ExecutionArn": f"{arn}{n}", "StartDate": began, "Input": given} for n in ("run-a", "run-b")]
        first, second = challenged(deployments=both), challenged(deployments=both)
        assert first.deploy(name="run-a").output["status"] == "promoted"
        assert second.deploy(name="run-b").output["status"] == "skipped"
        assert [subject for subject, _ in second.messages] == told
        assert_as_before(second)

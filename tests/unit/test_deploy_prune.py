"""What a deployment leaves behind, and what it removes."""

import re

import pytest

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import BROKEN, GROUP, World


def many(count: int) -> World:
    """Return a world in which that many packages were deployed, one after the other."""
    world = World()
    for number in range(count):
        world.deploy(world.register(f"m{number}"), name=f"run-{number}")
    return world


def test_old_models_are_pruned() -> None:
    """The newest three stay, the champion and the one before are among them; models and configurations go together."""
    world = many(7)
    assert [re.sub("-[0-9a-f]{8}$", "", name) for name in world.configs] == [f"fraudstream-v{n}" for n in (5, 6, 7)]
    assert world.models == world.configs
    assert len(world.registry) == 7


def test_the_champion_and_the_one_before_are_never_pruned() -> None:
    """Going back makes the champion the oldest of all; it stays while others come, and so does the one before."""
    world = many(4)
    world.deploy(f"{GROUP}/2")
    oldest = (world.champion or {})["endpoint_config_name"]
    for number in range(5, 8):  # made, and never the champion
        name = f"fraudstream-v{number}-0a1b2c3d"
        world.configs.append(name)
        world.models.append(name)
    world.deploy(world.register("next"))
    assert oldest in world.configs
    assert (world.champion or {})["before"]["endpoint_config_name"] == oldest


def test_another_stacks_models_are_not_ours_to_prune() -> None:
    """A stack whose name begins with ours has names of its own, and those are left alone."""
    theirs = ["fraudstream-v2x-v1-0a1b2c3d", "fraudstream-staging-v1-0a1b2c3d", "fraudstream-v1-by-hand"]
    world = World(configs=list(theirs), models=list(theirs))
    for number in range(6):
        world.deploy(world.register(f"m{number}"))
    assert set(theirs) <= set(world.configs)
    assert set(theirs) <= set(world.models)
    assert len(world.configs) == len(theirs) + 3


@pytest.mark.parametrize("action", ["listEndpointConfigs", "listModels", "deleteEndpointConfig", "deleteModel"])
def test_pruning_that_fails_fails_nothing(action: str) -> None:
    """The model is live; what could not be removed is tried again by the next deployment."""
    world = many(5)
    world.forget()
    world.failing = {action: BROKEN}
    assert world.deploy(world.register("next")).output["status"] == "promoted"
    world.failing = {}
    world.deploy(world.register("last"))
    assert len(world.configs) == len(world.models) == 3


def test_every_name_is_one_that_sagemaker_takes() -> None:
    """The longest stack and a package of many versions still name a model."""
    world = World(settings={"StackName": "f" * 29})
    package = world.register("new")
    world.registry[package]["ModelPackageVersion"] = 123456
    walk = world.deploy(package)
    name = walk.output["endpoint_config_name"]
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name)
    assert name.startswith("f" * 29 + "-v123456-")

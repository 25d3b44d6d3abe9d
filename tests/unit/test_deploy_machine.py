"""The deployment machine, walked through with its real definition and services that misbehave on purpose."""

import re
from typing import Any

import pytest

from tests.reliability.proof import proves

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import GROUP, NEW_PACKAGE, OLD_PACKAGE, World, with_champion
from tests.unit.state_machine_walker import TaskError

BROKEN = TaskError("SageMaker.SageMakerException", "the service is unwell")
OLD = str(with_champion().champion["endpoint_config_name"])  # type: ignore[index]
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


def challenged(**given: Any) -> World:
    """Return a world with a champion, and a second package that waits."""
    world = with_champion(**given)
    assert world.register("new") == NEW_PACKAGE
    return world


def assert_as_before(world: World) -> None:
    """The champion scores, alone: pointer, endpoint, models and configurations are as they were."""
    assert world.champion is not None
    assert world.champion["model_version"] == "old"
    assert world.endpoint == {"status": "InService", "config": OLD}
    assert (world.configs, world.models) == ([OLD], [OLD])


def test_the_first_model_goes_live() -> None:
    """Without champion or endpoint a package gets model, configuration, endpoint, its approval and the pointer."""
    world = World()
    walk = world.deploy(world.register("old"))
    assert (walk.status, walk.output["status"]) == ("SUCCEEDED", "promoted")
    assert world.endpoint == {"status": "InService", "config": OLD}
    assert world.champion is not None
    assert (world.champion["endpoint_config_name"], world.champion.get("before")) == (OLD, None)
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
        "before": {"model_version": "old", "model_package_arn": OLD_PACKAGE, "endpoint_config_name": OLD},
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
        ({"status": "Failed", "config": OLD}, ["deleteEndpoint", "createEndpoint"]),
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
    if found and found["config"] == OLD:
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
    busy, served = {"status": status, "config": OLD}, {"status": "InService", "config": OLD}
    for package, ends in ((OLD_PACKAGE, "unchanged"), (NEW_PACKAGE, "promoted")):
        world = challenged(endpoint=busy, pending=[busy, busy, served])
        assert world.deploy(package).output["status"] == ends
        assert len(world.called("updateEndpoint")) == (package == NEW_PACKAGE)


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


def test_going_back_is_deploying_an_older_package() -> None:
    """The one before comes back with what it had, and the pointer says where one came from."""
    world = challenged()
    world.deploy()
    world.forget()
    walk = world.deploy(OLD_PACKAGE)
    assert walk.output["status"] == "promoted"
    assert world.endpoint == {"status": "InService", "config": OLD}
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
    assert [a["EndpointConfigName"] for a in world.called("updateEndpoint")][1:] in ([], [OLD])
    assert not world.called("putParameter")
    assert_as_before(world)
    assert world.status_of(NEW_PACKAGE) == "Rejected"
    assert f"put back to what it served before, {OLD}" in world.messages[0][1]


@proves(faults=[27], invariants=[10])
def test_a_model_that_scores_differently_is_taken_back() -> None:
    """The endpoint is in service, and still not trusted: golden rows decide."""
    world = challenged(verdict={"verified": False, "reason": "a golden score differs by 0.2"})
    walk = world.deploy()
    assert walk.error == "VerificationFailed"
    assert_as_before(world)
    assert world.status_of(NEW_PACKAGE) == "Rejected"
    assert "a golden score differs by 0.2" in world.messages[0][1]


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
    assert world.endpoint == {"status": "InService", "config": OLD}


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
    """Steps, pauses and the last wait fit into 120 looks of 20 seconds."""
    for wanted in ("canary", "linear"):
        settings = {"EndpointKind": "instances", "EndpointInstanceCount": "10", "TrafficShift": wanted}
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
    assert config["ProductionVariants"][0]["ServerlessConfig"] == {"MemorySizeInMB": 2, "MaxConcurrency": 2}


def test_a_model_stays_live_when_only_scaling_fails() -> None:
    """What has been verified is not taken back for want of scaling; the deployment still fails, and says which."""
    world = challenged(failing={"registerScalableTarget": BROKEN}, settings={"EndpointKind": "instances"})
    assert world.deploy().status == "FAILED"
    assert (world.champion or {})["model_version"] == "new"
    assert "only what came after failed" in world.messages[0][1]


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


def test_a_failure_that_nobody_can_be_told_of_still_fails() -> None:
    """Without the topic the execution's status tells, and does not claim that the topic knows."""
    world = challenged(failing={"publish": BROKEN, "createModel": BROKEN})
    walk = world.deploy()
    assert walk.status == "FAILED"
    assert "told" not in walk.cause


def test_every_name_is_one_that_sagemaker_takes() -> None:
    """The longest stack and a package of many versions still name a model."""
    world = World(settings={"StackName": "f" * 29})
    package = world.register("new")
    world.registry[package]["ModelPackageVersion"] = 123456
    walk = world.deploy(package)
    name = walk.output["endpoint_config_name"]
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name)
    assert name.startswith("f" * 29 + "-v123456-")

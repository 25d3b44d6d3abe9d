"""The state machines, walked through with real definitions and services that misbehave on purpose."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reliability.proof import proves

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import CHAMPION, OLD, World
from tests.unit.state_machine_walker import TaskError, Walk, load

NEW = "fraudstream-first-model"
BROKEN = TaskError("SageMaker.SageMakerException", "the service is unwell")
# Every task on the way to a promoted model, by the action it calls.
ON_THE_WAY = (
    "listExecutions",
    "getParameter",
    "listObjectsV2",
    "createProcessingJob",
    "createTrainingJob",
    "getObject",
    "createModelPackage",
    "createModel",
    "createEndpointConfig",
    "updateEndpoint",
    "invoke",
    "updateModelPackage",
    "putParameter",
)


def test_the_first_model_goes_live() -> None:
    """Without champion or endpoint a good model gets an endpoint, the pointer, and its place in the registry."""
    world = World(champion=None, endpoint=None)
    walk = world.walk()
    assert walk.status == "SUCCEEDED"
    assert world.endpoint == {"status": "InService", "config": NEW}
    assert world.champion is not None
    assert world.champion["endpoint_config_name"] == NEW
    assert world.packages == {"arn:package/1": "Approved"}
    assert "champion" not in {i["InputName"] for i in world.called("createProcessingJob")[1]["ProcessingInputs"]}


def test_a_better_model_replaces_the_champion() -> None:
    """The endpoint is updated, never recreated, and the pointer names everything that belongs to the new model."""
    world = World()
    walk = world.walk()
    assert walk.visited[-1] == "Promoted"
    assert not world.called("createEndpoint")
    assert world.champion == {
        "model_version": "new",
        "model_package_arn": "arn:package/1",
        "model_name": NEW,
        "endpoint_config_name": NEW,
        "model_data_url": f"s3://models/{NEW}-train/model.tar.gz",
        "schema_hash": "feedbeeffeedbeef",
        "run": "first-model",
    }


@proves(invariants=[10])
def test_the_pointer_moves_last() -> None:
    """Nothing points at a model that has not been verified and approved."""
    world = World()
    world.walk()
    order = [action for action, _ in world.calls]
    assert order.index("invoke") < order.index("updateModelPackage") < order.index("putParameter")


def test_the_report_speaks_plainly() -> None:
    """People read which model, why, and what was measured, missing figures included."""
    world = World()
    world.walk()
    ((subject, text),) = world.messages
    assert len(subject) <= 100
    assert "Model new now scores every transaction." in text
    assert "average precision: 0.710 (champion 0.680)" in text
    assert "looking at 0.5% of transactions: 0.600 (champion 0.550)" in text
    assert "most suspicious a day: 0.300 (champion not measured)" in text


@proves(faults=[26], invariants=[10])
@pytest.mark.parametrize("promote", [False, None, "true", 1], ids=repr)
def test_a_model_that_is_not_better_changes_nothing(promote: object) -> None:
    """Only a plain true promotes; anything else leaves endpoint, registry and pointer as they were."""
    world = World()
    world.evaluation["promote"] = promote
    if promote is None:
        del world.evaluation["promote"]
    walk = world.walk()
    assert walk.visited[-1] == "Kept"
    assert (world.endpoint, world.champion, world.packages) == ({"status": "InService", "config": OLD}, CHAMPION, {})
    assert "The champion, model old, still scores" in world.messages[0][1]


def _kept(**given: Any) -> World:
    world = World(**given)
    world.evaluation |= {"promote": False, "reason": "not better"}
    return world


def test_a_kept_champion_that_is_served_costs_one_look() -> None:
    """Nothing is done to an endpoint that is as it should be, and without a champion nobody looks at it."""
    served, never = _kept(), _kept(champion=None, endpoint=None)
    for world, looks in ((served, 1), (never, 0)):
        assert world.walk(EndpointKind="instances").visited[-1] == "Kept"
        assert len(world.called("describeEndpoint")) == looks
        assert not world.scaling
        assert world.messages[0][0] == "fraudstream: the fraud model stays"
        assert "so nothing changed." in world.messages[0][1]
    assert "rules alone decide" in never.messages[0][1]


@pytest.mark.parametrize(
    ("found", "done"),
    [
        (None, ["createEndpoint"]),
        ({"status": "Failed", "config": OLD}, ["deleteEndpoint", "createEndpoint"]),
        ({"status": "InService", "config": "fraudstream-other"}, ["updateEndpoint"]),
    ],
    ids=["missing", "failed", "another configuration"],
)
def test_a_kept_champion_is_served_again(found: dict[str, str] | None, done: list[str]) -> None:
    """A champion that was not beaten is of no use unserved: the endpoint is restored, scaling included, and said so."""
    world = _kept(endpoint=found)
    machine = load("retrain", StackName="fraudstream", EndpointKind="instances")
    walk = Walk(machine=machine, services=world.services(), name="first-model")
    output = walk.run()
    assert walk.visited[-1] == "Kept"
    assert output["status"] == "kept"
    assert output["reason"] == f"not better; the endpoint did not serve the champion and was restored with {OLD}"
    assert [a for a, _ in world.calls if a in ("deleteEndpoint", "createEndpoint", "updateEndpoint")] == done
    assert (world.endpoint, world.champion) == ({"status": "InService", "config": OLD}, CHAMPION)
    assert (len(world.scaling), world.packages, world.configs) == (2, {}, {OLD})
    ((subject, text),) = world.messages
    assert subject == "fraudstream: the fraud model stays, its endpoint was restored"
    assert f"It was restored with {OLD}: model old scores every transaction again." in text
    assert "nothing changed" not in text


@pytest.mark.parametrize("status", ["Updating", "SystemUpdating"])
def test_a_kept_champion_whose_endpoint_is_busy_is_waited_for(status: str) -> None:
    """Scaling and maintenance are no damage: they end by themselves."""
    busy, served = {"status": status, "config": OLD}, {"status": "InService", "config": OLD}
    world = _kept(endpoint=busy)
    world.pending = [busy, busy, served]
    assert world.walk().visited[-1] == "Kept"
    assert not world.called("updateEndpoint")
    assert "nothing changed" in world.messages[0][1]


def test_a_kept_champion_that_cannot_be_served_is_a_failure() -> None:
    """Refused, or never in service: the run fails, and the message says that somebody must look."""
    refused = _kept(endpoint=None, failing={"createEndpoint": BROKEN})
    blind = _kept(failing={"describeEndpoint": TaskError("SageMaker.SageMakerException", "Rate exceeded")})
    for world, error in ((refused, BROKEN.error), (blind, "RestorationFailed")):
        walk = world.walk()
        assert (walk.status, walk.error) == ("FAILED", error)
        assert len(world.called("describeEndpoint")) < 130
        ((subject, text),) = world.messages
        assert subject == "fraudstream: retraining failed"
        assert "THE ENDPOINT COULD NOT BE PUT BACK" in text
        assert world.champion == CHAMPION
    assert "the service is unwell" in refused.messages[0][1]
    assert not blind.called("createEndpoint")


@proves(faults=[28])
def test_of_two_runs_exactly_one_proceeds() -> None:
    """Whoever finds an older run ends as a no-op, also when both began in the same millisecond."""
    began = "2026-03-01T03:00:00.000Z"
    arn = "arn:aws:states:us-east-1:123456789012:execution:machine:"
    both = [{"ExecutionArn": f"{arn}{name}", "StartDate": began} for name in ("run-a", "run-b")]
    first, second = World(executions=both), World(executions=both)
    assert first.walk(name="run-a").visited[-1] == "Promoted"
    assert second.walk(name="run-b").visited[-1] == "Skipped"
    assert not second.called("createProcessingJob")
    assert not second.messages


@proves(faults=[28])
@pytest.mark.parametrize("other", ["2026-03-01T02:59:59.999Z", "2026-02-28T23:00:00Z"])
def test_an_older_run_goes_first(other: str) -> None:
    """Times are compared as times, whatever their fraction looks like."""
    world = World(executions=[{"ExecutionArn": "arn:z", "StartDate": other}])
    assert world.walk().visited[-1] == "Skipped"


@proves(faults=[24])
def test_nothing_to_learn_from_costs_no_job() -> None:
    """With neither archive nor history the run fails by name before any job is paid for."""
    world = World(data=())
    walk = world.walk()
    assert (walk.status, walk.error) == ("FAILED", "NoTrainingData")
    assert not world.called("createProcessingJob")


@pytest.mark.parametrize("there", ["archive/", "raw/"])
def test_only_inputs_that_exist_are_given_to_the_job(there: str) -> None:
    """SageMaker refuses an input without objects."""
    world = World(data=(there,))
    assert world.walk().status == "SUCCEEDED"
    names = [entry["InputName"] for entry in world.called("createProcessingJob")[0]["ProcessingInputs"]]
    assert names == ["code", there.rstrip("/")]


@proves(faults=[25], invariants=[10])
@pytest.mark.parametrize("action", ON_THE_WAY)
def test_whatever_breaks_the_champion_stays(action: str) -> None:
    """Each task in turn fails for good: the run fails, says so, and endpoint and pointer are as before."""
    world = World(failing={action: BROKEN})
    walk = world.walk()
    assert walk.status == "FAILED"
    assert walk.error == BROKEN.error
    assert world.champion == CHAMPION
    assert world.endpoint == {"status": "InService", "config": OLD}
    ((_, text),) = world.messages
    assert "the service is unwell" in text
    assert set(world.packages.values()) <= {"Rejected", "PendingManualApproval"}
    if action != "updateModelPackage":
        assert "PendingManualApproval" not in world.packages.values()
    assert world.configs == {OLD}
    assert not world.models


def test_every_task_of_the_way_is_tried() -> None:
    """The list above is the way: no task of a promoted run is left out."""
    world = World()
    world.walk()
    assert {action for action, _ in world.calls} == {*ON_THE_WAY, "describeEndpoint", "publish"}


@proves(faults=[27], invariants=[10])
@pytest.mark.parametrize("update", ["rolls back", "fails"])
def test_a_deployment_that_fails_is_undone(update: str) -> None:
    """Also one that SageMaker undoes by itself and calls InService: it is not tried again, and the old one serves."""
    world = World(update=update)
    walk = world.walk()
    assert (walk.status, walk.error) == ("FAILED", "DeploymentFailed")
    assert [a["EndpointConfigName"] for a in world.called("updateEndpoint")] == [NEW]
    assert not world.called("putParameter")
    assert world.endpoint == {"status": "InService", "config": OLD}
    assert NEW not in world.configs
    assert "put back to what it served before, fraudstream-old" in world.messages[0][1]


def test_a_deployment_that_hangs_is_reported() -> None:
    """What hangs for ever can be neither awaited nor put back, and the message says that somebody must look."""
    world = World(update="hangs")
    walk = world.walk()
    assert (walk.status, walk.error) == ("FAILED", "DeploymentFailed")
    assert "THE ENDPOINT COULD NOT BE PUT BACK. It is Updating" in world.messages[0][1]


def test_an_endpoint_that_cannot_be_looked_at_is_reported() -> None:
    """An error that is not «there is no such endpoint» never leads to a new endpoint, nor to waiting for ever."""
    world = World(failing={"describeEndpoint": TaskError("SageMaker.SageMakerException", "Rate exceeded")})
    walk = world.walk()
    assert (walk.status, walk.error) == ("FAILED", "DeploymentFailed")
    assert not world.called("createEndpoint")
    assert len(world.called("describeEndpoint")) < 260


def test_looking_at_an_endpoint_ends() -> None:
    """An endpoint that never gets anywhere is given up after 120 looks, going there and going back."""
    world = World(update="hangs")
    world.walk()
    assert 200 < len(world.called("describeEndpoint")) < 260


@proves(faults=[25, 27])
@pytest.mark.parametrize("update", ["fails", "works"])
def test_a_first_endpoint_that_fails_is_removed(update: str) -> None:
    """Where there was no endpoint there is none again, whether it broke or was found wrong."""
    world = World(champion=None, endpoint=None, update=update, verdict={"verified": False, "reason": "differs by 0.2"})
    walk = world.walk()
    assert walk.status == "FAILED"
    assert not world.endpoint
    assert world.champion is None
    assert "rules alone decide" in world.messages[0][1]


@proves(faults=[27], invariants=[10])
def test_a_model_that_scores_differently_is_taken_back() -> None:
    """The endpoint is in service, and still not trusted: golden rows decide."""
    world = World(verdict={"verified": False, "reason": "a golden score differs by 0.2"})
    walk = world.walk()
    assert (walk.error, world.endpoint) == ("VerificationFailed", {"status": "InService", "config": OLD})
    assert world.packages == {"arn:package/1": "Rejected"}
    assert "a golden score differs by 0.2" in world.messages[0][1]


@proves(faults=[27], invariants=[10])
def test_a_failed_endpoint_is_replaced() -> None:
    """A failed endpoint can only be deleted, so it is, and made anew."""
    world = World(endpoint={"status": "Failed", "config": "fraudstream-broken"})
    assert world.walk().status == "SUCCEEDED"
    assert [a for a, _ in world.calls if a in ("deleteEndpoint", "createEndpoint")] == [
        "deleteEndpoint",
        "createEndpoint",
    ]


@proves(faults=[27], invariants=[10])
def test_after_a_failed_endpoint_the_champion_comes_back() -> None:
    """If the new model fails too, the champion's configuration is what is restored, not the broken one."""
    world = World(endpoint={"status": "Failed", "config": "fraudstream-broken"}, update="fails")
    assert world.walk().status == "FAILED"
    assert world.endpoint == {"status": "InService", "config": OLD}


def test_an_endpoint_that_is_busy_is_waited_for() -> None:
    """Somebody else's update ends before ours begins."""
    world = World(endpoint={"status": "Updating", "config": OLD})
    world.pending = [{"status": "Updating", "config": OLD}, {"status": "InService", "config": OLD}]
    assert world.walk().status == "SUCCEEDED"


@proves(faults=[27])
def test_an_endpoint_that_cannot_be_put_back_is_shouted_about() -> None:
    """When restoring is refused too, nothing is cleaned up, and the message says that somebody must look."""
    world = World(verdict={"verified": False, "reason": "wrong"})
    walk = Walk(machine=load("retrain", StackName="fraudstream", EndpointKind="serverless"), services=world.services())
    update, updates = walk.services["arn:aws:states:::aws-sdk:sagemaker:updateEndpoint"], []

    def only_once(arguments: dict[str, Any]) -> Any:
        updates.append(arguments)
        if len(updates) > 1:
            raise BROKEN
        return update(arguments)

    walk.services = {**walk.services, "arn:aws:states:::aws-sdk:sagemaker:updateEndpoint": only_once}
    walk.run()
    assert walk.status == "FAILED"
    assert "THE ENDPOINT COULD NOT BE PUT BACK" in world.messages[0][1]
    assert not world.called("deleteEndpointConfig")


def test_instances_scale_and_a_serverless_endpoint_does_not() -> None:
    """Scaling is registered once the endpoint is there; without instances nobody is asked."""
    serverless, instances = World(), World()
    serverless.walk()
    assert instances.walk(EndpointKind="instances").status == "SUCCEEDED"
    assert not serverless.scaling
    assert instances.scaling == ["endpoint/endpointname/variant/AllTraffic", "endpointname-invocations"]
    (config,) = instances.called("createEndpointConfig")
    assert config["ProductionVariants"][0]["InitialInstanceCount"] == 2
    assert instances.called("updateEndpoint")[0]["RetainAllVariantProperties"] is True


def test_a_model_stays_live_when_only_scaling_fails() -> None:
    """What has been verified is not taken back for want of scaling; the run still fails, and says which."""
    world = World(failing={"registerScalableTarget": BROKEN})
    walk = world.walk(EndpointKind="instances")
    assert walk.status == "FAILED"
    assert world.endpoint == {"status": "InService", "config": NEW}
    assert "only what came after failed" in world.messages[0][1]


def test_a_job_speaks_for_itself() -> None:
    """Of a failed job people read its own sentence, not its whole description."""
    cause = (
        '{"ProcessingJobName": "x", "ExitMessage":"NoFrauds: no fraud among 5 rows","FailureReason":"AlgorithmError"}'
    )
    world = World(failing={"createProcessingJob": TaskError("States.TaskFailed", cause)})
    world.walk()
    text = world.messages[0][1]
    assert "Retraining failed in the step Prepare." in text
    assert "Reason: States.TaskFailed: NoFrauds: no fraud among 5 rows\n" in text


@proves(faults=[25])
def test_a_failure_that_nobody_can_be_told_of_still_fails() -> None:
    """Without the topic the execution's status tells."""
    world = World(failing={"publish": BROKEN, "createModel": BROKEN})
    assert world.walk().status == "FAILED"


def test_options_reach_the_jobs() -> None:
    """as_of, arguments of prepare and hyperparameters of train are passed on; the platform's own cannot be replaced."""
    world = World()
    options = {
        "as_of": "2026-01-31",
        "prepare_arguments": ["--test-days", "3"],
        "hyperparameters": {"rounds": "50", "model_version": "mine"},
    }
    world.walk(options)
    assert world.called("createProcessingJob")[0]["AppSpecification"]["ContainerArguments"][-4:] == [
        "--as-of",
        "2026-01-31",
        "--test-days",
        "3",
    ]
    parameters = world.called("createTrainingJob")[0]["HyperParameters"]
    assert (parameters["rounds"], parameters["model_version"]) == ("50", '"first-model"')


_NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789-_+=@.!()", min_size=1, max_size=80)


@settings(max_examples=60, deadline=None)
@given(name=_NAMES)
def test_every_execution_can_name_its_jobs(name: str) -> None:
    """Whatever an execution is called, its jobs, models and endpoints have names that SageMaker takes."""
    world = World(champion=None, endpoint=None)
    stack = "f" * 29
    walk = world.walk(name=name, StackName=stack)
    assert walk.status == "SUCCEEDED"
    names = [a["ProcessingJobName"] for a in world.called("createProcessingJob")]
    names += [a["TrainingJobName"] for a in world.called("createTrainingJob")] + [*world.models, *world.configs - {OLD}]
    for job in names:
        assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", job), job
        assert job.startswith(f"{stack}-")


def _backfill(given: Any, failure: TaskError | None = None) -> tuple[Walk, list[Any], list[Any]]:
    jobs: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []

    def job(arguments: dict[str, Any]) -> Any:
        jobs.append(arguments)
        if failure:
            raise failure
        return {}

    machine = load("backfill", StackName="fraudstream", ArchiveBucket="kept")
    services = {
        "arn:aws:states:::sagemaker:createProcessingJob.sync": job,
        "arn:aws:states:::sns:publish": lambda a: messages.append(a) or {},
    }
    walk = Walk(machine=machine, services=services)
    walk.run(given)
    return walk, jobs, messages


def test_backfill_reads_what_it_is_told_to() -> None:
    """Prefix and time come from the input; without them it is all of raw/."""
    _, (job,), _ = _backfill({"raw_prefix": "raw/2025/", "as_of": "2025-12-31"})
    assert job["ProcessingInputs"][1]["S3Input"]["S3Uri"] == "s3://kept/raw/2025/"
    assert job["AppSpecification"]["ContainerArguments"][-2:] == ["--as-of", "2025-12-31"]
    walk, (job,), _ = _backfill({})
    assert job["ProcessingInputs"][1]["S3Input"]["S3Uri"] == "s3://kept/raw/"
    assert "--as-of" not in job["AppSpecification"]["ContainerArguments"]
    assert walk.status == "SUCCEEDED"


def test_a_backfill_that_fails_says_how_to_go_on() -> None:
    """The status tells, and the message says that starting again is safe."""
    walk, _, (message,) = _backfill({}, TaskError("States.TaskFailed", '{"ExitMessage":"NoHistory: raw is empty"}'))
    assert walk.status == "FAILED"
    assert "start the state machine again" in message["Message"]
    assert "NoHistory: raw is empty" in message["Message"]

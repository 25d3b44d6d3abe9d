"""The retraining machine, walked through with its real definition and services that misbehave on purpose."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reliability.proof import proves

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import BROKEN, EVALUATION, NEW_PACKAGE, OLD_PACKAGE, World, with_champion
from tests.unit.state_machine_walker import TaskError, load

# Every task on the way to a promoted model, by the action it calls; the deployment's own are tried with it.
ON_THE_WAY = (
    "listExecutions",
    "getParameter",
    "listObjectsV2",
    "createProcessingJob",
    "createTrainingJob",
    "createModelPackage",
    "startExecution",
)


def hyperparameters(world: World) -> dict[str, str]:
    """Return what the training job was given."""
    found: dict[str, str] = world.called("createTrainingJob")[-1]["HyperParameters"]
    return found


def test_the_first_model_goes_live() -> None:
    """Without champion or endpoint a good model is trained, registered and deployed."""
    world = World()
    walk = world.retrain()
    assert walk.output["status"] == "promoted"
    assert world.champion is not None
    assert world.champion["model_version"] == "new"
    assert (world.endpoint or {})["config"] == walk.output["endpoint_config_name"]
    for job in world.called("createProcessingJob"):
        assert "champion" not in {entry["InputName"] for entry in job["ProcessingInputs"]}


def test_a_better_model_replaces_the_champion() -> None:
    """The run's output names what is live now, as the pointer does."""
    world = with_champion()
    walk = world.retrain()
    assert world.champion is not None
    assert walk.output == {
        "run": "first-model",
        "status": "promoted",
        "reason": EVALUATION["reason"],
        "model_version": "new",
        "endpoint_config_name": world.champion["endpoint_config_name"],
        "model_package_arn": NEW_PACKAGE,
    }
    assert world.champion["run"] == "first-model"


def test_what_is_registered_can_be_proved() -> None:
    """The package says what the deployment must find, in characters that the registry takes."""
    world = with_champion()
    world.retrain()
    facts = world.registry[NEW_PACKAGE]["CustomerMetadataProperties"]
    assert facts == {
        "run": "first-model",
        "model_version": "new",
        "schema_hash": "feedbeeffeedbeef",
        "artefact_sha256": "ab" * 32,
        "model_data_url": "s3://models/fraudstream-first-model-train/model.tar.gz",
        "golden_rows": "s3://modelsbucket/runs/first-model/evaluation/golden_rows.json",
        "evaluation": "s3://modelsbucket/runs/first-model/evaluation/evaluation.json",
        "report": "s3://modelsbucket/runs/first-model/evaluation/report.html",
    }
    assert all(re.fullmatch(r"[\w .:/=+@-]{1,256}", text) for text in facts.values())
    package = world.registry[NEW_PACKAGE]
    assert package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"] == facts["model_data_url"]
    assert "Tags" not in package  # the registry refuses them on a version of a group


@proves(invariants=[10])
def test_the_deployment_comes_last_and_is_a_run_of_its_own() -> None:
    """It gets the package and nothing that could be proved in its place."""
    world = with_champion()
    world.retrain()
    order = world.done("createTrainingJob", "createModelPackage", "startExecution", "putParameter")
    assert order == ["createTrainingJob", "createModelPackage", "startExecution", "putParameter"]
    (call,) = world.called("startExecution")
    assert call["StateMachineArn"] == "deploystatemachinearn"
    assert call["Input"]["model_package_arn"] == NEW_PACKAGE
    assert call["Input"]["AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"].endswith(":first-model")
    assert "Name" not in call  # a run that is redriven starts another deployment


def test_the_report_speaks_plainly() -> None:
    """People read which model, why, what was measured (missing figures included), and where the report lies."""
    world = with_champion()
    world.retrain()
    ((subject, text),) = world.messages
    assert len(subject) <= 100
    assert "Model new now scores every transaction." in text
    assert "average precision: 0.710 (champion 0.680)" in text
    assert "looking at 0.5% of transactions: 0.600 (champion 0.550)" in text
    assert "most suspicious a day: 0.300 (champion not measured)" in text
    assert "money saved: 1,234,500 in minor units of EUR\n" in text
    assert "Report: s3://modelsbucket/runs/first-model/evaluation/report.html" in text
    assert "Model card: fraudstream-first-model" in text


@proves(faults=[26], invariants=[10])
@pytest.mark.parametrize("promote", [False, None, "true", 1], ids=repr)
def test_a_model_that_is_not_better_changes_nothing(promote: object) -> None:
    """Only a plain true promotes; anything else leaves endpoint, registry and pointer as they were."""
    world = with_champion()
    before = (dict(world.endpoint or {}), dict(world.champion or {}), list(world.registry))
    world.evaluation["promote"] = promote
    if promote is None:
        del world.evaluation["promote"]
    walk = world.retrain()
    assert (walk.visited[-1], walk.output["status"]) == ("Kept", "kept")
    assert (world.endpoint, world.champion, list(world.registry)) == before
    assert "The champion, model old, still scores" in world.messages[0][1]


def test_a_model_whose_scores_were_invalid_is_not_better_and_has_no_figures() -> None:
    """Such an evaluation has no measures at all; the message still comes, with the reason."""
    world = with_champion()
    world.evaluation |= {"promote": False, "reason": "its scores are not numbers from 0 to 1", "challenger": {}}
    assert world.retrain().output["status"] == "kept"
    assert "its scores are not numbers from 0 to 1" in world.messages[0][1]


def kept(**given: Any) -> World:
    """Return a world with a champion that is not beaten."""
    world = with_champion(**given)
    world.evaluation |= {"promote": False, "reason": "not better"}
    return world


def test_a_kept_champion_is_verified_again() -> None:
    """The deployment of the champion's package looks, changes nothing, and nobody is told twice."""
    world = kept()
    assert world.retrain().output["status"] == "kept"
    assert [walk.output["status"] for walk in world.nested] == ["unchanged"]
    ((subject, text),) = world.messages
    assert subject == "fraudstream: the fraud model stays"
    assert "so nothing changed." in text


def test_without_a_champion_nothing_is_deployed_for_a_bad_model() -> None:
    """There is none to be kept, and the message says that rules decide."""
    world = World()
    world.evaluation["promote"] = False
    assert world.retrain().output["status"] == "kept"
    assert not world.called("startExecution")
    assert "rules alone decide" in world.messages[0][1]


def test_a_kept_champion_is_served_again() -> None:
    """An endpoint that was deleted comes back, and both messages say so."""
    world = kept(endpoint=None)
    walk = world.retrain()
    config = (world.champion or {})["endpoint_config_name"]
    assert (
        walk.output["reason"] == f"not better; the endpoint did not serve the champion and was restored with {config}"
    )
    assert world.endpoint == {"status": "InService", "config": config}
    assert [subject for subject, _ in world.messages] == [
        "fraudstream: the endpoint was restored",
        "fraudstream: the fraud model stays, its endpoint was restored",
    ]


def test_a_kept_champion_that_is_not_what_was_evaluated_is_a_failure() -> None:
    """The run fails with its deployment, which has said why."""
    world = kept(verdict={"verified": False, "reason": "a golden score differs"})
    walk = world.retrain()
    assert walk.status == "FAILED"
    assert [subject for subject, _ in world.messages] == ["fraudstream: deployment failed"]


def test_a_deployment_that_fails_is_told_once() -> None:
    """By itself; the run fails with its reason, and the champion scores on."""
    world = with_champion(update="fails")
    before = dict(world.champion or {})
    walk = world.retrain()
    assert (walk.status, walk.error) == ("FAILED", "States.TaskFailed")
    assert "DeploymentFailed" in walk.cause
    assert [subject for subject, _ in world.messages] == ["fraudstream: deployment failed"]
    assert "average precision: 0.710" in world.messages[0][1]
    assert world.champion == before


def test_a_deployment_that_could_not_tell_is_told_by_the_run() -> None:
    """One that timed out, was stopped or could not be started has told nobody."""
    for error, cause in (("States.TaskFailed", '{"Status": "ABORTED"}'), ("States.Timeout", "timed out")):
        world = with_champion(failing={"startExecution": TaskError(error, cause)})
        assert world.retrain().status == "FAILED"
        ((subject, text),) = world.messages
        assert subject == "fraudstream: retraining failed"
        assert f"registered as {NEW_PACKAGE}, pending" in text


def test_a_deployment_that_is_skipped_leaves_the_model_registered() -> None:
    """Somebody else's is active: the run ends well, and the deployment's message says how to go on."""
    began = "2026-03-01T02:59:00.000Z"
    other = {"ExecutionArn": "arn:z", "StartDate": began, "Input": f'{{"model_package_arn": "{OLD_PACKAGE}"}}'}
    world = with_champion(deployments=[other])
    walk = world.retrain()
    assert (walk.output["status"], walk.output["model_package_arn"]) == ("skipped", NEW_PACKAGE)
    assert [subject for subject, _ in world.messages] == ["fraudstream: a model was not deployed"]
    assert world.status_of(NEW_PACKAGE) == "PendingManualApproval"


@proves(faults=[28])
def test_of_two_runs_exactly_one_proceeds() -> None:
    """Whoever finds an older run ends as a no-op, also when both began in the same millisecond."""
    began = "2026-03-01T03:00:00.000Z"
    arn = "arn:aws:states:us-east-1:123456789012:execution:machine:"
    both = [{"ExecutionArn": f"{arn}{name}", "StartDate": began} for name in ("run-a", "run-b")]
    first, second = World(executions=both), World(executions=both)
    assert first.retrain(name="run-a").visited[-1] == "Promoted"
    assert second.retrain(name="run-b").visited[-1] == "Skipped"
    assert not second.called("createProcessingJob")
    assert not second.messages


@proves(faults=[28])
@pytest.mark.parametrize("other", ["2026-03-01T02:59:59.999Z", "2026-02-28T23:00:00Z"])
def test_an_older_run_goes_first(other: str) -> None:
    """Times are compared as times, whatever their fraction looks like."""
    world = World(executions=[{"ExecutionArn": "arn:z", "StartDate": other}])
    assert world.retrain().visited[-1] == "Skipped"


@proves(faults=[24])
def test_nothing_to_learn_from_costs_no_job() -> None:
    """With neither archive nor history the run fails by name before any job is paid for."""
    world = World(data=())
    walk = world.retrain()
    assert (walk.status, walk.error) == ("FAILED", "NoTrainingData")
    assert not world.called("createProcessingJob")


@pytest.mark.parametrize("there", ["archive/", "raw/"])
def test_only_inputs_that_exist_are_given_to_the_job(there: str) -> None:
    """SageMaker refuses an input without objects."""
    world = World(data=(there,))
    assert world.retrain().status == "SUCCEEDED"
    names = [entry["InputName"] for entry in world.called("createProcessingJob")[0]["ProcessingInputs"]]
    assert names == ["code", there.rstrip("/")]


def test_data_and_model_are_compared_with_the_champions() -> None:
    """Preparation and evaluation are given its artefact, where there is one."""
    world = with_champion()
    world.retrain()
    for job in world.called("createProcessingJob"):
        addresses = {entry["InputName"]: entry["S3Input"]["S3Uri"] for entry in job["ProcessingInputs"]}
        assert addresses["champion"] == "s3://models/old/model.tar.gz"
        assert "/opt/ml/processing/input/champion" in job["AppSpecification"]["ContainerArguments"]


@proves(faults=[25], invariants=[10])
@pytest.mark.parametrize("action", ON_THE_WAY)
def test_whatever_breaks_the_champion_stays(action: str) -> None:
    """Each task in turn fails for good: the run fails, says so, and endpoint and pointer are as before."""
    world = with_champion(failing={action: BROKEN})
    before = (dict(world.endpoint or {}), dict(world.champion or {}), list(world.configs), list(world.models))
    walk = world.retrain()
    assert (walk.status, walk.error) == ("FAILED", BROKEN.error)
    assert (world.endpoint, world.champion, world.configs, world.models) == before
    ((_, text),) = world.messages
    assert "the service is unwell" in text
    known = action not in ("listExecutions", "getParameter")
    assert ("model old, still scores" if known else "Nothing was changed.") in text
    assert "no model yet" not in text


@pytest.mark.parametrize("kind", ["ReadEvaluation", "ReadCard", "CreateModelCard"])
def test_a_card_is_no_condition_and_an_evaluation_is(kind: str) -> None:
    """A model without a card goes live, and the message says that it has none."""
    failing = {"createModelCard": BROKEN} if kind == "CreateModelCard" else {"getObject": BROKEN}
    world = with_champion(failing=failing)
    if kind == "ReadCard":
        world.failing = {}
        world.missing = {"model_card.json"}
    walk = world.retrain()
    if kind == "ReadEvaluation":
        assert walk.status == "FAILED"
        return
    assert walk.output["status"] == "promoted"
    assert "No model card: " in world.messages[0][1]
    assert not world.cards


def test_every_task_of_the_way_is_tried() -> None:
    """The list above is the way: no task of a promoted run is left out but those whose failure is told apart."""
    world = World()
    walk = world.retrain()
    states = load("retrain")["States"]
    called = {states[name].get("Resource", "") for name in walk.visited}
    actions = {arn.removesuffix(":2").removesuffix(".sync").rpartition(":")[2] for arn in called if arn}
    assert actions == {*ON_THE_WAY, "getObject", "createModelCard"}


def test_a_job_speaks_for_itself() -> None:
    """Of a failed job people read its own sentence, not its whole description."""
    cause = (
        '{"ProcessingJobName": "x", "ExitMessage":"NoFrauds: no fraud among 5 rows","FailureReason":"AlgorithmError"}'
    )
    world = World(failing={"createProcessingJob": TaskError("States.TaskFailed", cause)})
    world.retrain()
    text = world.messages[0][1]
    assert "Retraining failed in the step Prepare." in text
    assert "Reason: States.TaskFailed: NoFrauds: no fraud among 5 rows\n" in text


@proves(faults=[25])
@pytest.mark.parametrize("status", ["Failed", "Stopped", "ResourceLimitExceeded"])
@pytest.mark.parametrize("action", ["createProcessingJob", "createTrainingJob"])
def test_a_job_that_does_not_end_well_ends_the_run(action: str, status: str) -> None:
    """Whichever it is and however it ends: nothing is registered, and the champion stays."""
    error = "SageMaker.ResourceLimitExceededException" if status == "ResourceLimitExceeded" else "States.TaskFailed"
    world = with_champion(failing={action: TaskError(error, json.dumps({"Status": status}))})
    assert world.retrain().status == "FAILED"
    assert list(world.registry) == [OLD_PACKAGE]
    assert "still scores every transaction" in world.messages[0][1]


@proves(faults=[25])
def test_a_failure_that_nobody_can_be_told_of_still_fails() -> None:
    """Without the topic the execution's status tells."""
    world = World(failing={"publish": BROKEN, "createTrainingJob": BROKEN})
    assert world.retrain().status == "FAILED"


_NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789-_+=@.!()", min_size=1, max_size=80)


@settings(max_examples=60, deadline=None)
@given(name=_NAMES)
def test_every_execution_can_name_its_jobs(name: str) -> None:
    """Whatever an execution is called, its jobs, models and endpoints have names that SageMaker takes."""
    stack = "f" * 29
    world = World(settings={"StackName": stack, "TuningJobs": "1"})
    walk = world.retrain(name=name)
    assert walk.status == "SUCCEEDED"
    names = [a["ProcessingJobName"] for a in world.called("createProcessingJob")]
    names += [a["TrainingJobName"] for a in world.called("createTrainingJob")] + [
        *world.models,
        *world.configs,
        *world.cards,
    ]
    for job in names:
        assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", job), job
        assert job.startswith(f"{stack}-")
    (search,) = world.called("createHyperParameterTuningJob")
    assert re.fullmatch(r"tune-[0-9a-f]{24}", search["HyperParameterTuningJobName"])

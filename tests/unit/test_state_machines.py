"""The retraining machine, walked through with its real definition and services that misbehave on purpose."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reliability.proof import proves

pytest.importorskip("jsonata", reason="jsonata-python evaluates the machines' expressions")

from tests.unit.retrain_world import EVALUATION, NEW_PACKAGE, OLD_PACKAGE, World, with_champion
from tests.unit.state_machine_walker import ROOT, TaskError, load

BROKEN = TaskError("SageMaker.SageMakerException", "the service is unwell")
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


def test_options_reach_the_jobs() -> None:
    """as_of, arguments of prepare and hyperparameters of train are passed on; the platform's own cannot be replaced."""
    world = World()
    options = {
        "as_of": "2026-01-31",
        "prepare_arguments": ["--test-days", "3"],
        "hyperparameters": {"rounds": "50", "model_version": "mine"},
    }
    world.retrain(options)
    assert world.called("createProcessingJob")[0]["AppSpecification"]["ContainerArguments"][-4:] == [
        "--as-of",
        "2026-01-31",
        "--test-days",
        "3",
    ]
    parameters = hyperparameters(world)
    assert (parameters["rounds"], parameters["model_version"]) == ("50", '"first-model"')


def test_money_and_policy_reach_training_and_evaluation() -> None:
    """The template's parameters decide, and a run may choose otherwise."""
    money = {"ThresholdPolicy": "cost", "ReviewRate": "0.005", "AlertCostMinor": "700", "BlockGenuineCostMinor": "9000"}
    world = World(settings=money)
    world.retrain({"hyperparameters": {"alert_minor": "1"}})
    parameters = hyperparameters(world)
    assert {name: parameters[name] for name in ("threshold_policy", "review_rate", "block_genuine_minor")} == {
        "threshold_policy": '"cost"',
        "review_rate": "0.005",
        "block_genuine_minor": "9000",
    }
    assert parameters["alert_minor"] == "1"
    arguments = world.called("createProcessingJob")[1]["AppSpecification"]["ContainerArguments"]
    told = dict(zip(arguments[::2], arguments[1::2], strict=True))
    assert (told["--alert-minor"], told["--block-genuine-minor"], told["--budget"]) == ("700", "9000", "0.005")


def test_runs_can_be_told_apart() -> None:
    """Every job of a run carries the stack's name and the run's."""
    world = with_champion(settings={"ShadowHours": "1", "TuningJobs": "2"})
    world.retrain()
    jobs = [*world.called("createProcessingJob"), *world.called("createTrainingJob")]
    jobs += [*world.called("createHyperParameterTuningJob"), *world.called("createModelCard")]
    assert len(jobs) == 6
    for job in jobs:
        assert {tag["Key"]: tag["Value"] for tag in job["Tags"]} == {"stack": "fraudstream", "run": "first-model"}


def test_spark_prepares_where_the_template_says_so() -> None:
    """The Glue job gets the same places and options; the jobs after it stay what they are."""
    world = with_champion(settings={"PrepareWith": "glue"})
    world.retrain({"as_of": "2026-01-31", "prepare_arguments": ["--test-days", "3", "--train-days", "9"]})
    assert world.jobs() == ["fraudstream-first-model-evaluate"]
    (run,) = world.called("startJobRun")
    assert run["Arguments"] == {
        "--archive": "s3://archivebucket/archive/",
        "--raw": "s3://archivebucket/raw/",
        "--output": "s3://modelsbucket/runs/first-model/data",
        "--champion": "s3://models/old/model.tar.gz",
        "--as-of": "2026-01-31",
        "--test-days": "3",
        "--train-days": "9",
    }
    first = World(settings={"PrepareWith": "glue"})
    first.retrain()
    assert set(first.called("startJobRun")[0]["Arguments"]) == {"--archive", "--raw", "--output"}


def test_a_glue_job_that_fails_ends_the_run() -> None:
    """Its sentence is in the message."""
    cause = '{"JobRunState": "FAILED", "ErrorMessage": "SystemExit: NoLabels: no label in the archive"}'
    failing = {"startJobRun": TaskError("States.TaskFailed", cause)}
    world = with_champion(settings={"PrepareWith": "glue"}, failing=failing)
    assert world.retrain().status == "FAILED"
    assert "NoLabels: no label in the archive\n" in world.messages[0][1]


def test_a_search_finds_the_hyperparameters() -> None:
    """What it found is trained with, before what the run was given; nothing is both searched for and given."""
    world = World(settings={"TuningJobs": "20"})
    world.retrain({"hyperparameters": {"rounds": "50", "max_bin": "256"}})
    (search,) = world.called("createHyperParameterTuningJob")
    limits = search["HyperParameterTuningJobConfig"]["ResourceLimits"]
    assert (limits["MaxNumberOfTrainingJobs"], limits["MaxParallelTrainingJobs"]) == (20, 3)
    static = search["TrainingJobDefinition"]["StaticHyperParameters"]
    ranges = search["HyperParameterTuningJobConfig"]["ParameterRanges"]
    assert static["max_bin"] == "256"
    assert static.keys().isdisjoint(entry["Name"] for kind in ranges.values() for entry in kind)
    parameters = hyperparameters(world)
    assert (parameters["max_depth"], parameters["learning_rate"], parameters["rounds"]) == ("5", "0.07", "50")


@pytest.mark.parametrize(("parameter", "asked", "jobs"), [("0", None, 0), ("0", 3, 3), ("20", 0, 0), ("20", None, 20)])
def test_a_run_may_choose_how_much_it_searches(parameter: str, asked: int | None, jobs: int) -> None:
    """The input goes before the template's parameter; none means that nothing is searched."""
    world = World(settings={"TuningJobs": parameter})
    world.retrain({} if asked is None else {"tuning_jobs": asked})
    found = [
        call["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"]
        for call in world.called("createHyperParameterTuningJob")
    ]
    assert found == ([jobs] if jobs else [])


def test_the_search_space_is_the_one_that_is_tried_at_home() -> None:
    """The machine has the ranges of training/search_space.json, and reads the line that train.py logs."""
    task = load("retrain")["States"]["Tune"]
    ranges = task["Arguments"]["HyperParameterTuningJobConfig"]["ParameterRanges"]
    assert ranges == json.loads((ROOT / "training" / "search_space.json").read_text())
    (metric,) = task["Arguments"]["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"]
    line = "model version=v validation_average_precision=7.8e-01 review=0.2"
    assert re.search(metric["Regex"], line)[1] == "7.8e-01"  # type: ignore[index]
    objective = task["Arguments"]["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    assert (objective["MetricName"], objective["Type"]) == (metric["Name"], "Maximize")
    assert "validation_average_precision=" in (Path(ROOT) / "training" / "train.py").read_text()


def test_a_search_that_fails_ends_the_run() -> None:
    """Nothing is trained instead, and the champion stays."""
    world = with_champion(settings={"TuningJobs": "2"}, failing={"createHyperParameterTuningJob": BROKEN})
    assert world.retrain().status == "FAILED"
    assert not world.called("createTrainingJob")
    assert "in the step Tune" in world.messages[0][1]


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

"""The linter of the state machines complains about what is wrong, and about nothing else."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lint.machines.check import RULES, check_file, check_machine
from lint.machines.expressions import expressions_parse, no_jsonpath, variables_are_assigned
from lint.machines.failures import tasks_catch, time_is_bounded
from lint.machines.structure import loops_are_bounded, states_are_reachable, targets_exist

Machine = dict[str, Any]
GOOD: Machine = {
    "QueryLanguage": "JSONata",
    "TimeoutSeconds": 100,
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sagemaker:createProcessingJob.sync",
            "TimeoutSeconds": 60,
            "Arguments": {
                "ProcessingJobName": "{% $states.input.name %}",
                "StoppingCondition": {"MaxRuntimeInSeconds": 50},
            },
            "Assign": {"looks": 0},
            "Retry": [{"ErrorEquals": ["SageMaker.AmazonSageMakerException"], "BackoffRate": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
            "Next": "Look",
        },
        "Look": {"Type": "Wait", "Seconds": 1, "Assign": {"looks": "{% $looks + 1 %}"}, "Next": "Enough"},
        "Enough": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $looks >= 3 %}", "Next": "Done"}],
            "Default": "Look",
        },
        "Done": {"Type": "Succeed"},
        "Failed": {"Type": "Fail", "Error": "{% $string($looks) %}"},
    },
}


def broken(change: Callable[[Machine], Any]) -> Machine:
    """Return the good machine with one change."""
    machine = copy.deepcopy(GOOD)
    change(machine)
    return machine


def test_a_good_machine_passes_every_rule() -> None:
    """Nothing is said about a machine without mistakes."""
    assert list(check_machine(GOOD)) == []


@pytest.mark.parametrize(
    ("rule", "change", "said"),
    [
        (targets_exist, lambda m: m.update(StartAt="Nowhere"), "no state 'Nowhere'"),
        (targets_exist, lambda m: m["States"]["Look"].update(Next="Gone"), "goes to 'Gone'"),
        (targets_exist, lambda m: m["States"]["Work"]["Catch"][0].update(Next="Gone"), "goes to 'Gone'"),
        (targets_exist, lambda m: m["States"]["Enough"]["Choices"][0].update(Next="Gone"), "goes to 'Gone'"),
        (targets_exist, lambda m: m["States"]["Look"].pop("Next"), "neither ends nor goes on"),
        (targets_exist, lambda m: m["States"]["Enough"].pop("Default"), "no Default"),
        (states_are_reachable, lambda m: m["States"].update(Alone={"Type": "Succeed"}), "nothing leads to Alone"),
        (states_are_reachable, lambda m: m["States"]["Enough"]["Choices"][0].update(Next="Look"), "no way leads from"),
        (states_are_reachable, lambda m: m["States"].pop("Failed"), "no Fail state"),
        (loops_are_bounded, lambda m: m["States"]["Look"].pop("Assign"), "nothing bounds the loop of Enough, Look"),
        (
            loops_are_bounded,
            lambda m: m["States"]["Enough"]["Choices"][0].update(Condition="{% $states.input.done %}"),
            "nothing bounds",
        ),
        (loops_are_bounded, lambda m: m["States"]["Look"].update(Type="Pass"), "nothing bounds"),
        (tasks_catch, lambda m: m["States"]["Work"].pop("Catch"), "does not catch every error"),
        (
            tasks_catch,
            lambda m: m["States"]["Work"]["Catch"][0].update(ErrorEquals=["States.Timeout"]),
            "does not catch",
        ),
        (
            tasks_catch,
            lambda m: m["States"]["Work"]["Catch"].append({"ErrorEquals": ["States.ALL"], "Next": "Done"}),
            "before its last catcher",
        ),
        (tasks_catch, lambda m: m["States"]["Work"]["Retry"][0].update(ErrorEquals=["States.ALL"]), "retries whatever"),
        (tasks_catch, lambda m: m["States"]["Work"]["Retry"][0].pop("BackoffRate"), "without a BackoffRate"),
        (time_is_bounded, lambda m: m.pop("TimeoutSeconds"), "the machine has no time limit"),
        (time_is_bounded, lambda m: m["States"]["Work"].pop("TimeoutSeconds"), "job without a time limit"),
        (time_is_bounded, lambda m: m["States"]["Work"]["Arguments"].pop("StoppingCondition"), "must stop itself"),
        (time_is_bounded, lambda m: m.update(TimeoutSeconds=60), "would end without its Catch"),
        (no_jsonpath, lambda m: m.pop("QueryLanguage"), "not JSONata"),
        (no_jsonpath, lambda m: m["States"]["Work"].update(ResultPath="$.x"), "uses ResultPath"),
        (expressions_parse, lambda m: m["States"]["Failed"].update(Error="{% $string($looks %}"), "nothing closes a ("),
        (expressions_parse, lambda m: m["States"]["Failed"].update(Error="{% $looks) %}"), "nothing opens a )"),
        (expressions_parse, lambda m: m["States"]["Failed"].update(Error="looks: {% $looks %}"), "stands alone"),
        (
            variables_are_assigned,
            lambda m: m["States"]["Failed"].update(Error="{% $look %}"),
            "$look is never assigned",
        ),
        (variables_are_assigned, lambda m: m["States"]["Work"]["Assign"].update(left=1), "$left is assigned and never"),
    ],
)
def test_a_mistake_is_found(rule: Any, change: Callable[[Machine], Any], said: str) -> None:
    """Each rule finds its mistake, and names it."""
    findings = [str(finding) for finding in rule(broken(change))]
    assert any(said in finding for finding in findings), findings


def mapped(**changes: Any) -> Machine:
    """Return the good machine with a Map state before its end, whose processor has one task; that is changed."""
    task = {
        "Type": "Task",
        "Resource": "arn:x",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Over"}],
        "Next": "Over",
    }
    inner = {"StartAt": "Each", "States": {"Each": task | changes, "Over": {"Type": "Succeed"}}}
    machine = broken(lambda m: m["States"]["Enough"]["Choices"][0].update(Next="All"))
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]
    machine["States"]["All"] = {"Type": "Map", "ItemProcessor": inner, "Catch": catch, "Next": "Done"}
    return machine


def test_what_a_map_runs_is_a_machine_of_its_own() -> None:
    """Its states are checked as any others, and its names are not those around it."""
    assert list(check_machine(mapped())) == []
    for changes, rule, said in (
        ({"Catch": []}, tasks_catch, "Each does not catch"),
        ({"Next": "Done"}, targets_exist, "Each goes to 'Done'"),
        ({"Next": "Each", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Each"}]}, states_are_reachable, "Over"),
        ({"Next": "Each"}, loops_are_bounded, "the loop of Each"),
    ):
        assert any(said in str(finding) for finding in rule(mapped(**changes))), said


def work(resource: str, arguments: Machine) -> list[str]:
    """Return what the rule about time says of the good machine with another job."""
    job = {"Resource": f"arn:aws:states:::{resource}", "Arguments": arguments}
    return [finding.message for finding in time_is_bounded(broken(lambda m: m["States"]["Work"].update(job)))]


@pytest.mark.parametrize(
    ("resource", "enough", "too_much"),
    [
        ("sagemaker:createTrainingJob.sync", {"StoppingCondition": {"MaxRuntimeInSeconds": 59}}, 60),
        (
            "sagemaker:createHyperParameterTuningJob.sync",
            {"HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxRuntimeInSeconds": 59}}},
            60,
        ),
    ],
)
def test_every_kind_of_job_stops_itself_in_its_own_way(resource: str, enough: Machine, too_much: int) -> None:
    """The limit is looked for where that kind of job has it."""
    assert work(resource, enough) == []
    text = json.dumps(enough).replace("59", str(too_much))
    assert "must stop itself" in work(resource, json.loads(text))[0]
    assert "must stop itself" in work(resource, {})[0]


def test_a_glue_job_has_its_limit_in_minutes() -> None:
    """One minute is as long as the task waits, so it is too long."""
    assert "must stop itself" in work("glue:startJobRun.sync", {"Timeout": 1})[0]
    longer = broken(lambda m: m["States"]["Work"].update(TimeoutSeconds=61, Resource="x:glue:startJobRun.sync"))
    longer["States"]["Work"]["Arguments"] = {"Timeout": 1}
    assert list(time_is_bounded(longer)) == []


@pytest.mark.parametrize("resource", ["states:startExecution.sync:2", "sagemaker:createTransformJob.sync"])
def test_what_cannot_stop_itself_is_still_waited_for_in_bounds(resource: str) -> None:
    """Another execution, or a transform job: the task's own limit is what counts."""
    assert work(resource, {}) == []
    endless = broken(lambda m: m["States"]["Work"].update(Resource=f"arn:aws:states:::{resource}"))
    del endless["States"]["Work"]["TimeoutSeconds"]
    assert any("without a time limit" in finding.message for finding in time_is_bounded(endless))


def test_every_rule_has_a_mistake_above() -> None:
    """A new rule needs an example that breaks it."""
    (mark,) = [m for m in test_a_mistake_is_found.pytestmark if m.name == "parametrize"]
    assert {rule for rule, _, _ in mark.args[1]} == set(RULES)


def test_what_is_no_jsonata_is_found() -> None:
    """Balanced is not enough: the expression must parse."""
    pytest.importorskip("jsonata", reason="jsonata-python parses expressions")
    machine = broken(lambda m: m["States"]["Failed"].update(Error="{% 'looks' & & $looks %}"))
    assert list(expressions_parse(machine))


@pytest.mark.parametrize(
    "expression",
    [
        "$map([1], function($x) {{'a': $x}})",
        "$contains($states.input.a, /^(a|b)\\)$/) ? 'a)' : \"(b\"",
        "($sum := function($a, $b) {$a + $b}; $sum($looks, ${Number}))",
    ],
)
def test_correct_expressions_are_left_alone(expression: str) -> None:
    """Brackets in texts and regular expressions, functions, and substitutions are understood."""
    machine = broken(lambda m: m["States"]["Failed"].update(Error=f"{{% {expression} & $string($looks) %}}"))
    assert not [*expressions_parse(machine), *variables_are_assigned(machine)]


def test_substitutions_of_template_and_definition_match(tmp_path: Path) -> None:
    """A substitution the template forgets, or gives for nothing, is found."""
    path = tmp_path / "machine.asl.json"
    path.write_text(json.dumps(broken(lambda m: m.update(Comment="${Bucket}"))))
    assert [f.message for f in check_file(path, {"Topic": "x"})] == [
        "${Bucket} is not among the template's DefinitionSubstitutions",
        "the template gives ${Topic}, which nothing here uses",
    ]
    assert not list(check_file(path, {"Bucket": "x"}))


def test_a_definition_that_is_no_json_is_found(tmp_path: Path) -> None:
    """A comma too many is a finding, not a crash."""
    path = tmp_path / "machine.asl.json"
    path.write_text("{,}")
    assert "not JSON" in next(check_file(path, {})).message

"""A machine run as a step of another: its output, its failure, and its end with the one that waits."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.integration.sagemaker_stack import ROLE, Sagemaker, until
from tests.integration.test_sagemaker_states import run, start, task

pytest_plugins = ["tests.integration.sagemaker_fixtures"]
pytestmark = pytest.mark.integration


def inner(stack: Sagemaker, state: dict[str, Any]) -> str:
    """A machine of one state; its ARN."""
    definition = {"QueryLanguage": "JSONata", "StartAt": "Only", "States": {"Only": state}}
    return stack.client("stepfunctions").create_state_machine(
        name=f"inner-{time.time_ns()}", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]


def waiting(machine: str, pattern: str = "sync:2", **more: Any) -> dict[str, Any]:
    """A task that runs a machine and waits for it."""
    given = {"StateMachineArn": machine, "Input": {"model": "{% $states.input.model %}"}}
    return task(f"states:startExecution.{pattern}", Arguments=given, **more)


def running(stack: Sagemaker, machine: str, status: str) -> list[Any]:
    listed = stack.client("stepfunctions").list_executions(stateMachineArn=machine, statusFilter=status)
    return listed["executions"]


DOUBLE = {"Type": "Pass", "Output": "{% {'doubled': $states.input.model * 2} %}", "End": True}
SLEEP = {"Type": "Wait", "Seconds": 60, "End": True}


def test_the_output_of_a_nested_execution_comes_back_parsed(sagemaker: Sagemaker) -> None:
    """With `.sync:2` it is JSON, with `.sync` it is text; the rest is the nested execution's description."""
    machine = inner(sagemaker, DOUBLE)
    execution = run(sagemaker, {"Run": waiting(machine)}, given={"model": 21})
    assert execution["status"] == "SUCCEEDED", execution
    output = json.loads(execution["output"])
    assert (output["Status"], output["Input"], output["Output"]) == ("SUCCEEDED", {"model": 21}, {"doubled": 42})
    assert output["StateMachineArn"] == machine
    assert isinstance(output["StopDate"], int)
    output = json.loads(run(sagemaker, {"Run": waiting(machine, "sync")}, given={"model": 21})["output"])
    assert json.loads(output["Output"]) == {"doubled": 42}


def test_a_failed_nested_execution_fails_the_task_with_its_cause(sagemaker: Sagemaker) -> None:
    """The error is States.TaskFailed; the cause is the description, in which a catcher finds the nested error."""
    machine = inner(sagemaker, {"Type": "Fail", "Error": "Deploy.RolledBack", "Cause": "golden rows differ"})
    state = waiting(machine, Catch=[{"ErrorEquals": ["States.TaskFailed"], "Next": "Told"}])
    del state["End"]
    told = {"Type": "Pass", "Output": "{% $parse($states.input.Cause) %}", "End": True}
    execution = run(sagemaker, {"Run": {**state, "Next": "Told"}, "Told": told}, given={"model": 1})
    described = json.loads(execution["output"])
    assert (described["Status"], described["Error"], described["Cause"]) == (
        "FAILED", "Deploy.RolledBack", "golden rows differ",
    )  # fmt: skip


def test_stopping_the_outer_execution_stops_the_nested_one(sagemaker: Sagemaker) -> None:
    """As on AWS, and the outer one stays aborted."""
    machine = inner(sagemaker, SLEEP)
    arn = start(sagemaker, {"Run": waiting(machine)}, given={"model": 1})
    until(lambda: running(sagemaker, machine, "RUNNING"))
    states = sagemaker.client("stepfunctions")
    states.stop_execution(executionArn=arn)
    until(lambda: running(sagemaker, machine, "ABORTED"))
    assert states.describe_execution(executionArn=arn)["status"] == "ABORTED"


def test_a_task_that_times_out_stops_the_nested_execution(sagemaker: Sagemaker) -> None:
    """States.Timeout leaves nothing running."""
    machine = inner(sagemaker, SLEEP)
    execution = run(sagemaker, {"Run": waiting(machine, TimeoutSeconds=1)}, given={"model": 1})
    assert (execution["status"], execution["error"]) == ("FAILED", "States.Timeout")
    until(lambda: running(sagemaker, machine, "ABORTED"))


def test_a_machine_that_does_not_exist_fails_the_task(sagemaker: Sagemaker) -> None:
    """In Step Functions' own words."""
    machine = "arn:aws:states:us-east-1:000000000000:stateMachine:nowhere"
    execution = run(sagemaker, {"Run": waiting(machine)}, given={"model": 1})
    assert execution["error"] == "StepFunctions.StateMachineDoesNotExistException"

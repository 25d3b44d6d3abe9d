"""What a failed state machine is said to have died of."""

import json
from datetime import UTC, datetime

import pytest

from local.machines import ExecutionError, run_machine


class FailedMachine:
    """A machine whose execution has failed with the given cause."""

    def __init__(self, cause: str) -> None:
        self.cause = cause

    def start_execution(self, **_: object) -> dict:
        return {"executionArn": "arn:x:execution"}

    def describe_execution(self, **_: object) -> dict:
        return {"status": "FAILED", "error": "States.TaskFailed", "cause": self.cause}

    def describe_state_machine(self, **_: object) -> dict:
        return {"definition": json.dumps({"States": {"Prepare": {"Type": "Task", "Resource": "arn:job"}}})}

    def get_execution_history(self, **_: object) -> dict:
        return {"events": [{"type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "Prepare"}}]}


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("Prepare: " + json.dumps({"ExitMessage": "NoLabels: none", "RoleArn": "x"}), "Prepare: NoLabels: none)"),
        ("Train: " + json.dumps({"FailureReason": "AlgorithmError: one class"}), "Train: AlgorithmError: one class)"),
        ("endpoint {champion} is gone", "endpoint {champion} is gone)"),
    ],
)
def test_a_failed_job_is_quoted_rather_than_described(cause, said):
    """One line that says why, instead of the whole job."""
    with pytest.raises(ExecutionError) as error:
        run_machine(FailedMachine(cause), "arn:x:retrain", input_json="{}", on_state=lambda _: None)
    assert str(error.value) == f"retrain ended FAILED after the state Prepare (States.TaskFailed: {said}"


class WaitingMachine:
    """A machine whose first look finds it in Deploy, its second at the end, each with a step more of its child."""

    def __init__(self) -> None:
        self.looks = 0

    def start_execution(self, **_: object) -> dict:
        return {"executionArn": "parent"}

    def describe_state_machine(self, **_: object) -> dict:
        starts = {
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Arguments": {"StateMachineArn": "deploy"},
        }
        return {"definition": json.dumps({"States": {"Train": {"Type": "Task"}, "Deploy": starts}})}

    def list_executions(self, **given: object) -> dict:
        assert given["stateMachineArn"] == "deploy"
        return {"executions": [{"executionArn": "somebody's"}, {"executionArn": "child"}]}

    def describe_execution(self, *, executionArn: str) -> dict:  # noqa: N803 - boto3's name
        if executionArn == "parent":
            self.looks += 1
            return {"status": "SUCCEEDED" if self.looks > 2 else "RUNNING", "output": "{}"}
        parent = "parent" if executionArn == "child" else "another"
        return {"input": json.dumps({"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": parent})}

    def get_execution_history(self, *, executionArn: str, **_: object) -> dict:  # noqa: N803 - boto3's name
        names = ["Train", "Deploy", "Told"] if executionArn == "parent" else ["Create", "Verify"]
        seen = names[: self.looks + 1] if executionArn == "parent" else names[: self.looks - 1]
        moment = datetime(2026, 3, 1, tzinfo=UTC)
        entered = (
            {"type": "XStateEntered", "stateEnteredEventDetails": {"name": n}, "timestamp": moment} for n in seen
        )
        return {"events": list(entered)}


def test_what_a_machine_waits_for_is_followed_into_the_other_one():
    """The states of the child stand between those of the parent, each told once."""
    told: list[str] = []
    run = run_machine(WaitingMachine(), "m", input_json="{}", on_state=told.append, sleep=lambda _: None)
    assert told == ["Train", "Deploy", "Deploy: Create", "Told", "Deploy: Verify"]
    assert [name for name, _ in run.states] == ["Train", "Deploy", "Told"]

"""What a failed state machine is said to have died of."""

import json

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

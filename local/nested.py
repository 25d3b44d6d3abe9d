"""The executions that an execution waits for: which they are, and what they entered since they were last looked at."""

import json
from collections.abc import Collection, Iterator
from typing import Any

_STARTS = "arn:aws:states:::states:startExecution.sync"
_PARENT = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"


class Nested:
    """Follows what one execution starts and waits for.

    Parameters
    ----------
    machine_arn, execution_arn
        The execution that waits, and its machine: the definition says which states start what.
    """

    def __init__(self, stepfunctions: Any, machine_arn: str, execution_arn: str) -> None:
        self._stepfunctions, self._parent = stepfunctions, execution_arn
        definition = json.loads(stepfunctions.describe_state_machine(stateMachineArn=machine_arn)["definition"])
        self._machines = {
            name: state["Arguments"]["StateMachineArn"]
            for name, state in definition["States"].items()
            if str(state.get("Resource", "")).startswith(_STARTS)
        }
        self._children: dict[str, str] = {}
        self._told: dict[str, int] = {}

    def entered(self, states: Collection[str]) -> Iterator[str]:
        """Yield what the children entered since the last call, as ``state: state of the child``.

        Parameters
        ----------
        states
            The states that the waiting execution has entered so far.
        """
        for state, machine in self._machines.items():
            if state in states and (child := self._child(state, machine)):
                names = entered_states(history_of(self._stepfunctions, child))
                yield from (f"{state}: {name}" for name in names[self._told.get(child, 0) :])
                self._told[child] = len(names)

    def _child(self, state: str, machine: str) -> str | None:
        if state not in self._children:
            running = self._stepfunctions.list_executions(stateMachineArn=machine, maxResults=10)["executions"]
            for entry in running:
                given = self._stepfunctions.describe_execution(executionArn=entry["executionArn"])["input"]
                if json.loads(given).get(_PARENT) == self._parent:
                    self._children[state] = entry["executionArn"]
        return self._children.get(state)


def history_of(stepfunctions: Any, execution_arn: str) -> list[dict[str, Any]]:
    """Return every event of an execution."""
    events: list[dict[str, Any]] = []
    page: dict[str, Any] = {}
    while True:
        answer = stepfunctions.get_execution_history(executionArn=execution_arn, maxResults=1000, **page)
        events += answer["events"]
        if not answer.get("nextToken"):
            return events
        page = {"nextToken": answer["nextToken"]}


def entered_states(history: list[dict[str, Any]]) -> list[str]:
    """Return the names of the states entered, in order."""
    return [event["stateEnteredEventDetails"]["name"] for event in history if event["type"].endswith("StateEntered")]

"""``states:startExecution.sync`` and ``.sync:2``: another machine run as a step of this one.

The base runs the nested execution on the parent's thread: it does not end with its parent, or with the task's time,
and a failure loses its cause. Here it is an execution of its own, watched. Call :func:`install` before the base serves.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from local.aws.patch_points import PatchPoint

SYNC = "arn:aws:states:::states:startExecution.sync"
_STATES = "ministack.services.stepfunctions"
_FIRST_LOOK_SECONDS, _LONGEST_LOOK_SECONDS = 0.05, 0.5

START = PatchPoint(module=_STATES, attribute="_start_execution", parameters=("data",), purpose="starts the nested one")
STOP = PatchPoint(module=_STATES, attribute="_stop_execution", parameters=("data",), purpose="ends it with its parent")
DESCRIBE = PatchPoint(
    module=_STATES, attribute="_describe_execution", parameters=("data",), purpose="tells whether it has ended"
)
NESTED = PatchPoint(
    module=_STATES,
    attribute="_invoke_nested_start_execution_sync",
    parameters=("resource", "input_data"),
    purpose="replaced: the nested execution ends with its parent",
)
EXECUTE_TASK = PatchPoint(
    module=_STATES,
    attribute="_execute_task",
    parameters=("state_def", "raw_input", "execution", "ctx"),
    purpose="replaced: a nested execution must know the one that waits for it",
)
INVOKE_IN_TIME = PatchPoint(
    module=_STATES,
    attribute="_invoke_resource_with_timeout",
    parameters=("resource", "input_data", "timeout"),
    purpose="replaced: a nested execution is stopped when its task times out",
)
EXECUTION_ERROR = PatchPoint(
    module=_STATES, attribute="_ExecutionError", parameters=("error", "cause"), purpose="raised to fail a task"
)
PATCH_POINTS = (START, STOP, DESCRIBE, NESTED, EXECUTE_TASK, INVOKE_IN_TIME, EXECUTION_ERROR)

Call = Callable[[dict[str, Any]], Any]


class Nested:
    """Runs nested executions by the base's own calls, each from a request to ``(status, headers, body)``."""

    def __init__(self, *, start: Call, stop: Call, describe: Call, error: Callable[[str, str], Exception]) -> None:
        self._start, self._stop, self._describe, self._error = start, stop, describe, error

    def run(
        self, resource: str, params: Mapping[str, Any], parent: Mapping[str, Any], seconds: float = float("inf")
    ) -> dict[str, Any]:
        """Start the machine, wait for its end and return its description; ``.sync:2`` has input and output parsed.

        When it does not succeed the task fails with ``States.TaskFailed`` and the description as the cause, as on AWS.
        """
        unknown = sorted(params.keys() - {"StateMachineArn", "Input", "Name", "TraceHeader"})
        if unknown or "StateMachineArn" not in params:
            raise self._error("States.Runtime", f"startExecution needs StateMachineArn and knows no {unknown}")
        given = params.get("Input", {})
        request = {
            "stateMachineArn": params["StateMachineArn"],
            "input": given if isinstance(given, str) else json.dumps(given),
        }
        status, answer = _read(self._start(request | ({"name": params["Name"]} if "Name" in params else {})))
        if status >= 400:
            code = str(answer["__type"]).removesuffix("Exception")
            raise self._error(f"StepFunctions.{code}Exception", answer.get("message", ""))
        ended = self._wait({"executionArn": answer["executionArn"]}, parent, seconds)
        if ended["Status"] != "SUCCEEDED":
            raise self._error("States.TaskFailed", json.dumps(ended))
        if resource.endswith(":2"):
            ended |= {member: json.loads(ended[member]) for member in ("Input", "Output")}
        return ended

    def _wait(self, named: dict[str, Any], parent: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Return how the execution ended; stop it when its parent is stopped, or when the time is up."""
        deadline, pause = time.monotonic() + seconds, _FIRST_LOOK_SECONDS
        while (shown := _read(self._describe(named))[1])["status"] == "RUNNING":
            if parent.get("status", "RUNNING") != "RUNNING":
                self._stop({**named, "cause": "The execution that waited for it was stopped."})
            elif time.monotonic() > deadline:
                self._stop({**named, "cause": "The task that waited for it timed out."})
                raise self._error("States.Timeout", f"Task timed out after {seconds} seconds")
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_LOOK_SECONDS)
        return _described(shown)


def install() -> None:
    """Put our parts in place."""
    nested = Nested(
        start=START.resolve(), stop=STOP.resolve(), describe=DESCRIBE.resolve(), error=EXECUTION_ERROR.resolve()
    )
    current = threading.local()
    execute, invoke_in_time = EXECUTE_TASK.resolve(), INVOKE_IN_TIME.resolve()

    def execute_task(state_def: Any, raw_input: Any, execution: Any, ctx: Any) -> Any:
        current.execution = execution
        return execute(state_def, raw_input, execution, ctx)

    def invoke_resource_with_timeout(resource: str, input_data: Any, timeout: Any) -> Any:
        if resource.startswith(SYNC):
            return nested.run(resource, input_data, current.execution, float(timeout))
        return invoke_in_time(resource, input_data, timeout)

    EXECUTE_TASK.replace(execute_task)
    INVOKE_IN_TIME.replace(invoke_resource_with_timeout)
    NESTED.replace(lambda resource, input_data: nested.run(resource, input_data, getattr(current, "execution", {})))


def _described(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return DescribeExecution's answer in Step Functions' own spelling, times in epoch milliseconds."""
    described = {name[0].upper() + name[1:]: value for name, value in shown.items() if value is not None}
    for name in ("StartDate", "StopDate"):
        if isinstance(described.get(name), str):
            described[name] = round(datetime.fromisoformat(described[name]).timestamp() * 1000)
    for name in ("InputDetails", "OutputDetails"):
        described[name] = {"Included": True}
    return described


def _read(reply: Any) -> tuple[int, dict[str, Any]]:
    status, _, body = reply
    return status, json.loads(body or b"{}")

"""Running a Step Functions state machine to its end, telling which state it is in."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.nested import Nested, history_of


class ExecutionError(Exception):
    """A state machine did not succeed; the message names the state, the error and its cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """A finished execution; `states` are the states entered, in order, each with the seconds until the next one."""

    arn: str
    output: str
    states: tuple[tuple[str, float], ...]

    @property
    def name(self) -> str:
        """The execution's own name."""
        return self.arn.rsplit(":", 1)[-1]


def run_machine(
    stepfunctions: Any,
    machine_arn: str,
    *,
    input_json: str,
    on_state: Callable[[str], None],
    poll_seconds: float = 0.5,
    timeout_seconds: float = 900.0,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Execution:
    """Start an execution and wait for it; `on_state` is called once with each state it enters.

    A state that waits for another execution is followed into that one: `on_state` hears ``Deploy: Verify``.

    Raises
    ------
    ExecutionError
        If it fails, is stopped, or does not end in time.
    """
    arn = stepfunctions.start_execution(stateMachineArn=machine_arn, input=input_json)["executionArn"]
    deadline = clock() + timeout_seconds
    nested = Nested(stepfunctions, machine_arn, arn)
    told = 0
    while True:
        answer = stepfunctions.describe_execution(executionArn=arn)
        history = history_of(stepfunctions, arn)
        entered = [event for event in history if event["type"].endswith("StateEntered")]
        names = [event["stateEnteredEventDetails"]["name"] for event in entered]
        within = list(nested.entered(names[:told]))  # before what came after
        for name in [*within, *names[told:]]:
            on_state(name)
        told = len(entered)
        if answer["status"] == "SUCCEEDED":
            return Execution(arn=arn, output=answer.get("output", "{}"), states=_durations(entered, history))
        if answer["status"] != "RUNNING":
            raise ExecutionError(_story(machine_arn, answer, entered))
        if clock() > deadline:
            stepfunctions.stop_execution(executionArn=arn, error="Demo.Timeout", cause="the demo gave up waiting")
            raise ExecutionError(f"{_name(machine_arn)} did not end within {timeout_seconds:.0f} s and was stopped")
        sleep(poll_seconds)


def _durations(entered: list[dict[str, Any]], history: list[dict[str, Any]]) -> tuple[tuple[str, float], ...]:
    times = [event["timestamp"] for event in entered] + [history[-1]["timestamp"] if history else None]
    return tuple(
        (event["stateEnteredEventDetails"]["name"], round((after - event["timestamp"]).total_seconds(), 3))
        for event, after in zip(entered, times[1:], strict=True)
    )


def _story(machine_arn: str, answer: dict[str, Any], entered: list[dict[str, Any]]) -> str:
    last = entered[-1]["stateEnteredEventDetails"]["name"] if entered else "its first state"
    reason = ": ".join(filter(None, (answer.get("error"), _said(answer.get("cause", ""))))) or "no reason was given"
    return f"{_name(machine_arn)} ended {answer['status']} after the state {last} ({reason})"


def _said(cause: str) -> str:
    """Return what a failed job said itself, where the cause is its whole description; else the cause."""
    state, brace, description = cause.partition("{")
    try:
        job = json.loads(brace + description)
    except ValueError:
        return cause
    return state + str(job.get("ExitMessage") or job.get("FailureReason") or description)


def _name(machine_arn: str) -> str:
    return machine_arn.rsplit(":", 1)[-1]

"""Walks through a JSONata state machine without AWS: the definition is real, the services are given."""

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonata

ROOT = Path(__file__).parents[2]
_MOST_STATES = 2_000
Service = Callable[[dict[str, Any]], Any]


class TaskError(Exception):
    """What a service answers instead of a result."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(error, cause)
        self.error, self.cause = error, cause


@dataclass(kw_only=True)
class Walk:
    """One execution.

    Parameters
    ----------
    machine
        The definition, substitutions made.
    services
        By resource ARN, what a Task calls; every call counts, as each retry does.
    """

    machine: Mapping[str, Any]
    services: Mapping[str, Service]
    name: str = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    began: datetime = datetime(2026, 3, 1, 3, 0, 0, tzinfo=UTC)
    variables: dict[str, Any] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)
    status: str = "RUNNING"
    error: str = ""
    cause: str = ""
    output: Any = None

    def run(self, given: Any = None) -> Any:
        """Walk to the end; return the output."""
        state_name, value = self.machine["StartAt"], {} if given is None else given
        while len(self.visited) < _MOST_STATES:
            self.visited.append(state_name)
            state = self.machine["States"][state_name]
            if state["Type"] == "Fail":
                self.status = "FAILED"
                self.error = self.evaluate(state["Error"], value)
                self.cause = self.evaluate(state["Cause"], value)
                return None
            if state["Type"] == "Succeed":
                self.status = "SUCCEEDED"
                return value
            state_name, value = getattr(self, f"_{state['Type'].lower()}")(state, value)
        raise AssertionError(f"no end after {_MOST_STATES} states: {self.visited[-12:]}")

    def _map(self, state: Any, value: Any) -> tuple[str, Any]:
        """Walk through the processor once for each item, one after the other; what one assigns no other sees."""
        items = self.evaluate(state["Items"], value)
        assert isinstance(items, list), f"{state['Items']} is {items!r}"
        results = []
        for item in items:
            inner = Walk(
                machine=state["ItemProcessor"],
                services=self.services,
                name=self.name,
                began=self.began,
                variables=dict(self.variables),
            )
            results.append(inner.run(item))
            assert inner.status == "SUCCEEDED", inner.cause
        self._assign(state, value, result=results)
        return state["Next"], self._output(state, value, results, result=results)

    def _pass(self, state: Any, value: Any) -> tuple[str, Any]:
        self._assign(state, value)
        return state["Next"], self._output(state, value, value)

    def _wait(self, state: Any, value: Any) -> tuple[str, Any]:
        assert self.evaluate(state["Seconds"], value) >= 0
        return self._pass(state, value)

    def _choice(self, state: Any, value: Any) -> tuple[str, Any]:
        for rule in state["Choices"]:
            held = self.evaluate(rule["Condition"], value)
            assert isinstance(held, bool), f"{rule['Condition']} is {held!r}"
            if held:
                self._assign(rule, value)
                return rule["Next"], self._output(rule, value, value)
        self._assign(state, value)
        return state["Default"], value

    def _task(self, state: Any, value: Any) -> tuple[str, Any]:
        attempts: dict[int, int] = {}
        while True:
            try:
                arguments = self.evaluate(state.get("Arguments", {}), value)
                result = self.services[state["Resource"]](arguments)
                self._assign(state, value, result=result)
                return state["Next"], self._output(state, value, result, result=result)
            except TaskError as failure:
                error = {"Error": failure.error, "Cause": failure.cause}
                if self._may_retry(state, failure.error, attempts):
                    continue
                for catcher in state.get("Catch", []):
                    if _matches(catcher["ErrorEquals"], failure.error):
                        self._assign(catcher, value, error=error)
                        return catcher["Next"], self._output(catcher, value, error, error=error)
                raise AssertionError(f"nothing catches {failure.error} in {self.visited[-1]}") from failure

    def _may_retry(self, state: Any, error: str, attempts: dict[int, int]) -> bool:
        for index, retrier in enumerate(state.get("Retry", [])):
            if _matches(retrier["ErrorEquals"], error):
                attempts[index] = attempts.get(index, 0) + 1
                return attempts[index] <= retrier.get("MaxAttempts", 3)
        return False

    def _assign(self, holder: Any, value: Any, **more: Any) -> None:
        # All expressions see the variables as they were before the state.
        self.variables |= {name: self.evaluate(text, value, **more) for name, text in holder.get("Assign", {}).items()}

    def _output(self, holder: Any, value: Any, default: Any, **more: Any) -> Any:
        return self.evaluate(holder["Output"], value, **more) if "Output" in holder else default

    def evaluate(self, template: Any, value: Any, *, result: Any = None, error: Any = None) -> Any:
        """Evaluate every expression inside a value, as Step Functions does: no result is an error."""
        if isinstance(template, dict):
            return {k: self.evaluate(v, value, result=result, error=error) for k, v in template.items()}
        if isinstance(template, list):
            return [self.evaluate(item, value, result=result, error=error) for item in template]
        if not (isinstance(template, str) and template.startswith("{%")):
            return template
        expression = jsonata.Jsonata.jsonata(template[2:-2].strip())
        for name, function in _FUNCTIONS.items():
            expression.register_lambda(name, function)
        frame = expression.create_frame()
        for name, known in self.variables.items():
            frame.bind(name, known)
        frame.bind("states", {"input": value, "result": result, "errorOutput": error, "context": self._context()})
        answer = expression.evaluate(None, frame)
        assert answer is not None, f"{template} has no result"
        return json.loads(json.dumps(answer))  # no lazy sequences of the library's own

    def _context(self) -> dict[str, Any]:
        arn = "arn:aws:states:us-east-1:123456789012"
        return {
            "Execution": {
                "Id": f"{arn}:execution:machine:{self.name}",
                "Name": self.name,
                "StartTime": f"{self.began:%Y-%m-%dT%H:%M:%S}.000Z",
            },
            "StateMachine": {"Id": f"{arn}:stateMachine:machine", "Name": "machine"},
            "State": {"Name": self.visited[-1], "EnteredTime": "2026-03-01T04:00:00.000Z"},
        }


def load(name: str, **substitutions: str) -> dict[str, Any]:
    """Read a definition of ours and make its substitutions, any text for those that are not given."""
    text = (ROOT / "statemachines" / f"{name}.asl.json").read_text()
    numbers = {"JobVolumeGb", "EndpointMemoryMb", "EndpointMaxConcurrency", "EndpointPollSeconds"}
    numbers |= {"EndpointInstanceCount", "EndpointMaxInstanceCount", "TuningJobs", "ShadowHours"}

    def substitute(match: re.Match[str]) -> str:
        return substitutions.get(match[1], "2" if match[1] in numbers else match[1].lower())

    definition: dict[str, Any] = json.loads(re.sub(r"\$\{(\w+)\}", substitute, text))
    return definition


def _matches(wanted: list[str], error: str) -> bool:
    return error in wanted or "States.ALL" in wanted or ("States.TaskFailed" in wanted and error != "States.Timeout")


_FUNCTIONS = {
    "parse": json.loads,
    "hash": lambda text, algorithm: hashlib.new(algorithm.replace("-", ""), text.encode()).hexdigest(),
    "uuid": lambda: str(uuid.uuid4()),
}

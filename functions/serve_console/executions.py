"""What the machines that make models and make them live have done: executions that have ended."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aged import Aged
from fraudstream.adapters.calls import Calls, store_errors

_NEWEST = 30
_RUNNING = "RUNNING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """An execution that has ended.

    Attributes
    ----------
    said
        Its output: run, status, reason, model_version; empty unless it succeeded.
    asked
        Its input.
    error, cause
        Why it failed; empty if it did not.
    """

    name: str
    status: str
    ended: datetime
    said: dict[str, Any]
    asked: dict[str, Any]
    error: str
    cause: str


@dataclass(frozen=True, slots=True)
class Executions:
    """The newest executions of state machines. One that has ended never changes, and is asked for once."""

    states: Any
    calls: Calls
    kept: Aged[Execution]

    def ended(self, machine: str) -> list[Execution]:
        """Return the newest of a machine that have ended, the newest first.

        Raises
        ------
        StoreUnavailableError
            Step Functions is away.
        """
        with store_errors("ListExecutions"):
            listed = self.states.list_executions(stateMachineArn=machine, maxResults=_NEWEST)["executions"]
        names = [each["executionArn"] for each in listed if each["status"] != _RUNNING]
        return self.calls.map(lambda arn: self.kept.get(arn, lambda: self._describe(arn)), names)

    def _describe(self, arn: str) -> Execution:
        with store_errors("DescribeExecution"):
            found = self.states.describe_execution(executionArn=arn)
        return Execution(
            name=found["name"],
            status=found["status"],
            ended=found["stopDate"],
            said=_object(found.get("output")),
            asked=_object(found.get("input")),
            error=found.get("error", ""),
            cause=found.get("cause", ""),
        )


def _object(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}

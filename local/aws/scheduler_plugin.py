"""EventBridge Scheduler's context attributes, which the base sends to targets as they are written.

See https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.aws.patch_points import PatchPoint

INVOKE_TARGET = PatchPoint(
    module="ministack.services.eventbridge",
    attribute="_invoke_target",
    parameters=("target", "event", "rule", "view"),
    purpose="given the input of a schedule's target with its attributes filled in",
)
PATCH_POINTS = (INVOKE_TARGET,)
_SOURCE = "aws.scheduler"


def install() -> None:
    """Put our part in place."""
    invoke = INVOKE_TARGET.resolve()

    def invoke_with_attributes(target: dict[str, Any], event: dict[str, Any], rule: Any, view: Any = None) -> Any:
        if event.get("Source") == _SOURCE and target.get("Input"):
            target = target | {"Input": filled_in(target["Input"], event)}
        return invoke(target, event, rule, view)

    INVOKE_TARGET.replace(invoke_with_attributes)


def filled_in(text: str, event: Mapping[str, Any]) -> str:
    """Return a target's input with what its attributes stand for; there is one attempt here, at the scheduled time."""
    attributes = {
        "schedule-arn": event["Resources"][0],
        "scheduled-time": datetime.fromtimestamp(event["Time"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": event["EventId"],
        "attempt-number": "1",
    }
    for name, value in attributes.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text

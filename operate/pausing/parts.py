"""The parts of a stack that a pause stops: each is looked at, stopped and started, and each step may be repeated."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from operate.target import Target


class PauseError(Exception):
    """It cannot go on; the message says what to do. What was done is remembered, and the command can be given again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Patience with things that take time on AWS."""

    seconds: float
    every: float
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def until(self, what: str, condition: Callable[[], bool]) -> None:
        """Return once the condition holds.

        Raises
        ------
        PauseError
            After `seconds`.
        """
        deadline = self.clock() + self.seconds
        while not condition():
            if self.clock() > deadline:
                raise PauseError(f"{what} did not come within {self.seconds:.0f} seconds; give the command again")
            self.sleep(self.every)


@dataclass(frozen=True, slots=True)
class Reading:
    """The mapping by which the scoring function reads the stream."""

    target: Target
    waiting: Waiting

    def find(self) -> dict[str, Any]:
        """Return the mapping's description."""
        pages = self.target.client("lambda").get_paginator("list_event_source_mappings")
        stream = self.target.outputs["TransactionStreamName"]
        for page in pages.paginate(FunctionName=self.target.scoring_function):
            for mapping in page["EventSourceMappings"]:
                if mapping["EventSourceArn"].endswith(f":stream/{stream}"):
                    return dict(mapping)
        raise PauseError(f"{self.target.scoring_function} does not read {stream}: there is no event source mapping")

    def switch(self, uuid: str, *, on: bool) -> None:
        """Enable or disable it, and wait until it is so."""
        client, goal = self.target.client("lambda"), "Enabled" if on else "Disabled"
        wanted = {"Enabled", "Enabling"} if on else {"Disabled", "Disabling"}

        def state() -> str:
            return str(client.get_event_source_mapping(UUID=uuid)["State"])

        self.waiting.until("a mapping that can be changed", lambda: state() not in {"Creating", "Updating"})
        if state() not in wanted:
            client.update_event_source_mapping(UUID=uuid, Enabled=on)
        self.waiting.until(f"the mapping {goal}", lambda: state() == goal)


@dataclass(frozen=True, slots=True)
class Schedules:
    """What starts by the clock: the stack's own EventBridge schedules, and its rules with a schedule."""

    target: Target

    def enabled(self) -> tuple[tuple[str, str], ...]:
        """Return group and name of the schedules that are on."""
        ours = self._resources("AWS::Scheduler::Schedule")
        pages = self.target.client("scheduler").get_paginator("list_schedules").paginate(NamePrefix=self.target.name)
        found = [schedule for page in pages for schedule in page["Schedules"]]
        return tuple(
            sorted((s["GroupName"], s["Name"]) for s in found if s["State"] == "ENABLED" and s["Name"] in ours)
        )

    def rules_enabled(self) -> tuple[str, ...]:
        """Return the rules with a schedule that are on; rules that wait for events cost nothing while idle."""
        ours = self._resources("AWS::Events::Rule")
        pages = self.target.client("events").get_paginator("list_rules").paginate(NamePrefix=f"{self.target.name}-")
        found = [rule for page in pages for rule in page["Rules"] if rule["Name"] in ours]
        return tuple(sorted(r["Name"] for r in found if r.get("ScheduleExpression") and r["State"] == "ENABLED"))

    def switch(self, group: str, name: str, *, on: bool) -> None:
        """Turn a schedule on or off and leave the rest of it as it is; one that is gone stays gone."""
        scheduler = self.target.client("scheduler")
        try:
            found = scheduler.get_schedule(GroupName=group, Name=name)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return
            raise
        known = scheduler.meta.service_model.operation_model("UpdateSchedule").input_shape.members
        same = {field: value for field, value in found.items() if field in known and field != "ClientToken"}
        scheduler.update_schedule(**same | {"State": "ENABLED" if on else "DISABLED"})

    def switch_rule(self, name: str, *, on: bool) -> None:
        """Turn a rule on or off."""
        events = self.target.client("events")
        (events.enable_rule if on else events.disable_rule)(Name=name)

    def _resources(self, kind: str) -> set[str]:
        """Return the names of the stack's own resources of a type: another stack's name may begin with ours."""
        pages = self.target.client("cloudformation").get_paginator("list_stack_resources")
        found = [
            entry for page in pages.paginate(StackName=self.target.name) for entry in page["StackResourceSummaries"]
        ]
        return {entry["PhysicalResourceId"].split("|")[-1] for entry in found if entry["ResourceType"] == kind}

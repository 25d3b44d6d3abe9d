"""Whether drift starts a retraining, and starting it once."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError
from fraudstream.adapters.calls import store_errors

STARTED, HELD, DISABLED = "started", "held", "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was done, in a word and in a sentence."""

    action: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """The retraining machine; an execution's name says the day, so that a day starts one at most."""

    states: Any
    machine: str
    enabled: bool
    cooldown: timedelta

    def start(self, day: str, reason: str, *, champion_since: datetime, now: datetime) -> Answer:
        """Start a retraining for a reason, unless it is too soon for another one."""
        if not self.enabled:
            return Answer(action=DISABLED, text="No retraining was started: DriftRetrain is DISABLED.")
        name = f"drift-{day}"
        with store_errors("ListExecutions"):
            listed = self.states.list_executions(stateMachineArn=self.machine, maxResults=100)["executions"]
        if any(each["name"] == name for each in listed):
            return Answer(action=STARTED, text=f"The retraining {name} was started.")
        moments = [(each["startDate"], "the last retraining began") for each in listed]
        last, what = max([*moments, (champion_since, "the champion went live")])
        if now - last < self.cooldown:
            free = (last + self.cooldown).astimezone(UTC)
            days = f"{self.cooldown / timedelta(days=1):g}"
            text = f"No retraining was started: {what} {last.astimezone(UTC):%Y-%m-%d %H:%M} UTC, and"
            return Answer(action=HELD, text=f"{text} DriftCooldownDays ({days}) holds until {free:%Y-%m-%d %H:%M} UTC.")
        return self._start(name, reason)

    def _start(self, name: str, reason: str) -> Answer:
        given = json.dumps({"reason": f"drift: {reason}"})
        with store_errors("StartExecution"):
            try:
                self.states.start_execution(stateMachineArn=self.machine, name=name, input=given)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                    raise
        return Answer(action=STARTED, text=f"The retraining {name} was started.")

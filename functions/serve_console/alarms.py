"""The stack's alarms as they stand."""

import re
from collections.abc import Mapping
from typing import Any

from fraudstream.adapters.calls import store_errors
from fraudstream.console.overview import Alarm
from moments import text_of

_ORDER = ("ALARM", "INSUFFICIENT_DATA", "OK")
_RUNBOOK = re.compile(r"\s*Runbook: (docs/runbooks/[a-z0-9-]+\.md)\.\s*\Z")


def alarms(cloudwatch: Any, stack: str) -> tuple[Alarm, ...]:
    """Return the alarms of a stack's template, those that ring first.

    Raises
    ------
    StoreUnavailableError
        CloudWatch is away.
    """
    # A stack's name may begin with another's and a dash: logical names have none.
    ours = re.compile(rf"{re.escape(stack)}-([A-Za-z0-9]+?)(?:Alarm)?-[A-Za-z0-9]+")
    with store_errors("DescribeAlarms"):
        pages = cloudwatch.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=f"{stack}-", AlarmTypes=["MetricAlarm"]
        )
        found = [alarm for page in pages for alarm in page["MetricAlarms"]]
    shown = [_shown(name[1], alarm) for alarm in found if (name := ours.fullmatch(alarm["AlarmName"]))]
    return tuple(sorted(shown, key=lambda alarm: (_ORDER.index(alarm.state), alarm.name)))


def _shown(name: str, alarm: Mapping[str, Any]) -> Alarm:
    description = " ".join(alarm.get("AlarmDescription", "").split())
    runbook = _RUNBOOK.search(description)
    return Alarm(
        name=name,
        state=alarm["StateValue"],
        since=text_of(alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]),
        reason=alarm.get("StateReason", ""),
        what=_RUNBOOK.sub("", description),
        runbook=runbook[1] if runbook else None,
    )

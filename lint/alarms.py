"""Every alarm reaches somebody and tells them what to do."""

import re
from collections.abc import Iterator
from pathlib import Path

from lint.findings import Finding
from lint.resources import Resources, is_kind, of_type

_SHORTEST_DESCRIPTION = 80
_ROOT = Path(__file__).parents[1]
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def alarms_tell(resources: Resources) -> Iterator[Finding]:
    """Find alarms that nobody hears, that do not say what to do, or that leave missing data to a default."""
    for alarm, properties in of_type(resources, "AWS::CloudWatch::Alarm"):
        path = ("Resources", alarm, "Properties")
        actions = properties.get("AlarmActions") or []
        if not any(is_kind(resources, action, "AWS::SNS::Topic") for action in actions):
            yield Finding(path=path, message=f"{alarm} tells no topic of this template")
        if len(properties.get("AlarmDescription") or "") < _SHORTEST_DESCRIPTION:
            yield Finding(path=path, message=f"{alarm} does not describe what happened and what to do")
        if "TreatMissingData" not in properties:
            yield Finding(path=path, message=f"{alarm} does not say what missing data means")


def alarms_have_runbooks(resources: Resources, root: Path = _ROOT) -> Iterator[Finding]:
    """Find alarms whose description does not end with their page in docs/runbooks, or whose page nobody wrote."""
    for alarm, properties in of_type(resources, "AWS::CloudWatch::Alarm"):
        path = ("Resources", alarm, "Properties", "AlarmDescription")
        page = f"docs/runbooks/{_WORD.sub('-', alarm.removesuffix('Alarm')).lower()}.md"
        if not str(properties.get("AlarmDescription") or "").rstrip().endswith(f"Runbook: {page}."):
            yield Finding(path=path, message=f"the description of {alarm} does not end with `Runbook: {page}.`")
        elif not (root / page).is_file():
            yield Finding(path=path, message=f"{alarm} names the runbook {page}, which is not there")

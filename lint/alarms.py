"""Every alarm reaches somebody and tells them what to do."""

from collections.abc import Iterator

from lint.findings import Finding
from lint.resources import Resources, is_kind, of_type

_SHORTEST_DESCRIPTION = 80


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

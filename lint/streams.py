"""Every stream mapping loses nothing and blocks nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from lint.findings import Finding
from lint.resources import Resources, of_type

_UNBOUNDED = -1
_STREAM_EVENTS = ("Kinesis", "DynamoDB")


def stream_mappings_are_safe(resources: Resources) -> Iterator[Finding]:
    """Find mappings that could lose a record without a trace, redo what is done, or retry for ever."""
    for mapping, properties in of_type(resources, "AWS::Lambda::EventSourceMapping"):
        yield from _check(mapping, properties, ("Resources", mapping, "Properties"))
    for function, properties in of_type(resources, "AWS::Serverless::Function"):
        for name, event in (properties.get("Events") or {}).items():
            if event.get("Type") in _STREAM_EVENTS:
                path = ("Resources", function, "Properties", "Events", name, "Properties")
                yield from _check(f"{function}/{name}", event.get("Properties") or {}, path)


def _check(name: str, properties: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Finding]:
    destination = (properties.get("DestinationConfig") or {}).get("OnFailure") or {}
    if not destination.get("Destination"):
        yield Finding(path=path, message=f"{name} has no failure destination: what is given up would be lost")
    if "ReportBatchItemFailures" not in (properties.get("FunctionResponseTypes") or []):
        yield Finding(path=path, message=f"{name} takes no partial answers: one failure would redo a whole batch")
    if properties.get("BisectBatchOnFunctionError") is not True:
        yield Finding(path=path, message=f"{name} does not bisect: one poison record would fail all beside it")
    for bound in ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds"):
        if properties.get(bound, _UNBOUNDED) == _UNBOUNDED:
            yield Finding(path=path, message=f"{name} has no {bound}: a record could block its shard until it expires")

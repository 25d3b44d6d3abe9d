"""The metrics that Lambda itself publishes of a function, as far as they follow from the last line of an invocation."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from local.aws.embedded_metrics import Datum

_NAMESPACE = "AWS/Lambda"
_REPORT = '"platform.report"'


def metrics_of_report(function: str, line: str) -> Iterator[Datum]:
    """Yield `Invocations` and `Duration` of a report in a JSON log; nothing for a line of any other kind."""
    if _REPORT not in line:
        return
    try:
        document = json.loads(line)
        if document["type"] != "platform.report":
            return
        duration_ms = float(document["record"]["metrics"]["durationMs"])
    except (ValueError, TypeError, KeyError):
        return  # a function that wrote something like it
    for name, value, unit in (("Invocations", 1.0, "Count"), ("Duration", duration_ms, "Milliseconds")):
        yield Datum(
            namespace=_NAMESPACE,
            name=name,
            value=value,
            unit=unit,
            dimensions={"FunctionName": function},
            timestamp_ms=time.time() * 1000,
        )

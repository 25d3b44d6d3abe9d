"""What Lambda itself measures of a function is read from the report of each invocation."""

import json

import pytest

from local.aws.lambda_metrics import metrics_of_report


def report(**changes: object) -> str:
    """The last line of an invocation, in a JSON log."""
    record = {"requestId": "r", "metrics": {"durationMs": 12.5}, "status": "success"} | changes
    return json.dumps({"time": "2026-11-24T02:30:00.000Z", "type": "platform.report", "record": record})


def test_an_invocation_is_counted_with_its_duration():
    """Under the function's name, as the dashboard asks for it."""
    found = list(metrics_of_report("fraudstream-serve-api", report()))
    assert [(each.namespace, each.name, each.value) for each in found] == [
        ("AWS/Lambda", "Invocations", 1.0),
        ("AWS/Lambda", "Duration", 12.5),
    ]
    assert all(each.dimensions == {"FunctionName": "fraudstream-serve-api"} for each in found)


@pytest.mark.parametrize(
    "line",
    [
        "",
        '{"message": "a \\"platform.report\\" of my own"}',
        '"platform.report"',
        report(metrics={}),
        report(metrics={"durationMs": "long"}),
        report(metrics=None),
        json.dumps({"type": "platform.start", "record": {"of": "platform.report"}}),
    ],
)
def test_no_other_line_is(line):
    """Nor one that looks like it."""
    assert list(metrics_of_report("f", line)) == []

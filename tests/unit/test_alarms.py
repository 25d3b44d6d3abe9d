"""What an alarm's data points say about its state."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode

from local.alarms.alarm import Alarm, parse_alarm
from local.alarms.evaluator import Evaluator
from local.alarms.expressions import UnsupportedAlarmError, compile_expression

NOW_SECONDS = 1_800_000_030.0  # half a minute into a period
PERIOD_BEGAN = 1_800_000_000


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "AlarmName": "errors",
        "StateValue": "OK",
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": "score"}],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 3,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    } | changes


def points(text: str) -> list[float | None]:
    """Read AWS's notation: 0 is within the threshold, X breaches it, - is missing."""
    return [{"0": 0.0, "X": 1.0, "-": None}[sign] for sign in text.split()]


def states(alarm: dict[str, Any], text: str) -> list[str]:
    """Return the states by missing-data treatment in the order of AWS's tables."""
    kinds = ("missing", "ignore", "breaching", "notBreaching")
    made: Iterator[Alarm] = (parse_alarm(alarm | {"TreatMissingData": kind, "StateValue": "kept"}) for kind in kinds)
    return [each.judge(points(text)) for each in made]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 - X - X", "OK OK OK OK"),
        ("- - - - 0", "OK OK OK OK"),
        ("- - - - -", "INSUFFICIENT_DATA kept ALARM OK"),
        ("0 X X - X", "ALARM ALARM ALARM ALARM"),
        ("- - X - -", "ALARM kept ALARM OK"),
    ],
)
def test_three_of_three_with_missing_data_is_judged_as_aws_documents(text: str, expected: str) -> None:
    """These are the rows of AWS's table for an alarm on three of three data points."""
    assert states(entry(), text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 - X - X", "ALARM ALARM ALARM ALARM"),
        ("0 0 X 0 X", "ALARM ALARM ALARM ALARM"),
        ("0 - X - -", "OK OK ALARM OK"),
        ("- - - - 0", "OK OK ALARM OK"),
        ("- - - X -", "ALARM kept ALARM OK"),
    ],
)
def test_two_of_three_with_missing_data_is_judged_as_aws_documents(text: str, expected: str) -> None:
    """These are the rows of AWS's table for an alarm on two of three data points."""
    assert states(entry(DatapointsToAlarm=2), text) == expected.split()


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        ("GreaterThanOrEqualToThreshold", "OK ALARM ALARM"),
        ("GreaterThanThreshold", "OK OK ALARM"),
        ("LessThanThreshold", "ALARM OK OK"),
        ("LessThanOrEqualToThreshold", "ALARM ALARM OK"),
    ],
)
def test_each_comparison_treats_the_threshold_itself_as_its_name_says(comparison: str, expected: str) -> None:
    """Below, at and above the threshold."""
    alarm = parse_alarm(entry(EvaluationPeriods=1, ComparisonOperator=comparison))
    assert [alarm.judge([value]) for value in (0.9, 1.0, 1.1)] == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age / 500", 4.0),
        ("100 * FILL(bad, 0) / all", 0.0),
        ("FILL(bad, 0) + FILL(age, 7) - -1", 2001.0),
        ("(1 + 2) * 3", 9.0),
        ("bad + 1", None),
        ("all / nothing", None),
    ],
)
def test_metric_math_is_computed_for_each_period(text: str, expected: float | None) -> None:
    """Missing data make the result missing unless filled; so does a division by zero."""
    assert compile_expression(text)({"age": 2000.0, "bad": None, "all": 50.0, "nothing": 0.0}) == expected


@pytest.mark.parametrize("text", ["RATE(m)", "FILL(m, REPEAT)", "m ** 2", "m > 1", "IF(m, 1, 0)", "m.real", "(", "'m'"])
def test_other_metric_math_is_refused(text: str) -> None:
    """It must not be evaluated to something else than CloudWatch would."""
    with pytest.raises(UnsupportedAlarmError):
        compile_expression(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"ComparisonOperator": "GreaterThanUpperThreshold"},
        {"ThresholdMetricId": "band"},
        {"Metrics": [{"Id": "a", "MetricStat": {"Period": 60}}, {"Id": "b", "MetricStat": {"Period": 60}}]},
        {
            "Metrics": [
                {"Id": "a", "MetricStat": {"Period": 60}, "ReturnData": False},
                {"Id": "b", "MetricStat": {"Period": 300}, "ReturnData": False},
                {"Id": "c", "Expression": "a + b"},
            ]
        },
    ],
)
def test_alarms_of_other_kinds_are_refused(changes: dict[str, Any]) -> None:
    """Anomaly detection, several returned series, mixed periods."""
    with pytest.raises(UnsupportedAlarmError):
        parse_alarm(entry(**changes))


class FakeCloudWatch:
    """Alarms, and values by metric name and the second their period began."""

    def __init__(self, *entries: dict[str, Any], values: dict[str, dict[int, float]] | None = None) -> None:
        self.entries = list(entries)
        self.values = values or {}
        self.queries: list[dict[str, Any]] = []
        self.set: list[tuple[str, str]] = []
        self.operation = ""

    def get_paginator(self, operation: str) -> "FakeCloudWatch":
        """Page through one operation."""
        self.operation = operation
        return self

    def paginate(self, **arguments: Any) -> list[dict[str, Any]]:
        """Give one page."""
        if self.operation == "describe_alarms":
            return [{"MetricAlarms": self.entries}]
        self.queries = arguments["MetricDataQueries"]
        results = []
        for query in self.queries:
            found = self.values.get(query["MetricStat"]["Metric"]["MetricName"], {})
            times = [datetime.fromtimestamp(second, UTC) for second in found]
            results.append({"Id": query["Id"], "Timestamps": times, "Values": list(found.values())})
        return [{"MetricDataResults": results}]

    def set_alarm_state(self, **arguments: Any) -> None:
        """Remember it."""
        self.set.append((arguments["AlarmName"], arguments["StateValue"]))


def tick(cloudwatch: FakeCloudWatch) -> list[tuple[str, str]]:
    Evaluator(cloudwatch, now=lambda: NOW_SECONDS).tick()
    return cloudwatch.set


def test_a_state_is_set_only_when_it_changes() -> None:
    """Actions fire once for a change, not at every evaluation."""
    values = {"Errors": {PERIOD_BEGAN - 60 * n: 1.0 for n in (1, 2, 3)}}
    assert tick(FakeCloudWatch(entry(), values=values)) == [("errors", "ALARM")]
    assert tick(FakeCloudWatch(entry(StateValue="ALARM"), values=values)) == []


def test_an_alarm_returns_to_ok() -> None:
    """Once its periods are within the threshold again."""
    values = {"Errors": {PERIOD_BEGAN - 60 * n: 0.0 for n in (1, 2, 3)}}
    assert tick(FakeCloudWatch(entry(StateValue="ALARM"), values=values)) == [("errors", "OK")]


def test_a_period_that_is_not_over_tells_nothing() -> None:
    """Half a minute of a sum is not the sum of the minute."""
    low = entry(ComparisonOperator="LessThanThreshold", EvaluationPeriods=1, Threshold=5.0, TreatMissingData="ignore")
    assert tick(FakeCloudWatch(low, values={"Errors": {PERIOD_BEGAN: 1.0}})) == []
    assert tick(FakeCloudWatch(low, values={"Errors": {PERIOD_BEGAN - 60: 1.0}})) == [("errors", "ALARM")]


def test_a_sparse_metric_is_judged_by_its_newest_data_of_a_few_periods_more() -> None:
    """Two more periods than asked for are looked at, as AWS's tables show; older data are forgotten."""
    one = entry(EvaluationPeriods=1, TreatMissingData="notBreaching")
    assert tick(FakeCloudWatch(one, values={"Errors": {PERIOD_BEGAN - 180: 1.0}})) == [("errors", "ALARM")]
    assert tick(FakeCloudWatch(one, values={"Errors": {PERIOD_BEGAN - 240: 1.0}})) == []


def test_metric_math_over_several_metrics_decides() -> None:
    """The expression is compared, its metrics are fetched with their own dimensions and statistics."""
    metrics = [
        {"Id": name, "ReturnData": False, "MetricStat": {"Metric": {"MetricName": name}, "Period": 60, "Stat": "Sum"}}
        for name in ("bad", "all")
    ]
    rate = entry(
        AlarmName="rate",
        Metrics=[*metrics, {"Id": "rate", "Expression": "100 * FILL(bad, 0) / all"}],
        EvaluationPeriods=1,
        Threshold=5.0,
    )
    values = {"bad": {PERIOD_BEGAN - 60: 6.0}, "all": {PERIOD_BEGAN - 60: 100.0}}
    cloudwatch = FakeCloudWatch(rate, entry(TreatMissingData="notBreaching"), values=values)
    assert tick(cloudwatch) == [("rate", "ALARM")]
    assert [query["MetricStat"]["Metric"]["MetricName"] for query in cloudwatch.queries] == ["bad", "all", "Errors"]
    assert len({query["Id"] for query in cloudwatch.queries}) == 3


def test_an_alarm_that_is_not_supported_is_named_once_and_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    """The others are evaluated all the same."""
    odd = entry(AlarmName="odd", ComparisonOperator="GreaterThanUpperThreshold")
    values = {"Errors": {PERIOD_BEGAN - 60 * n: 1.0 for n in (1, 2, 3)}}
    cloudwatch = FakeCloudWatch(odd, entry(), values=values)
    evaluator = Evaluator(cloudwatch, now=lambda: NOW_SECONDS)
    evaluator.tick()
    evaluator.tick()
    assert {name for name, _ in cloudwatch.set} == {"errors"}
    assert caplog.text.count("alarm odd is NOT evaluated") == 1


def test_every_alarm_of_the_template_is_supported() -> None:
    """No alarm of the system is left out by the embedded AWS."""
    template, problems = decode(str(Path(__file__).parents[2] / "template.yaml"))
    assert not problems
    alarms = {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert alarms
    for name, properties in alarms.items():
        threshold = properties["Threshold"] if isinstance(properties["Threshold"], (int, float)) else 1.0
        settled = properties | {"AlarmName": name, "StateValue": "OK", "Threshold": threshold}
        alarm = parse_alarm(settled)
        assert alarm.judge([None] * alarm.range_periods) == "OK"

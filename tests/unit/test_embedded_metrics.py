"""Metrics are read out of log lines in the embedded metric format, and out of nothing else."""

import json

import pytest

from local.aws.embedded_metrics import metrics_in


def _line(**changes):
    directive = {"Namespace": "Fraudstream", "Dimensions": [["service"], []], "Metrics": [{"Name": "Decided"}]}
    document = {
        "_aws": {"Timestamp": 1700000000000, "CloudWatchMetrics": [directive | changes]},
        "service": "score",
        "Decided": [3, 4],
    }
    return json.dumps(document)


def test_every_value_is_recorded_under_every_set_of_dimensions():
    """Two values and two sets make four data; a missing unit is None, as CloudWatch calls it."""
    data = list(metrics_in(_line()))
    assert [(datum.value, datum.dimensions) for datum in data] == [
        (3.0, {"service": "score"}),
        (4.0, {"service": "score"}),
        (3.0, {}),
        (4.0, {}),
    ]
    assert {(datum.namespace, datum.name, datum.unit) for datum in data} == {("Fraudstream", "Decided", "None")}
    assert {datum.timestamp_ms for datum in data} == {1_700_000_000_000}


def test_metrics_without_dimensions_are_recorded_once():
    """No set of dimensions means the metric as such."""
    assert [datum.dimensions for datum in metrics_in(_line(Dimensions=[]))] == [{}, {}]


@pytest.mark.parametrize(
    "line",
    [
        "START RequestId: 1",
        '"CloudWatchMetrics"',
        '{"CloudWatchMetrics": ',
        '{"_aws": {"Timestamp": 1700000000000, "CloudWatchMetrics": 3}}',
        '{"_aws": {"CloudWatchMetrics": []}}',
        _line(Metrics=[{"Name": "Absent"}]),
        _line(Dimensions=[["absent"]]),
    ],
)
def test_other_lines_have_none(line):
    """Text, broken JSON and directives that point nowhere stay log lines."""
    assert list(metrics_in(line)) == []

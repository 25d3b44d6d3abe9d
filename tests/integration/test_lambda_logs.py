"""What functions write is found where Lambda puts it."""

import json
import re
import time

import pytest

from tests.integration.lambda_probe import Probe, eventually

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def probe(aws):
    return Probe(aws, "logged")


def test_output_is_in_cloudwatch_logs_in_a_file_and_in_the_tail(probe, aws):
    """What a function prints is found in all three places, between Lambda's own lines."""
    answer = probe.call("print", text="a line of it\nand a last one without an end")
    start, *output, end, report, _ = answer.log[answer.log.index("START") :].split("\n")
    request_id = start.split()[2]
    assert output == ["a line of it", "and a last one without an end"]
    assert end == f"END RequestId: {request_id}"
    assert re.match(rf"REPORT RequestId: {request_id}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\t", report)
    logged = eventually(lambda: (lines := probe.logged()) and report in lines and lines)
    assert logged[logged.index(start) : logged.index(start) + 5] == [start, *output, end, report]
    assert any("a line of it" in path.read_text() for path in aws.paths.logs.glob("functions/logged/*.log"))


def test_a_cold_start_is_reported(aws):
    """The first report of an environment says how long importing took, the next does not."""
    cold = Probe(aws, "cold")
    assert re.search(r"imported\nSTART .*Init Duration: [\d.]+ ms", cold.call("echo", value=1).log, re.DOTALL)
    assert "Init Duration" not in cold.call("echo", value=1).log


def test_logs_in_json_are_json(aws):
    """With LogFormat JSON, Lambda's own lines are platform events."""
    json_logged = Probe(aws, "json-logged", LoggingConfig={"LogFormat": "JSON"})
    answer = json_logged.call("echo", value=1)
    report = json.loads(answer.log.splitlines()[-1])
    assert report["type"] == "platform.report"
    assert report["record"]["status"] == "success"
    assert report["record"]["metrics"]["memorySizeMB"] == 128


def test_metrics_in_log_lines_are_metrics(probe, aws):
    """A line in the embedded metric format arrives in CloudWatch, as the functions' own metrics do."""
    line = {
        "_aws": {
            "Timestamp": int(time.time() * 1_000),
            "CloudWatchMetrics": [
                {
                    "Namespace": "Probe",
                    "Dimensions": [["service"]],
                    "Metrics": [{"Name": "Decided", "Unit": "Count"}, {"Name": "Alerts", "Unit": "Count"}],
                }
            ],
        },
        "service": "probe",
        "Decided": [40, 2],
        "Alerts": 1,
    }
    probe.call("print", text=json.dumps(line))
    cloudwatch = aws.client("cloudwatch")

    def total(name):
        points = cloudwatch.get_metric_statistics(
            Namespace="Probe",
            MetricName=name,
            Dimensions=[{"Name": "service", "Value": "probe"}],
            StartTime=time.time() - 600,
            EndTime=time.time() + 600,
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    assert eventually(lambda: total("Decided")) == 42
    assert total("Alerts") == 1

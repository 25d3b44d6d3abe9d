"""The alarms of the embedded AWS, evaluated from outside: metrics in, a message on the topic out."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.alarms.evaluator import Evaluator

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
BASE = "from local.alarms.base_plugin import install; install(); from ministack.app import main; main()"

TEMPLATE = {
    "Resources": {
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": "by-template",
                "Metrics": [
                    {
                        "Id": "age",
                        "ReturnData": False,
                        "MetricStat": {
                            "Metric": {
                                "Namespace": "AWS/Lambda",
                                "MetricName": "IteratorAge",
                                "Dimensions": [{"Name": "FunctionName", "Value": "score"}],
                            },
                            "Period": "60",
                            "Stat": "Maximum",
                        },
                    },
                    {"Id": "lag", "Expression": "age / 500"},
                ],
                "EvaluationPeriods": 1,
                "Threshold": 10,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "notBreaching",
                "AlarmActions": ["arn:aws:sns:us-east-1:000000000000:operations"],
                "OKActions": ["arn:aws:sns:us-east-1:000000000000:operations"],
            },
        }
    }
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """A base of our own with the plugin; gives clients for it."""
    python = Path(os.environ.get("FRAUDSTREAM_AWS_PYTHON") or ROOT / ".local/venvs/aws/bin/python")
    if not python.exists():
        pytest.skip("the base's environment is not built; make setup does it, or FRAUDSTREAM_AWS_PYTHON names another")
    folder = tmp_path_factory.mktemp("base")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
    environment = os.environ | settings | {"LOG_LEVEL": "WARNING", "TMPDIR": str(folder)}
    with (folder / "base.log").open("w") as log:
        process = subprocess.Popen([python, "-c", BASE], env=environment, stdout=log, stderr=log, cwd=ROOT)

    def make(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    deadline = time.monotonic() + 30
    while process.poll() is None and socket.socket().connect_ex(("127.0.0.1", port)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert process.poll() is None, (folder / "base.log").read_text()
    yield make
    process.terminate()
    process.wait(20)


class Bench:
    """A topic with a queue on it, metrics at chosen minutes, and the evaluator."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.cloudwatch, self.sqs = client("cloudwatch"), client("sqs")
        topic = client("sns").create_topic(Name="operations")["TopicArn"]
        self.queue = self.sqs.create_queue(QueueName="operations")["QueueUrl"]
        client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:operations"
        )
        self.now = time.time()

    def put(self, value: float, *, function: str = "score", minutes_ago: int = 1, name: str = "IteratorAge") -> None:
        """Publish a value for a past minute."""
        moment = datetime.fromtimestamp(self.now // 60 * 60 - 60 * minutes_ago + 30, UTC)
        datum = {
            "MetricName": name,
            "Dimensions": [{"Name": "FunctionName", "Value": function}],
            "Timestamp": moment,
            "Value": value,
        }
        self.cloudwatch.put_metric_data(Namespace="AWS/Lambda", MetricData=[datum])

    def state(self, name: str) -> str:
        """Return the state of an alarm."""
        [alarm] = self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return str(alarm["StateValue"])

    def evaluate(self, *, minutes_later: int = 0) -> None:
        """Evaluate all alarms once."""
        Evaluator(self.cloudwatch, now=lambda: self.now + 60 * minutes_later).tick()

    def told(self) -> list[tuple[str, str]]:
        """Return the messages on the topic since the last call."""
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                body = json.loads(json.loads(message["Body"])["Message"])
                found.append((body["AlarmName"], body["NewStateValue"]))
        return found


@pytest.fixture
def bench(client: Callable[[str], Any]) -> Bench:
    return Bench(client)


def test_metric_math_from_a_template_alarms_tells_the_topic_and_returns_to_ok(
    client: Callable[[str], Any], bench: Bench
) -> None:
    """Another function's age changes nothing; this one's does, and it is over when the age is."""
    client("cloudformation").create_stack(StackName="alarms", TemplateBody=json.dumps(TEMPLATE))
    client("cloudformation").get_waiter("stack_create_complete").wait(
        StackName="alarms", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    bench.put(60_000.0, function="other")
    bench.evaluate()
    assert bench.state("by-template") == "OK"
    bench.put(6_000.0)
    bench.evaluate()
    bench.evaluate()
    assert bench.state("by-template") == "ALARM"
    bench.put(0.0, minutes_ago=0)
    bench.evaluate(minutes_later=1)
    assert bench.state("by-template") == "OK"
    assert bench.told() == [("by-template", "OK"), ("by-template", "ALARM"), ("by-template", "OK")]


def test_an_alarm_made_by_the_api_keeps_its_metric_math(bench: Bench) -> None:
    """PutMetricAlarm and DescribeAlarms agree."""
    properties = TEMPLATE["Resources"]["Alarm"]["Properties"]
    metrics = json.loads(json.dumps(properties["Metrics"]).replace('"60"', "60"))  # type: ignore[index]
    bench.cloudwatch.put_metric_alarm(
        AlarmName="by-api",
        Metrics=metrics,
        EvaluationPeriods=1,
        Threshold=10.0,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    [alarm] = bench.cloudwatch.describe_alarms(AlarmNames=["by-api"])["MetricAlarms"]
    assert alarm["Metrics"] == metrics
    assert "MetricName" not in alarm


def test_the_bases_own_evaluation_is_off(bench: Bench) -> None:
    """A breaching value alone changes nothing before the evaluator has looked, and M of N is kept."""
    bench.cloudwatch.put_metric_alarm(
        AlarmName="two-of-three",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": "score"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        Threshold=1.0,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    bench.put(1.0, name="Errors", minutes_ago=1)
    assert bench.state("two-of-three") == "INSUFFICIENT_DATA"
    bench.evaluate()
    assert bench.state("two-of-three") == "OK"
    bench.put(1.0, name="Errors", minutes_ago=3)
    bench.evaluate()
    assert bench.state("two-of-three") == "ALARM"

"""Functions in the embedded AWS behave as they do in Lambda, whoever calls them."""

import json
import os
import re
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.config import Config

from local.stack import EmbeddedStack
from tests.integration.lambda_probe import SOURCE, Probe, eventually, is_alive, zipped

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_OF_THE_CALLER", "x")
        with EmbeddedStack(state_dir=tmp_path_factory.mktemp("stack"), port=0, services=["aws"]) as running:
            yield running


@pytest.fixture(scope="module")
def probe(stack):
    return Probe(stack, "probe", Environment={"Variables": {"GREETING": "hello", "AWS_REGION": "mars-1"}})


def test_an_event_arrives_and_an_answer_returns_unchanged(probe):
    """JSON of every kind passes through a function without a change."""
    value = {"text": "zażółć \u2028 \U0001f600", "numbers": [0, -1, 2**53 + 1, 0.1, 1e300], "deep": [[{}, None]]}
    assert probe.call("echo", value=value).result == value


def test_an_environment_is_reused(probe):
    """The second call finds the process, its modules and its globals of the first."""
    first, second = probe.call("echo", value=1).payload, probe.call("echo", value=1).payload
    assert (second["pid"], second["calls"]) == (first["pid"], first["calls"] + 1)


def test_an_exception_keeps_its_type(probe):
    """The caller sees the class name, the message and the stack, so that a Catch by name works."""
    answer = probe.call("fail", message="it broke")
    assert answer.error == "Unhandled"
    assert (answer.payload["errorType"], answer.payload["errorMessage"]) == ("ProbeError", "it broke")
    assert 'raise ProbeError(event["message"])' in "".join(answer.payload["stackTrace"])


def test_a_module_that_cannot_be_imported_is_named(stack):
    """An error while importing the function is the answer, with the type Lambda gives it."""
    answer = Probe(stack, "unimportable", Layers=[]).call("echo", value=1)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.ImportModuleError"
    assert "probe_library" in answer.payload["errorMessage"]


def test_a_slow_function_is_killed_with_its_children(stack):
    """At the timeout the process group is gone, the error says so, and the next call works."""
    slow = Probe(stack, "slow", Timeout=1)
    pid = slow.call("echo", value=1).payload["pid"]
    answer = slow.call("sleep", seconds=30)
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert re.fullmatch(r"RequestId: \S+ Error: Task timed out after 1.00 seconds", answer.payload["errorMessage"])
    child = int(re.search(r"child (\d+)", answer.log)[1])
    eventually(lambda: not is_alive(pid) and not is_alive(child))
    assert slow.call("echo", value=2).result == 2


def test_the_deadline_is_the_timeout(stack):
    """A function can see how much time it has left."""
    assert 0 < Probe(stack, "hurried", Timeout=7).call("remaining").result <= 7_000


@pytest.mark.parametrize(
    ("status", "message"),
    [(3, "Runtime exited with error: exit status 3"), (0, "Runtime exited without providing a reason")],
)
def test_a_function_that_exits_is_an_error(probe, status, message):
    """A process that ends in the middle of an event fails that event, and only that one."""
    answer = probe.call("exit", status=status)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert answer.payload["errorMessage"].endswith(f"Error: {message}")
    assert probe.call("echo", value=1).payload["calls"] == 1


def test_a_worker_that_dies_between_events_is_replaced(probe):
    """Nobody notices that an idle environment has ended."""
    pid = probe.call("echo", value=1).payload["pid"]
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not is_alive(pid))
    assert probe.call("echo", value=2).result == 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is looked at once a second only")
def test_a_function_that_outgrows_its_memory_is_killed(stack):
    """MemorySize is a limit, and the report says how much was used."""
    small = Probe(stack, "small", MemorySize=128)
    answer = small.call("hold", mebibytes=200, seconds=5)
    assert answer.payload["errorType"] == "Runtime.OutOfMemory"
    fits = small.call("hold", mebibytes=50, seconds=0)
    assert fits.result == 50 << 20
    assert 50 < int(re.search(r"Max Memory Used: (\d+) MB", fits.log)[1]) < 128


def test_an_answer_beyond_the_limit_is_an_error(probe):
    """Six mebibytes and a little is what a synchronous answer may have."""
    assert len(probe.call("large", bytes=6_291_000).result) == 6_291_000
    assert probe.call("large", bytes=6_291_600).payload["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_function_sees_its_own_environment_only(probe, stack):
    """Lambda's variables and the function's are there, those of whoever started the stack are not."""
    seen = probe.call("environment").result
    assert seen["GREETING"] == "hello"
    assert seen["AWS_REGION"] == "us-east-1"
    assert seen["AWS_ENDPOINT_URL"] == stack.endpoint_url
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "probe"
    assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert Path(seen["LAMBDA_TASK_ROOT"], "app", "probe.py").exists()
    assert seen["TZ"] == ":UTC"
    foreign = {"SECRET_OF_THE_CALLER", "VIRTUAL_ENV", "USER"} | {name for name in os.environ if "PYTEST" in name}
    assert not foreign & seen.keys()
    assert "site-packages" not in seen["PYTHONPATH"]


def test_our_own_modules_are_out_of_reach(probe):
    """A function can import its package, its layers and the runtime, but nothing of this repository."""
    root = Path(__file__).parents[2]
    assert not {str(root), str(root / "local" / "aws")} & set(probe.call("path").result)


def test_a_change_of_code_or_configuration_takes_effect_at_once(stack):
    """An update retires the environments that ran what was there before."""
    changing = Probe(stack, "changing")
    old = changing.call("echo", value=1).payload["pid"]
    variables = {"Variables": {"GREETING": "good evening"}}
    changing.lambdas.update_function_configuration(FunctionName="changing", Environment=variables)
    assert changing.call("environment").result["GREETING"] == "good evening"
    layer = changing.publish_layer("changed")
    changing.lambdas.update_function_configuration(FunctionName="changing", Layers=[layer])
    assert changing.call("echo", value=1).payload["layer"] == "changed"
    code = zipped({"app/probe.py": SOURCE.replace('event["value"]', '"other code"')})
    changing.lambdas.update_function_code(FunctionName="changing", ZipFile=code)
    assert changing.call("echo", value=1).result == "other code"
    eventually(lambda: not is_alive(old))


def test_a_later_layer_covers_an_earlier_one(stack):
    """Layers are merged in order, as under /opt."""
    layers = Probe(stack, "layers")
    both = [layers.publish_layer("first"), layers.publish_layer("second")]
    layers.lambdas.update_function_configuration(FunctionName="layers", Layers=both)
    assert layers.call("echo", value=1).payload["layer"] == "second"


def test_calls_at_once_run_at_once(stack):
    """Each of four concurrent events has a process of its own."""
    busy = Probe(stack, "busy")
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: busy.call("sleep", seconds=1), range(4)))
    assert len({answer.payload["pid"] for answer in answers}) == 4


def test_reserved_concurrency_throttles(stack):
    """One event too many is refused with the error an SDK retries."""
    narrow = Probe(stack, "narrow")
    narrow.lambdas.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=1)
    lambdas = stack.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(narrow.call, "sleep", seconds=3)
        eventually(lambda: "child" in "".join(path.read_text() for path in stack.paths.logs.glob("functions/narrow/*")))
        with pytest.raises(lambdas.exceptions.TooManyRequestsException):
            lambdas.invoke(FunctionName="narrow", Payload=b'{"do": "echo", "value": 1}')
        assert running.result().error is None


def test_a_running_function_can_call_the_embedded_aws(probe, stack):
    """A function may invoke another one, which may invoke it again: nothing waits for itself."""
    other = Probe(stack, "other")
    inner = {"do": "call", "function": "probe", "event": {"do": "echo", "value": "far"}}
    answer = probe.call("call", function=other.name, event=inner)
    assert answer.result["result"]["result"] == "far"


def test_output_is_in_cloudwatch_logs_in_a_file_and_in_the_tail(probe, stack):
    """What a function prints is found in all three places, between Lambda's own lines."""
    answer = probe.call("print", text="a line of it\nand a last one without an end")
    start, *output, end, report, _ = answer.log[answer.log.index("START") :].split("\n")
    request_id = start.split()[2]
    assert output == ["a line of it", "and a last one without an end"]
    assert end == f"END RequestId: {request_id}"
    assert re.match(rf"REPORT RequestId: {request_id}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\t", report)
    logged = eventually(lambda: (lines := probe.logged()) and report in lines and lines)
    assert logged[logged.index(start) : logged.index(start) + 5] == [start, *output, end, report]
    assert any("a line of it" in path.read_text() for path in stack.paths.logs.glob("functions/probe/*.log"))


def test_a_cold_start_is_reported(stack):
    """The first report of an environment says how long importing took, the next does not."""
    cold = Probe(stack, "cold")
    assert re.search(r"imported\nSTART .*Init Duration: [\d.]+ ms", cold.call("echo", value=1).log, re.DOTALL)
    assert "Init Duration" not in cold.call("echo", value=1).log


def test_logs_in_json_are_json(stack):
    """With LogFormat JSON, Lambda's own lines are platform events."""
    json_logged = Probe(stack, "json-logged", LoggingConfig={"LogFormat": "JSON"})
    answer = json_logged.call("echo", value=1)
    report = json.loads(answer.log.splitlines()[-1])
    assert report["type"] == "platform.report"
    assert report["record"]["status"] == "success"
    assert report["record"]["metrics"]["memorySizeMB"] == 128


def test_metrics_in_log_lines_are_metrics(probe, stack):
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
    cloudwatch = stack.client("cloudwatch")

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


def test_an_asynchronous_event_runs(stack):
    """An event without a waiting caller is worked on all the same."""
    later = Probe(stack, "later")
    event = json.dumps({"do": "print", "text": "in its own time"})
    assert later.lambdas.invoke(FunctionName="later", Payload=event, InvocationType="Event")["StatusCode"] == 202
    eventually(lambda: "in its own time" in later.logged())


def test_a_state_machine_catches_an_error_by_its_name(probe, stack):
    """Step Functions invokes the same runtime, and its Catch sees the function's own error type."""
    machine = {
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": probe.name, "Payload": {"do": "fail", "message": "no"}},
                "Catch": [{"ErrorEquals": ["ProbeError"], "ResultPath": "$.caught", "Next": "Caught"}],
                "End": True,
            },
            "Caught": {"Type": "Succeed"},
        },
    }
    states = stack.client("stepfunctions")
    arn = states.create_state_machine(name="catching", definition=json.dumps(machine), roleArn="arn:aws:iam::0:role/r")
    execution = states.start_execution(stateMachineArn=arn["stateMachineArn"])["executionArn"]
    done = eventually(
        lambda: (found := states.describe_execution(executionArn=execution))["status"] != "RUNNING" and found
    )
    assert done["status"] == "SUCCEEDED"
    assert json.loads(done["output"])["caught"]["Error"] == "ProbeError"


def test_cloudformation_uses_a_function_as_a_custom_resource(stack):
    """The function calls back while CloudFormation waits for it; its attributes come out of the stack."""
    provider = Probe(stack, "provider", Handler="app/probe.custom_resource")
    arn = provider.lambdas.get_function(FunctionName="provider")["Configuration"]["FunctionArn"]
    template = {
        "Resources": {"It": {"Type": "Custom::Probe", "Properties": {"ServiceToken": arn, "Word": "heard"}}},
        "Outputs": {"Seen": {"Value": {"Fn::GetAtt": ["It", "Seen"]}}},
    }
    cloudformation = stack.client("cloudformation")
    cloudformation.create_stack(StackName="custom", TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="custom", WaiterConfig={"Delay": 0.2})
    [found] = cloudformation.describe_stacks(StackName="custom")["Stacks"]
    assert found["Outputs"][0]["OutputValue"] == "heard"


def test_the_emulators_own_stream_poller_is_off(probe, stack):
    """A record in a mapped stream waits for our mapping process, which is not running here."""
    kinesis = stack.client("kinesis")
    kinesis.create_stream(StreamName="polled", ShardCount=1)
    eventually(lambda: kinesis.describe_stream_summary(StreamName="polled")["StreamDescriptionSummary"])
    stream_arn = kinesis.describe_stream_summary(StreamName="polled")["StreamDescriptionSummary"]["StreamARN"]
    unpolled = Probe(stack, "unpolled")
    unpolled.lambdas.create_event_source_mapping(
        EventSourceArn=stream_arn, FunctionName="unpolled", StartingPosition="TRIM_HORIZON"
    )
    kinesis.put_record(StreamName="polled", Data=b"{}", PartitionKey="a")
    time.sleep(2)
    assert not list(stack.paths.logs.glob("functions/unpolled/*.log"))

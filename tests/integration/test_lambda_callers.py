"""Whoever calls a function in the embedded AWS, it runs the same way, and several run at once."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.config import Config

from tests.integration.lambda_probe import Probe, eventually

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def probe(aws):
    return Probe(aws, "called")


def test_calls_at_once_run_at_once(aws):
    """Each of four concurrent events has a process of its own."""
    busy = Probe(aws, "busy")
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: busy.call("sleep", seconds=1), range(4)))
    assert len({answer.payload["pid"] for answer in answers}) == 4


def test_reserved_concurrency_throttles(aws):
    """One event too many is refused with the error an SDK retries."""
    narrow = Probe(aws, "narrow")
    narrow.lambdas.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=1)
    lambdas = aws.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(narrow.call, "sleep", seconds=3)
        eventually(lambda: "child" in "".join(path.read_text() for path in aws.paths.logs.glob("functions/narrow/*")))
        with pytest.raises(lambdas.exceptions.TooManyRequestsException):
            lambdas.invoke(FunctionName="narrow", Payload=b'{"do": "echo", "value": 1}')
        assert running.result().error is None


def test_a_running_function_can_call_the_embedded_aws(probe, aws):
    """A function may invoke another one, which may invoke it again: nothing waits for itself."""
    other = Probe(aws, "other")
    inner = {"do": "call", "function": "called", "event": {"do": "echo", "value": "far"}}
    answer = probe.call("call", function=other.name, event=inner)
    assert answer.result["result"]["result"] == "far"


def test_an_asynchronous_event_runs(aws):
    """An event without a waiting caller is worked on all the same."""
    later = Probe(aws, "later")
    event = json.dumps({"do": "print", "text": "in its own time"})
    assert later.lambdas.invoke(FunctionName="later", Payload=event, InvocationType="Event")["StatusCode"] == 202
    eventually(lambda: "in its own time" in later.logged())


def test_a_state_machine_catches_an_error_by_its_name(probe, aws):
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
    states = aws.client("stepfunctions")
    arn = states.create_state_machine(name="catching", definition=json.dumps(machine), roleArn="arn:aws:iam::0:role/r")
    execution = states.start_execution(stateMachineArn=arn["stateMachineArn"])["executionArn"]
    done = eventually(
        lambda: (found := states.describe_execution(executionArn=execution))["status"] != "RUNNING" and found
    )
    assert done["status"] == "SUCCEEDED"
    assert json.loads(done["output"])["caught"]["Error"] == "ProbeError"


def test_cloudformation_uses_a_function_as_a_custom_resource(aws):
    """The function calls back while CloudFormation waits for it; its attributes come out of the stack."""
    provider = Probe(aws, "provider", Handler="app/probe.custom_resource")
    arn = provider.lambdas.get_function(FunctionName="provider")["Configuration"]["FunctionArn"]
    template = {
        "Resources": {"It": {"Type": "Custom::Probe", "Properties": {"ServiceToken": arn, "Word": "heard"}}},
        "Outputs": {"Seen": {"Value": {"Fn::GetAtt": ["It", "Seen"]}}},
    }
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName="custom", TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="custom", WaiterConfig={"Delay": 0.2})
    [found] = cloudformation.describe_stacks(StackName="custom")["Stacks"]
    assert found["Outputs"][0]["OutputValue"] == "heard"


def test_the_emulators_own_stream_poller_is_off(probe, aws):
    """A record in a mapped stream waits for our mapping process, which is not running here."""
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName="polled", ShardCount=1)
    eventually(lambda: kinesis.describe_stream_summary(StreamName="polled")["StreamDescriptionSummary"])
    stream_arn = kinesis.describe_stream_summary(StreamName="polled")["StreamDescriptionSummary"]["StreamARN"]
    unpolled = Probe(aws, "unpolled")
    unpolled.lambdas.create_event_source_mapping(
        EventSourceArn=stream_arn, FunctionName="unpolled", StartingPosition="TRIM_HORIZON"
    )
    kinesis.put_record(StreamName="polled", Data=b"{}", PartitionKey="a")
    time.sleep(2)
    assert not list(aws.paths.logs.glob("functions/unpolled/*.log"))

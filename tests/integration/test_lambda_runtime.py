"""Functions in the embedded AWS behave as they do in Lambda."""

import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.integration.lambda_probe import SOURCE, Probe, eventually, is_alive, zipped

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def probe(aws):
    return Probe(aws, "probe", Environment={"Variables": {"GREETING": "hello", "AWS_REGION": "mars-1"}})


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


def test_a_module_that_cannot_be_imported_is_named(aws):
    """An error while importing the function is the answer, with the type Lambda gives it."""
    answer = Probe(aws, "unimportable", Layers=[]).call("echo", value=1)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.ImportModuleError"
    assert "probe_library" in answer.payload["errorMessage"]


def test_a_slow_function_is_killed_with_its_children(aws):
    """At the timeout the process group is gone, the error says so, and the next call works."""
    slow = Probe(aws, "slow", Timeout=1)
    pid = slow.call("echo", value=1).payload["pid"]
    answer = slow.call("sleep", seconds=30)
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert re.fullmatch(r"RequestId: \S+ Error: Task timed out after 1.00 seconds", answer.payload["errorMessage"])
    child = int(re.search(r"child (\d+)", answer.log)[1])
    eventually(lambda: not is_alive(pid) and not is_alive(child))
    assert slow.call("echo", value=2).result == 2


def test_the_deadline_is_the_timeout(aws):
    """A function can see how much time it has left."""
    assert 0 < Probe(aws, "hurried", Timeout=7).call("remaining").result <= 7_000


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
    time.sleep(0.2)  # a process is gone for its parent a moment before its last thread lets go of the connection
    assert probe.call("echo", value=2).result == 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is looked at once a second only")
def test_a_function_that_outgrows_its_memory_is_killed(aws):
    """MemorySize is a limit, and the report says how much was used."""
    small = Probe(aws, "small", MemorySize=128)
    answer = small.call("hold", mebibytes=200, seconds=5)
    assert answer.payload["errorType"] == "Runtime.OutOfMemory"
    fits = small.call("hold", mebibytes=50, seconds=0)
    assert fits.result == 50 << 20
    assert 50 < int(re.search(r"Max Memory Used: (\d+) MB", fits.log)[1]) < 128


def test_an_answer_beyond_the_limit_is_an_error(probe):
    """Six mebibytes and a little is what a synchronous answer may have."""
    assert len(probe.call("large", bytes=6_291_000).result) == 6_291_000
    assert probe.call("large", bytes=6_291_600).payload["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_function_sees_its_own_environment_only(probe, aws):
    """Lambda's variables and the function's are there, those of whoever started the stack are not."""
    seen = probe.call("environment").result
    assert seen["GREETING"] == "hello"
    assert seen["AWS_REGION"] == "us-east-1"
    assert seen["AWS_ENDPOINT_URL"] == aws.endpoint_url
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "probe"
    assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert Path(seen["LAMBDA_TASK_ROOT"], "app", "probe.py").exists()
    assert seen["TZ"] == ":UTC"
    shared = {"PATH", "HOME", "LANG", "LC_CTYPE", "TZ", "TMPDIR", "PYTHONPATH"}
    assert "/opt" in seen["PYTHONPATH"] or str(aws.paths.state) in seen["PYTHONPATH"]
    assert not [name for name in os.environ if name in seen and name not in shared and not name.startswith("AWS_")]
    assert "PYTEST_CURRENT_TEST" in os.environ
    assert Path(seen["HOME"]) != Path.home()
    assert "site-packages" not in seen["PYTHONPATH"]


def test_our_own_modules_are_out_of_reach(probe):
    """A function can import its package, its layers and the runtime, but nothing of this repository."""
    root = Path(__file__).parents[2]
    assert not {str(root), str(root / "local" / "aws")} & set(probe.call("path").result)


def test_a_change_of_code_or_configuration_takes_effect_at_once(aws):
    """An update retires the environments that ran what was there before."""
    changing = Probe(aws, "changing")
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


def test_a_later_layer_covers_an_earlier_one(aws):
    """Layers are merged in order, as under /opt."""
    layers = Probe(aws, "layers")
    both = [layers.publish_layer("first"), layers.publish_layer("second")]
    layers.lambdas.update_function_configuration(FunctionName="layers", Layers=both)
    assert layers.call("echo", value=1).payload["layer"] == "second"

"""One execution environment by itself: the process, the Runtime API and the client without its native half."""

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from local.aws.execution_environment import ExecutionEnvironment, Invocation
from local.aws.function_log import FunctionLog
from local.aws.function_spec import FunctionSpec
from local.aws.worker import Worker, WorkerSetup
from local.services import interpreter
from tests.integration.lambda_probe import SOURCE, eventually, is_alive

pytestmark = pytest.mark.integration

SPEC = FunctionSpec.from_config(
    {
        "FunctionName": "alone",
        "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:alone",
        "Runtime": "python3.13",
        "Handler": "probe.handler",
        "Timeout": 10,
        "MemorySize": 256,
    }
)


NATIVE = pytest.param(False, marks=pytest.mark.skipif(sys.platform != "linux", reason="made for Linux only"))


@pytest.fixture(params=[NATIVE, True], ids=["native", "portable"])
def portable(request):
    """Whether the runtime client does without its native half, as on macOS."""
    return request.param


@pytest.fixture
def start(tmp_path, portable):
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "probe.py").write_text(SOURCE)
    (tmp_path / "opt" / "python").mkdir(parents=True)
    (tmp_path / "opt" / "python" / "probe_library.py").write_text("NAME = 'alone'")
    reader, writer = os.pipe()
    setup = WorkerSetup(
        python=interpreter("runtime"), endpoint_url="", state=tmp_path, lifeline_fd=reader, portable_client=portable
    )
    environments = []

    def start(spec=SPEC):
        log = FunctionLog(tmp_path / "logs", spec)
        worker = Worker(spec, setup, task_root=tmp_path / "task", layers_root=tmp_path / "opt", log=log)
        environments.append(ExecutionEnvironment(spec, worker, log))
        return environments[-1]

    start.writer = writer
    yield start
    for environment in environments:
        environment.close()
    os.close(reader)
    if start.writer is not None:
        os.close(writer)


def _invoke(environment, event, request_id="8d3c"):
    assert environment.wake()
    arn = "arn:aws:lambda:us-east-1:000000000000:function:alone"
    return environment.invoke(Invocation(request_id=request_id, function_arn=arn, event=json.dumps(event).encode()))


def test_events_are_answered_one_after_the_other(start):
    """Small, large and failing events go through one process."""
    environment = start()
    large = "ż" * 500_000
    for number, value in enumerate([1, large, None], start=1):
        outcome = _invoke(environment, {"do": "echo", "value": value}, f"request-{number}")
        answer = json.loads(outcome.payload)
        assert (outcome.failed, answer["result"], answer["calls"]) == (False, value, number)
    failed = _invoke(environment, {"do": "fail", "message": "no"})
    assert failed.failed
    assert json.loads(failed.payload)["errorType"] == "ProbeError"
    assert environment.usable


def test_an_error_of_the_import_ends_the_environment(start):
    """The function's own error is the answer; nobody is given the environment again."""
    environment = start(replace(SPEC, handler="missing.handler"))
    outcome = _invoke(environment, {})
    assert json.loads(outcome.payload)["errorType"] == "Runtime.ImportModuleError"
    assert outcome.failed
    assert not environment.usable


def test_a_worker_ends_with_the_process_that_holds_its_lifeline(start):
    """When the writing end of the pipe is gone, the worker and its children are killed, busy or not."""
    environment = start()
    pid = json.loads(_invoke(environment, {"do": "echo", "value": 1}).payload)["pid"]
    assert is_alive(pid)
    os.close(start.writer)
    start.writer = None
    eventually(lambda: not is_alive(pid))


def test_closing_leaves_the_log_and_nothing_else(start, tmp_path):
    """The scratch directory goes with the process, the log file stays."""
    environment = start()
    scratch = json.loads(_invoke(environment, {"do": "environment"}).payload)["result"]["TMPDIR"]
    assert Path(scratch).is_dir()
    environment.close()
    assert not Path(scratch).exists()
    assert "START RequestId: 8d3c" in environment.log.path.read_text()


def test_a_warm_call_takes_milliseconds(start):
    """What the runtime itself adds to a function is small; the bound is generous for a busy machine."""
    environment = start()
    _invoke(environment, {"do": "echo", "value": 1})
    seconds = []
    for _ in range(50):
        begun = time.perf_counter()
        _invoke(environment, {"do": "echo", "value": 1})
        seconds.append(time.perf_counter() - begun)
    assert sorted(seconds)[25] < 0.02

"""The embedded AWS starts, stops, leaves nothing behind, and says what is in its way."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from local import stack as stack_module
from local.cli import main
from local.ports import LOOPBACK, answers, listen, owner_of, port_of
from local.processes import ROOT
from local.stack import EmbeddedStack, StackError
from tests.integration.lambda_probe import eventually, is_alive

pytestmark = pytest.mark.integration


@pytest.fixture
def directory(tmp_path):
    yield tmp_path / "local"
    EmbeddedStack(state_dir=tmp_path / "local").stop()


def _held_stack(directory):
    """Start a program with an attached stack that has an invocation under way."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.held_stack", str(directory)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    return program, json.loads(program.stdout.readline())


def test_all_processes_start_and_all_end(directory):
    """Inside the block everything answers; after it no process, no port and no description is left."""
    with EmbeddedStack(state_dir=directory, port=0) as stack:
        pids = stack.processes()
        assert all(is_alive(pid) for pid in pids.values())
        port, sagemaker_port = stack.info.port, stack.info.sagemaker_port
        assert answers(port)
        assert answers(sagemaker_port)
        assert stack.client("sts").get_caller_identity()["Account"] == "000000000000"
    assert not any(is_alive(pid) for pid in pids.values())
    assert not answers(port)
    assert not answers(sagemaker_port)
    assert EmbeddedStack(state_dir=directory).info is None


def test_a_stack_begins_empty(directory):
    """What an earlier stack kept or was deployed is gone, so nothing speaks of what no longer exists."""
    (directory / "state" / "streams").mkdir(parents=True)
    (directory / "state" / "streams" / "checkpoint").write_text(
        "49590338271490256608559692538361571095921575989136588898"
    )
    (directory / "outputs.json").write_text("{}")
    with EmbeddedStack(state_dir=directory, port=0, services=["aws"]):
        assert not (directory / "state" / "streams" / "checkpoint").exists()
        assert not (directory / "outputs.json").exists()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="looks into Linux's table of sockets")
def test_nothing_listens_beyond_the_loopback_interface(directory):
    """No process of the stack can be reached from the network."""
    with EmbeddedStack(state_dir=directory, port=0) as stack:
        sockets = set()
        for pid in stack.processes().values():
            sockets |= {str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.is_symlink()}
        listening = []
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
            listening += [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]
    assert len(listening) >= 2
    assert {address.split(":")[0] for address in listening} == {"0100007F"}


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_attached_stack_ends_with_its_program(directory, end):
    """Killed, terminated or interrupted: services, the busy Lambda worker and its child all end."""
    program, told = _held_stack(directory)
    assert all(is_alive(pid) for pid in told["pids"].values())
    program.send_signal(end)
    program.wait(30)
    eventually(lambda: not any(is_alive(pid) for pid in told["pids"].values()), seconds=30)
    eventually(lambda: not answers(told["port"]))
    program.stdout.close()


def test_workers_end_with_a_killed_emulator(directory):
    """The process that runs the functions is killed: its workers go at once, the others wait to be stopped."""
    program, told = _held_stack(directory)
    os.kill(told["pids"]["aws"], signal.SIGKILL)
    eventually(lambda: not is_alive(told["pids"]["worker"]) and not is_alive(told["pids"]["child"]))
    assert is_alive(told["pids"]["sagemaker"])
    program.kill()
    program.wait()
    program.stdout.close()


def test_a_detached_stack_goes_on_until_it_is_stopped(directory, capsys):
    """`up` returns and leaves it running, `status` sees it, a second `up` finds it, `down` ends it."""
    base = ["--state-dir", str(directory)]
    subprocess.run([sys.executable, "-m", "local", *base, "up", "--port", "0"], cwd=ROOT, check=True, timeout=60)
    stack = EmbeddedStack(state_dir=directory)
    pids = stack.processes()
    with urllib.request.urlopen(f"{stack.endpoint_url}/_ministack/health") as answer:
        assert answer.status == 200
    assert main([*base, "status"]) == 0
    assert main([*base, "up"]) == 0
    assert f"already running at {stack.endpoint_url}" in capsys.readouterr().out
    assert main([*base, "retrain"]) == 1
    assert "nothing is deployed" in capsys.readouterr().err
    assert main([*base, "logs", "aws"]) == 0
    assert "serving" in capsys.readouterr().out
    with pytest.raises(StackError, match="already running"):
        EmbeddedStack(state_dir=directory, port=0).start()
    assert main([*base, "down"]) == 0
    assert not any(is_alive(pid) for pid in pids.values())
    assert main([*base, "status"]) == 3
    assert main([*base, "down"]) == 0
    assert "not running" in capsys.readouterr().out


def test_a_process_that_died_is_reported(directory, capsys):
    """`status` names the one that is missing and fails; `down` stops the rest."""
    base = ["--state-dir", str(directory)]
    stack = EmbeddedStack(state_dir=directory, port=0).start()
    os.kill(stack.processes()["streams"], signal.SIGKILL)
    eventually(lambda: stack.processes()["streams"] is None)
    assert main([*base, "status"]) == 3
    assert "streams    not running; see" in capsys.readouterr().out
    assert main([*base, "up"]) == 1
    assert "already running (aws, sagemaker, alarms, people)" in capsys.readouterr().err
    assert stack.stop() == ["people", "alarms", "sagemaker", "aws"]


def test_up_in_the_foreground_stops_on_ctrl_c(directory):
    """It stays with the terminal and leaves nothing behind."""
    command = [sys.executable, "-m", "local", "--state-dir", str(directory), "up", "--port", "0", "--foreground"]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert "is running at" in program.stdout.readline()
    pids = EmbeddedStack(state_dir=directory).processes()
    assert all(pids.values())
    program.send_signal(signal.SIGINT)
    output, _ = program.communicate(timeout=30)
    assert (program.returncode, "stopping" in output) == (0, True)
    assert not any(is_alive(pid) for pid in pids.values())


def test_a_stale_process_file_is_not_believed(directory):
    """After a crash the number in the file may belong to anybody: that process is neither waited for nor stopped."""
    (directory / "run").mkdir(parents=True)
    bystander = subprocess.Popen(["/bin/sleep", "100"])
    (directory / "run" / "aws.pid").write_text(str(bystander.pid))
    with EmbeddedStack(state_dir=directory, port=0, services=["aws"]) as stack:
        assert stack.processes()["aws"] != bystander.pid
    (directory / "run" / "aws.pid").write_text(str(bystander.pid))
    assert EmbeddedStack(state_dir=directory).stop() == []
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_taken_port_is_an_error_if_it_was_asked_for(directory):
    """The message names the process that has it."""
    with listen(0) as taken:
        port = port_of(taken)
        expected = rf"port {port} is in use by .*\(pid {os.getpid()}\)"
        with pytest.raises(StackError, match=expected):
            EmbeddedStack(state_dir=directory, port=port).start()
    assert not any(EmbeddedStack(state_dir=directory).processes().values())


@pytest.mark.parametrize("host", [LOOPBACK, "0.0.0.0"])  # noqa: S104
def test_a_taken_default_port_is_replaced(directory, monkeypatch, host):
    """Another free port is used, and the user is told which and why."""
    said = []
    with socket.create_server((host, 0)) as taken:
        monkeypatch.setattr(stack_module, "DEFAULT_PORT", port_of(taken))
        with EmbeddedStack(state_dir=directory, services=["aws"], say=said.append) as stack:
            assert stack.info.port != port_of(taken)
            assert answers(stack.info.port)
            reason = f"port {port_of(taken)} is in use by {owner_of(port_of(taken))}"
            assert said == [f"{reason}; using port {stack.info.port} instead"]


def test_a_process_that_cannot_start_shows_its_log(directory, monkeypatch):
    """The end of what it wrote is in the message, and what had been started is stopped."""
    monkeypatch.setenv("FRAUDSTREAM_AWS_PYTHON", sys.executable)  # an environment without the emulator
    with pytest.raises(StackError, match=r"aws ended while starting(.|\n)*ministack.app.app is missing"):
        EmbeddedStack(state_dir=directory, port=0).start()
    assert not any(EmbeddedStack(state_dir=directory).processes().values())


def test_a_missing_environment_says_what_makes_it(directory, monkeypatch):
    """Before the set-up, the message names the command that does it."""
    monkeypatch.setenv("FRAUDSTREAM_RUNTIME_PYTHON", "/nowhere/python")
    with pytest.raises(StackError, match="/nowhere/python does not exist; `make setup` makes it"):
        EmbeddedStack(state_dir=directory, port=0).start()


def test_the_users_own_aws_is_out_of_reach(directory, monkeypatch):
    """Neither the services nor a tool given the stack's environment can meet a real account."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    with EmbeddedStack(state_dir=directory, port=0) as stack:
        environment = stack.info.environment
        assert environment["AWS_ENDPOINT_URL"] == stack.endpoint_url
        assert environment["AWS_CONFIG_FILE"] == os.devnull
        if Path("/proc/self/environ").exists():
            for pid in stack.processes().values():
                assert b"production" not in Path(f"/proc/{pid}/environ").read_bytes()

"""Children: their output, their end, and that they never outlive their owner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.sagemaker.children import Child

REPOSITORY = Path(__file__).resolve().parents[2]


def child(script: str, tmp_path: Path) -> Child:
    return Child([sys.executable, "-u", "-c", script], cwd=tmp_path, environment={"MINE": "1"})


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def wait_until_gone(process: int) -> None:
    deadline = time.monotonic() + 10
    while not gone(process):
        assert time.monotonic() < deadline, "the process is still there"
        time.sleep(0.02)


@pytest.mark.parametrize(("script", "code"), [("pass", 0), ("raise SystemExit(3)", 3)])
def test_the_exit_code_is_the_commands(tmp_path: Path, script: str, code: int) -> None:
    """The leash between us and the command does not show."""
    process = child(script, tmp_path)
    assert list(process.lines()) == []
    assert process.wait() == code


def test_output_and_errors_are_one_stream_of_lines(tmp_path: Path) -> None:
    """Both arrive in the order they were written, in exactly the environment that was given."""
    script = "import os, sys; print('a'); print('b', file=sys.stderr); print(sorted(os.environ)[:1])"
    process = child(script, tmp_path)
    lines = list(process.lines())
    assert lines[:2] == ["a", "b"]
    assert "SHELL" not in lines[2]
    assert process.wait() == 0


def test_a_command_that_is_not_there_ends_at_once(tmp_path: Path) -> None:
    """It is the command's failure, as in a shell."""
    process = Child(["/nowhere/python"], cwd=tmp_path, environment={})
    assert "cannot start /nowhere/python" in next(process.lines())
    assert process.wait() == 127


def test_stopping_is_sigterm_then_sigkill(tmp_path: Path) -> None:
    """A command that listens ends by itself; one that does not is killed after the grace."""
    listens = child(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "print('ready')\ntime.sleep(60)",
        tmp_path,
    )
    assert next(listens.lines()) == "ready"
    listens.stop(grace_seconds=60)
    assert listens.wait() == 7

    deaf = child(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready')\ntime.sleep(60)", tmp_path
    )
    assert next(deaf.lines()) == "ready"
    deaf.stop(grace_seconds=0.1)
    assert deaf.wait() == 128 + signal.SIGKILL


def test_what_a_command_started_ends_with_it(tmp_path: Path) -> None:
    """Processes in the background of a container end with its first process."""
    script = (
        "import subprocess, sys\n"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], stdout=subprocess.DEVNULL)\n"
        "print(other.pid)"
    )
    process = child(script, tmp_path)
    other = int(next(process.lines()))
    process.wait()
    wait_until_gone(other)


def test_a_killed_owner_takes_everything_along(tmp_path: Path) -> None:
    """SIGKILL leaves no time to tidy up, and still neither child nor grandchild stays."""
    script = (
        "import os, subprocess, sys\n"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(os.getpid(), other.pid)\n"
        "other.wait()"
    )
    owner_script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from local.sagemaker.children import Child\n"
        f"process = Child([sys.executable, '-u', '-c', {script!r}], cwd=Path({str(tmp_path)!r}), environment={{}})\n"
        "for line in process.lines(): print(line, flush=True)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", owner_script], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    first, second = map(int, owner.stdout.readline().split())
    owner.kill()
    owner.wait()
    owner.stdout.close()
    wait_until_gone(first)
    wait_until_gone(second)

"""Ctrl-C ends the demo, and everything it started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.processes import ROOT

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes through /proc"),
]


def processes_of(state: Path) -> list[str]:
    """Command lines and environments that name the state directory: all that the demo started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(state).encode() in said and int(process.name) != os.getpid():
            found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


@pytest.mark.parametrize("moment", ["start the embedded AWS", "fill the card and terminal histories"])
def test_ctrl_c_leaves_no_process_behind(moment, tmp_path):
    """Whatever step it interrupts, the demo says so and ends with 130."""
    state = tmp_path / "state"
    demo = subprocess.Popen(
        [sys.executable, "-m", "local", "demo", "--transactions", "1000", "--state-dir", str(state)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said = []
    for line in demo.stdout:
        said.append(line)
        if f"... {moment}" in line:
            break
    time.sleep(1)
    assert processes_of(state)
    os.killpg(demo.pid, signal.SIGINT)
    said += demo.communicate(timeout=60)[0].splitlines()
    assert demo.returncode == 130, said
    assert "Interrupted: everything that was started is stopped." in said
    assert processes_of(state) == []

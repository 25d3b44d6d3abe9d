"""Runs one module in a process which cannot outlive the process that started it.

The starter holds the writing end of a pipe and nobody writes: the end of the pipe is the end of the starter,
however it came, SIGKILL included. Then this process asks itself to stop and, after a grace, its whole group is
killed. Linux's parent-death signal would tie it to a *thread* of the starter, and macOS has none.

Usage: ``python -P lifeline.py FD GRACE_SECONDS MODULE [ARGUMENT...]``, the module being run as ``python -m`` does.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time


def watch(fd: int, grace_seconds: float) -> None:
    """End this process and its group once the pipe at ``fd`` has no writer left. Returns at once."""

    def wait_for_the_end() -> None:
        while os.read(fd, 1):
            pass
        if grace_seconds > 0:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(grace_seconds)
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)  # not a group leader: the group belongs to somebody else

    threading.Thread(target=wait_for_the_end, name="lifeline", daemon=True).start()


def main(arguments: list[str]) -> None:
    """Watch, then become the module."""
    fd, grace_seconds, module = arguments[:3]
    watch(int(fd), float(grace_seconds))
    sys.argv = [module, *arguments[3:]]
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - pathlib would be imported into every function
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])

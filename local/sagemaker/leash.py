"""Runs one command which cannot outlive the process that started it.

Standard input is the leash: it closes when the owner ends, however it ends, and then the command's whole
process group is killed. This works for grandchildren too, and wherever Python runs; Linux's
parent-death signal does neither. SIGTERM is passed on to the group.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading


def main(command: list[str]) -> int:
    """Run ``command`` and return its exit code, a signal counted as 128 + its number, as shells do."""
    child: subprocess.Popen[bytes] | None = None
    asked_to_stop = False

    def signal_group(number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # everybody in it has ended
            os.killpg(child.pid, number)  # type: ignore[union-attr]

    def stop(*_: object) -> None:
        nonlocal asked_to_stop
        asked_to_stop = True
        if child is not None:
            signal_group(signal.SIGTERM)

    def wait_for_owner() -> None:
        sys.stdin.buffer.read()
        signal_group(signal.SIGKILL)

    # Before the command starts, so that an early SIGTERM is not lost between the two.
    signal.signal(signal.SIGTERM, stop)
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        print(f"cannot start {command[0]}: {error}", file=sys.stderr)
        return 127
    if asked_to_stop:
        signal_group(signal.SIGTERM)
    threading.Thread(target=wait_for_owner, daemon=True).start()
    code = child.wait()
    # A container's other processes end with its first one.
    signal_group(signal.SIGKILL)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))

"""The processes behind the scoring function, found and killed as the operating system or a bug would."""

import contextlib
import os
import random
import signal
import threading
import time
from pathlib import Path

from tests.e2e.conftest import Deployed

PROC = Path("/proc")
_LONGEST_BATCH_SECONDS = 0.2


def workers(deployed: Deployed, function: str = "score-transactions") -> list[int]:
    """Return the processes in which a function of this stack runs now."""
    wanted = {
        f"AWS_LAMBDA_FUNCTION_NAME={deployed.stack_name}-{function}".encode(),
        f"AWS_ENDPOINT_URL={deployed.stack.endpoint_url}".encode(),
    }
    found = []
    for directory in PROC.glob("[0-9]*"):
        try:
            if wanted <= set((directory / "environ").read_bytes().split(b"\0")):
                found.append(int(directory.name))
        except OSError:  # somebody else's, or gone meanwhile
            continue
    return found


def kill_at_work(deployed: Deployed, chance: random.Random, give_up: threading.Event) -> bool:
    """Wait until the function is in the middle of a batch, and a random moment more; SIGKILL its process then.

    Returns
    -------
    bool
        False if there was no work any more.
    """
    while not give_up.is_set():
        for pid in workers(deployed):
            if not _is_at_work(pid):
                continue
            time.sleep(chance.uniform(0, _LONGEST_BATCH_SECONDS))
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            return True
        time.sleep(0.002)
    return False


def kill_all(deployed: Deployed, function: str = "score-transactions") -> None:
    """SIGKILL a function's processes, whatever they do."""
    for pid in workers(deployed, function):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def function_logs(deployed: Deployed) -> str:
    """Return everything that the scoring function's processes and their platform have logged."""
    directory = deployed.stack.paths.logs / "functions" / f"{deployed.stack_name}-score-transactions"
    return "".join(path.read_text(errors="replace") for path in directory.glob("*.log"))


def interrupted(deployed: Deployed) -> int:
    """Return how many invocations ended by a SIGKILL of their process."""
    return function_logs(deployed).count("Error: Runtime exited with error: signal: killed")


def _is_at_work(pid: int) -> bool:
    """Whether an invocation has started and not ended, by the log that the process writes to."""
    try:
        log = (PROC / str(pid) / "fd" / "1").readlink().read_text(errors="replace")
    except OSError:
        return False
    return log.count('"platform.start"') > log.count('"platform.report"')

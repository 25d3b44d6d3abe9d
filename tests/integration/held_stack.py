"""Starts an attached stack, says what runs, and waits: a program for the tests to interrupt and to kill."""

import json
import sys
import threading
from pathlib import Path

from local.stack import EmbeddedStack
from tests.integration.lambda_probe import Probe


def main(directory: str) -> None:
    """Print one line of JSON when an invocation is under way."""
    with EmbeddedStack(state_dir=Path(directory), port=0) as stack:
        probe = Probe(stack, "held", Timeout=60)
        worker = probe.call("echo", value=1).payload["pid"]
        threading.Thread(target=probe.call, args=["sleep"], kwargs={"seconds": 50}, daemon=True).start()
        while "child" not in (log := "".join(path.read_text() for path in stack.paths.logs.glob("functions/held/*"))):
            threading.Event().wait(0.02)
        child = int(log.partition("child ")[2].split()[0])
        pids = {**stack.processes(), "worker": worker, "child": child}
        print(json.dumps({"port": stack.info.port, "pids": pids}), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        print("interrupted")

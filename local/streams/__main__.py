"""Run the event source mappings: `python -m local.streams --endpoint-url URL --state DIR`."""

import argparse
import fcntl
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

from .checkpoints import CheckpointStore
from .clients import make_clients
from .launch import make_supervisor
from .metrics import Metrics

_TICK_SECONDS = 1.0
_PUBLISH_SECONDS = 5.0


def main(arguments: list[str] | None = None) -> int:
    """Read until SIGTERM or SIGINT; then finish the running calls, keep the checkpoints, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m local.streams", description=__doc__)
    parser.add_argument("--endpoint-url", required=True, help="where Kinesis and Lambda answer")
    parser.add_argument("--state", required=True, type=Path, help="directory for the checkpoints")
    parser.add_argument("--region", default="us-east-1")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    options.state.mkdir(parents=True, exist_ok=True)
    path = options.state / "lock"
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            # Two readers on one set of checkpoints would deliver everything twice.
            print(f"another process is reading with the state in {options.state}", file=sys.stderr)
            return 1
        while_ours = partial(_is_in_place, lock, path)
        _run(options.endpoint_url, options.region, options.state / "checkpoints", stop, while_ours)
    return 0


def _is_in_place(lock: IO[str], path: Path) -> bool:
    """Whether the lock we hold is still the one that others would find."""
    return path.exists() and os.path.samestat(os.fstat(lock.fileno()), path.stat())


def _run(
    endpoint_url: str, region: str, directory: Path, stop: threading.Event, while_ours: Callable[[], bool]
) -> None:
    clients = make_clients(endpoint_url, region)
    metrics = Metrics()
    supervisor = make_supervisor(clients, CheckpointStore(directory), metrics)
    published_at_seconds = time.monotonic()
    while not stop.is_set():
        if not while_ours():
            logging.error("the state directory was removed, and another process may be reading by now; stopping")
            break
        supervisor.tick()
        if time.monotonic() - published_at_seconds >= _PUBLISH_SECONDS:
            metrics.publish(clients["cloudwatch"])
            published_at_seconds = time.monotonic()
        stop.wait(_TICK_SECONDS)
    supervisor.stop()
    metrics.publish(clients["cloudwatch"])


if __name__ == "__main__":
    sys.exit(main())

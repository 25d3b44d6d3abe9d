"""Which processes make up the embedded AWS, and how each is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from local.processes import ROOT, Service
from local.stack_info import StackInfo, StackPaths, clean_environment

SERVICES = ("aws", "sagemaker", "streams", "alarms", "people")


class MissingInterpreterError(Exception):
    """A virtual environment has not been made yet."""


def plan(
    names: Sequence[str], info: StackInfo, paths: StackPaths, listener_fd: int, *, alarm_minute_seconds: int = 60
) -> list[Service]:
    """Return the processes in the order in which they start.

    Parameters
    ----------
    listener_fd
        The listening socket of the endpoint: opened before any process starts, so that connections wait
        instead of failing.
    alarm_minute_seconds
        How long a minute of the alarms' periods lasts.

    Raises
    ------
    MissingInterpreterError
        If `make setup` has not been run.
    """
    sagemaker_url = f"http://127.0.0.1:{info.sagemaker_port}"
    environment = clean_environment() | {"PYTHONUNBUFFERED": "1"}
    to_stack = environment | info.environment
    services = {
        "aws": Service(
            name="aws",
            python=interpreter("aws"),
            module="local.aws",
            arguments=[
                *("--fd", str(listener_fd)),
                *("--state", str(paths.state / "aws")),
                *("--logs", str(paths.logs / "functions")),
                *("--runtime-python", str(interpreter("runtime"))),
            ],
            environment=environment | {"FRAUDSTREAM_SAGEMAKER_URL": sagemaker_url},
            inherited_fds=[listener_fd],
        ),
        "sagemaker": Service(
            name="sagemaker",
            python=Path(sys.executable),
            module="local.sagemaker",
            arguments=[
                *("--port", str(info.sagemaker_port)),
                *("--state", str(paths.state / "sagemaker")),
                *("--endpoint-url", info.endpoint_url),
                *("--job-python", str(interpreter("container"))),
            ],
            environment=to_stack,
        ),
        "streams": Service(
            name="streams",
            python=Path(sys.executable),
            module="local.streams",
            arguments=["--endpoint-url", info.endpoint_url, "--state", str(paths.state / "streams")],
            environment=to_stack,
        ),
        "alarms": Service(
            name="alarms",
            python=Path(sys.executable),
            module="local.alarms",
            arguments=["--endpoint-url", info.endpoint_url, "--minute-seconds", str(alarm_minute_seconds)],
            environment=to_stack,
        ),
        "people": Service(
            name="people",
            python=Path(sys.executable),
            module="local.people",
            arguments=[
                *("--port", str(info.issuer_port)),
                *("--door-port", str(info.door_port)),
                *("--aws-port", str(info.port)),
                *("--state", str(paths.state / "people")),
            ],
            environment=to_stack,
        ),
    }
    return [services[name] for name in names]


def interpreter(name: str) -> Path:
    """Return the Python of a virtual environment of ours, such as ``aws``, ``runtime`` or ``container``.

    ``FRAUDSTREAM_AWS_PYTHON`` and the like name another one.
    """
    path = Path(os.environ.get(f"FRAUDSTREAM_{name.upper()}_PYTHON") or ROOT / ".local/venvs" / name / "bin/python")
    if not path.exists():
        raise MissingInterpreterError(f"{path} does not exist; `make setup` makes it")
    return path

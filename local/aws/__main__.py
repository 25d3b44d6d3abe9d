"""Starts ministack with the plugins in this process; run it with the interpreter of ministack's environment."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

_SWITCH_SECONDS = 0.0005  # a thread that answers an invocation should not wait for one that computes
_GRACEFUL_SECONDS = 0.5  # for requests under way when asked to stop


def main() -> int:
    """Serve until asked to stop."""
    options = _parser().parse_args()
    if options.check:
        return _check()
    listener = socket.socket(fileno=options.fd) if options.fd else socket.create_server(("127.0.0.1", options.port))
    port = listener.getsockname()[1]
    state = options.state.resolve()
    _configure(state, port)
    _allow_many_files()
    sys.setswitchinterval(_SWITCH_SECONDS)

    from local.aws.lambda_runtime import RuntimeLimits  # noqa: PLC0415 - ministack reads its settings when imported
    from local.aws.plugins import install  # noqa: PLC0415

    url = f"http://127.0.0.1:{port}"
    limits = RuntimeLimits()
    runtime = install(
        state=state / "lambda",
        logs=(options.logs or state / "logs").resolve(),
        runtime_python=options.runtime_python,
        endpoint_url=url,
        limits=limits,
    )
    print(f"serving {url}", flush=True)
    asyncio.run(_serve(listener, runtime.close))
    # Threads of ministack's own would keep the process; there is nothing left that they could do.
    os._exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.aws", description=__doc__)
    parser.add_argument("--state", type=Path, default=Path(".local/state/aws"), help="directory for everything kept")
    parser.add_argument(
        "--logs", type=Path, help="directory for the functions' log files; below the state if not given"
    )
    parser.add_argument("--port", type=int, default=4566, help="port on 127.0.0.1; 0 for any")
    parser.add_argument("--fd", type=int, help="a listening socket to serve instead of opening a port")
    parser.add_argument("--runtime-python", type=Path, help="interpreter with awslambdaric, for functions")
    parser.add_argument("--check", action="store_true", help="print what is wrong with each patch point, and end")
    return parser


def _configure(state: Path, port: int) -> None:
    """Say through the environment, which is ministack's way, where it listens and keeps things."""
    temporary = state / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "USE_SSL": "0",
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_STRICT": "0",
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
        "STATE_DIR": str(state / "ministack"),
        "S3_DATA_DIR": str(state / "s3"),
        "TMPDIR": str(temporary),
        "FRAUDSTREAM_MAIL": str(state / "mail"),
        "MINISTACK_REGION": "us-east-1",
        "MINISTACK_ACCOUNT_ID": "000000000000",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }


def _allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4_096 if hard == resource.RLIM_INFINITY else min(hard, 4_096)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _serve(listener: socket.socket, close: Callable[[], None]) -> None:
    """Serve until a signal. First the functions end, then the requests that wait for them can."""
    from hypercorn.asyncio import serve  # noqa: PLC0415
    from hypercorn.config import Config  # noqa: PLC0415

    from local.aws.plugins import APP  # noqa: PLC0415

    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = _GRACEFUL_SECONDS
    config.loglevel = os.environ["LOG_LEVEL"]
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)

    async def until_asked() -> None:
        await asked.wait()
        await asyncio.to_thread(close)

    await serve(APP.resolve(), config, shutdown_trigger=until_asked)


def _check() -> int:
    from local.aws.plugins import problems  # noqa: PLC0415

    found = problems()
    print(json.dumps(found))
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""``python -m local.sagemaker --port N --state DIR --endpoint-url URL --job-python PATH``."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from local.sagemaker.http_server import make_server
from local.sagemaker.service import Service
from local.sagemaker.settings import Settings


def main() -> None:
    """Serve until SIGTERM or Ctrl-C; jobs and model servers end with the process."""
    parser = argparse.ArgumentParser(prog="python -m local.sagemaker", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--endpoint-url", default="http://127.0.0.1:4566")
    parser.add_argument("--job-python", default=sys.executable)
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--account", default="000000000000")
    parser.add_argument("--wait-scale", type=float, default=1.0, help="factor on canary and linear pauses")
    given = parser.parse_args()
    state = given.state.resolve()
    state.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        state=state,
        endpoint_url=given.endpoint_url,
        # Not resolved: the link in a virtual environment is what makes it one.
        job_python=str(Path(given.job_python).absolute()),
        region=given.region,
        account=given.account,
        wait_scale=given.wait_scale,
    )
    service, stop = Service(settings), threading.Event()
    server = make_server(service, given.port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    service.start(stop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"sagemaker: listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    stop.wait()
    service.metrics.publish()
    server.shutdown()


if __name__ == "__main__":
    main()

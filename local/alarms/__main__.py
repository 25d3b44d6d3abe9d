"""Evaluate the alarms until stopped: `python -m local.alarms --endpoint-url URL`."""

import argparse
import logging
import signal
import sys
import threading
import time

import boto3
from botocore.config import Config

from .evaluator import Evaluator

_TICKS_A_MINUTE = 6
# The embedded AWS knows one account and takes these from everyone.
_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def main(arguments: list[str] | None = None) -> int:
    """Evaluate six times a minute until SIGTERM or SIGINT; return 0."""
    parser = argparse.ArgumentParser(prog="python -m local.alarms", description=__doc__)
    parser.add_argument("--endpoint-url", required=True, help="where CloudWatch answers")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--minute-seconds", type=int, default=60, help="how long a minute of the alarms lasts (60)")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    session = boto3.Session(**_CREDENTIALS, region_name=options.region)
    config = Config(connect_timeout=2, read_timeout=20, retries={"total_max_attempts": 1})
    cloudwatch = session.client("cloudwatch", endpoint_url=options.endpoint_url, config=config)
    evaluator = Evaluator(cloudwatch, time.time, minute_seconds=options.minute_seconds)
    while not stop.is_set():
        evaluator.tick()
        stop.wait(options.minute_seconds / _TICKS_A_MINUTE)
    return 0


if __name__ == "__main__":
    sys.exit(main())

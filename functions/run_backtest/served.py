"""What a backtest is done with, built once for each execution environment."""

import os
from functools import cache
from typing import Any

from fraudstream.adapters import clients
from money import CostMatrix

from operate.stack import Target

MODELS_BUCKET = os.environ["MODELS_BUCKET"]
ARCHIVE_BUCKET = os.environ["ARCHIVE_BUCKET"]
COSTS = CostMatrix(
    alert_minor=int(os.environ["ALERT_COST_MINOR"]), block_genuine_minor=int(os.environ["BLOCK_GENUINE_COST_MINOR"])
)


@cache
def client(service: str) -> Any:
    """Return the client of a service."""
    return clients.client(service)


TARGET = Target(
    name=os.environ["STACK_NAME"],
    outputs={"ModelsBucketName": MODELS_BUCKET, "ArchiveBucketName": ARCHIVE_BUCKET},
    client=client,
    where="",
)

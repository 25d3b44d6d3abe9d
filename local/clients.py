"""AWS clients of the embedded endpoint, for the demo and its proofs."""

from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

Clients = Callable[[str], Any]
"""A function from a service's name to its boto3 client, the same one each time."""


def clients_for(endpoint_url: str, region: str) -> Clients:
    """Return the clients of an endpoint. The embedded AWS takes these credentials from everyone."""
    config = Config(
        region_name=region,
        connect_timeout=5,
        read_timeout=120,
        retries={"mode": "standard", "total_max_attempts": 5},
        s3={"addressing_style": "path"},
    )
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=region)  # noqa: S106

    @cache
    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint_url, config=config)

    return client

"""AWS clients for the embedded endpoint."""

from typing import Any

import boto3
from botocore.config import Config

# The embedded AWS knows one account and takes these from everyone; the name tells whose calls they are.
_CREDENTIALS = {"aws_access_key_id": "stream-mapping", "aws_secret_access_key": "test"}
_SERVICES = ("lambda", "kinesis", "cloudwatch", "s3", "sqs", "sns")

# Above Lambda's longest function timeout, 900 s: the answer decides, not our patience.
_INVOKE_TIMEOUT_SECONDS = 910


def make_clients(endpoint_url: str, region: str) -> dict[str, Any]:
    """Return one client per service; they are shared by all threads.

    Retries are off: the reader repeats what may be repeated itself, and it must count calls of the function.
    """
    config = Config(
        region_name=region,
        connect_timeout=2,
        read_timeout=_INVOKE_TIMEOUT_SECONDS,
        retries={"total_max_attempts": 1},
        max_pool_connections=64,
        parameter_validation=False,
        s3={"addressing_style": "path"},
    )
    session = boto3.Session(**_CREDENTIALS, region_name=region)
    return {name: session.client(name, endpoint_url=endpoint_url, config=config) for name in _SERVICES}

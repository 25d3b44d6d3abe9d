"""Which distribution of the embedded CloudFront is the console's."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any


def finder(aws_port: int) -> Callable[[], str | None]:
    """Return a function that looks for the distribution's domain name, None while nothing is deployed."""

    @cache
    def client() -> Any:
        import boto3  # noqa: PLC0415 - takes half a second, for which a start need not wait
        from botocore.config import Config  # noqa: PLC0415

        return boto3.client(
            "cloudfront",
            endpoint_url=f"http://127.0.0.1:{aws_port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106
            config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}),
        )

    def find() -> str | None:
        found = client().list_distributions().get("DistributionList", {}).get("Items", [])
        return str(found[0]["DomainName"]) if found else None

    return find

"""The description of this API, as `make docs` generates it."""

from pathlib import Path

from fraudstream.api.http import Answer, Asked

_DOCUMENT = Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")


def tell(_: Asked) -> Answer:
    """Tell the OpenAPI document."""
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": _DOCUMENT}

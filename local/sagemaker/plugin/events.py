"""What SageMaker tells EventBridge: a model package that was registered, or whose approval changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local.sagemaker.plugin.forward import call

_TARGETS = ("SageMaker.CreateModelPackage", "SageMaker.UpdateModelPackage")
_TIMES = ("CreationTime", "LastModifiedTime")
DETAIL_TYPE = "SageMaker Model Package State Change"


class Events:
    """Puts events of ``aws.sagemaker`` on the default bus; the base lets nobody else use that source.

    Parameters
    ----------
    put_events
        The base's own PutEvents, which takes ``allow_aws_source``.
    """

    def __init__(self, put_events: Callable[..., Any]) -> None:
        self._put_events = put_events

    def concerns(self, target: str | None, status: int) -> bool:
        """Tell whether a control call that was answered with ``status`` makes an event."""
        return target in _TARGETS and status == 200

    def after(self, answer: dict[str, Any]) -> None:
        """Put the event of a package that was just created or updated; call it off the event loop."""
        arn = answer["ModelPackageArn"]
        status, package = call("SageMaker.DescribeModelPackage", {"ModelPackageName": arn})
        if status != 200:
            return  # deleted meanwhile
        detail = {name: _iso(value) if name in _TIMES else value for name, value in package.items()}
        entry = {
            "Source": "aws.sagemaker",
            "DetailType": DETAIL_TYPE,
            "Detail": json.dumps(detail),
            "Resources": [arn],
        }
        self._put_events({"Entries": [entry]}, allow_aws_source=True)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""What breaks a running stack's endpoint, jobs and updates, which no AWS call can: the embedded SageMaker's own door.

What there is to set: local/sagemaker/faults.py.
"""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.deployed import Deployed


@contextmanager
def endpoint_that(deployed: Deployed, **fault: Any) -> Iterator[None]:
    """Have the endpoint misbehave."""
    set_fault(deployed, fault)
    try:
        yield
    finally:
        set_fault(deployed, {"mode": "ok"})


def set_fault(deployed: Deployed, fault: dict[str, Any]) -> None:
    """Have the stack's endpoint misbehave, or behave again."""
    control(deployed, f"endpoints/{deployed.outputs['EndpointName']}", fault)


def control(deployed: Deployed, what: str, fault: dict[str, Any]) -> None:
    """Tell the embedded SageMaker of a fault of an endpoint or of an action, which no AWS call can."""
    url = f"http://127.0.0.1:{deployed.stack.info.sagemaker_port}/_control/{what}"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(fault).encode(), method="POST")) as answer:  # nosec B310 - our own address
        answer.read()

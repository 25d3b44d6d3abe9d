"""Deploys `probe_function` into an embedded AWS and calls it."""

import base64
import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROLE = "arn:aws:iam::000000000000:role/probe"
SOURCE = Path(__file__).with_name("probe_function.py").read_text()


def zipped(files: dict[str, str]) -> bytes:
    """Return a zip file of texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an invocation came back with."""

    error: str | None
    payload: Any
    log: str

    @property
    def result(self) -> Any:
        """What the action returned."""
        assert self.error is None, self.payload
        return self.payload["result"]


class Probe:
    """One deployed probe function."""

    def __init__(self, stack: Any, name: str, *, layer: str = "layered", **settings: Any) -> None:
        self.stack = stack
        self.name = name
        self.lambdas = stack.client("lambda")
        self.layer_arn = self.publish_layer(layer)
        self.lambdas.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=ROLE,
            Code={"ZipFile": zipped({"app/probe.py": SOURCE})},
            **{"Handler": "app/probe.handler", "Timeout": 10, "Layers": [self.layer_arn], **settings},
        )

    def publish_layer(self, word: str) -> str:
        """Publish a layer whose library says the word, and return its ARN."""
        content = {"ZipFile": zipped({"python/probe_library.py": f"NAME = {word!r}"})}
        return str(self.lambdas.publish_layer_version(LayerName=f"{self.name}-l", Content=content)["LayerVersionArn"])

    def call(self, do: str, **event: Any) -> Answer:
        """Invoke and wait."""
        return self.send({"do": do, **event})

    def send(self, event: Any) -> Answer:
        """Invoke with any event."""
        answer = self.lambdas.invoke(FunctionName=self.name, Payload=json.dumps(event), LogType="Tail")
        return Answer(
            error=answer.get("FunctionError"),
            payload=json.loads(answer["Payload"].read()),
            log=base64.b64decode(answer.get("LogResult", "")).decode(),
        )

    def logged(self) -> list[str]:
        """Return what CloudWatch Logs has of the function."""
        logs = self.stack.client("logs")
        try:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{self.name}")
            return [event["message"] for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []


def eventually(condition: Callable[[], Any], seconds: float = 15.0) -> Any:
    """Return the first truthy value of ``condition``, or fail when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "still not so"
        time.sleep(0.02)
    return value


def is_alive(pid: int) -> bool:
    """Return whether the process runs; one that ended but was not waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"

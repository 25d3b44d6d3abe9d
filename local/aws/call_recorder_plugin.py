"""Writes down who calls what: each role's calls, held against its policy (tests/e2e/test_permissions.py).

Every function, job and mapping of the stack signs with an access key id that names it. Where `FRAUDSTREAM_RECORD_CALLS`
names a file, each new combination of caller, action and resource becomes a line of it. Off, nothing is in the way.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from local.aws.patch_points import PatchPoint

VARIABLE = "FRAUDSTREAM_RECORD_CALLS"
_CREDENTIAL = re.compile(r"Credential=([^/,]+)/\d+/([^/]+)/([^/]+)/")
_PARTIQL = re.compile(r'^\s*(INSERT INTO|UPDATE|DELETE FROM|SELECT .*? FROM)\s+"([^"]+)"', re.IGNORECASE | re.DOTALL)
_VERBS = {"insert into": "PartiQLInsert", "update": "PartiQLUpdate", "delete from": "PartiQLDelete"}
# What a request of SageMaker's names, and what that is in an ARN.
_SAGEMAKER = {"EndpointName": "endpoint", "EndpointConfigName": "endpoint-config", "ModelName": "model"}
_ACCOUNT = "000000000000"
_ACTIONS = "ministack.core.iam_actions"

APP = PatchPoint(
    module="ministack.app",
    attribute="app",
    parameters=("scope", "receive", "send"),
    is_async=True,
    purpose="wrapped, to see every request",
)
ACTION = PatchPoint(
    module=_ACTIONS,
    attribute="extract_iam_action",
    parameters=("service", "method", "path", "headers", "body", "query_params"),
    purpose="names the permission that a request needs",
)
RESOURCE = PatchPoint(
    module=_ACTIONS,
    attribute="extract_resource_arn",
    parameters=("service", "method", "path", "headers", "body", "query_params", "region", "account_id"),
    purpose="names the resource of a request",
)
TABLES = PatchPoint(
    module=_ACTIONS,
    attribute="dynamodb_resource_arns",
    parameters=("body", "region", "account_id"),
    purpose="names the tables of a request",
)
PATCH_POINTS = (APP, ACTION, RESOURCE, TABLES)


def install() -> None:
    """Wrap the application, if calls are to be recorded.

    Raises
    ------
    PatchPointError
        If the embedded AWS is not what this was written for.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return
    served = APP.resolve()
    recorder = Recorder(Path(path))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
        signed = _CREDENTIAL.search(headers.get("authorization", ""))
        if scope["type"] != "http" or not signed or signed[1] == "test":
            await served(scope, receive, send)
            return
        messages, body = [], b""
        while True:
            message = await receive()
            messages.append(message)
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        query = parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True)
        request = Request(
            service=signed[3],
            region=signed[2],
            method=scope["method"],
            path=scope["path"],
            headers=headers,
            body=body,
            query=query,
        )
        recorder.record(signed[1], request)

        async def again() -> Any:
            return messages.pop(0) if messages else await receive()

        await served(scope, again, send)

    APP.replace(app)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One signed request, as it came."""

    service: str
    region: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, list[str]]


class Recorder:
    """The calls of each caller, each kind once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: set[tuple[str, str, str]] = set()
        self._lock = threading.Lock()

    def record(self, caller: str, request: Request) -> None:
        """Write down what a request needs, unless the same was written before."""
        for action, resource in needs(request):
            with self._lock:
                if (caller, action, resource) not in self._seen:
                    self._seen.add((caller, action, resource))
                    with self._path.open("a") as file:
                        file.write(json.dumps({"caller": caller, "action": action, "resource": resource}) + "\n")


def needs(request: Request) -> Iterator[tuple[str, str]]:
    """Yield the actions that a request needs, each with its resource."""
    arn = f"arn:aws:{request.service}:{request.region}:{_ACCOUNT}"
    if request.service == "dynamodb":
        yield from _dynamodb(request, arn)
        return
    if request.service == "sagemaker":
        yield _sagemaker(request, arn)
        return
    asked = (request.service, request.method, request.path, request.headers, request.body, request.query)
    action = ACTION.resolve()(*asked) or f"{request.service}:{request.method} {request.path}"
    if request.service == "sns":
        # AWS asks for the permission to publish one, whatever the number.
        action = action.replace("PublishBatch", "Publish")
        yield action, parse_qs(request.body.decode()).get("TopicArn", ["*"])[0]
        return
    yield action, RESOURCE.resolve()(*asked, request.region, _ACCOUNT)


def _sagemaker(request: Request, arn: str) -> tuple[str, str]:
    operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
    if not operation:
        return "sagemaker:InvokeEndpoint", f"{arn}:endpoint/{request.path.split('/')[2]}"
    asked = json.loads(request.body)
    if str(asked.get("ModelPackageName", "")).startswith("arn:"):
        return f"sagemaker:{operation}", asked["ModelPackageName"]
    named = next((f"{kind}/{asked[name]}" for name, kind in _SAGEMAKER.items() if name in asked), "*")
    return f"sagemaker:{operation}", named if named == "*" else f"{arn}:{named}"


def _dynamodb(request: Request, arn: str) -> Iterator[tuple[str, str]]:
    operation = request.headers["x-amz-target"].rpartition(".")[2]
    if operation in ("BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction"):
        asked = json.loads(request.body)
        for statement in asked.get("Statements") or asked.get("TransactStatements") or [asked]:
            match = _PARTIQL.match(statement["Statement"])
            verb = _VERBS.get(match[1].lower(), "PartiQLSelect") if match else "PartiQL?"
            yield f"dynamodb:{verb}", f"{arn}:table/{match[2] if match else '?'}"
        return
    for resource in TABLES.resolve()(request.body, request.region, _ACCOUNT):
        yield f"dynamodb:{operation}", resource

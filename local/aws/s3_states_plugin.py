"""Step Functions' ``aws-sdk:s3:getObject``, which the base's integrations lack: small objects read as text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import quote

from local.aws.patch_points import PatchPoint

GET_OBJECT = "arn:aws:states:::aws-sdk:s3:getObject"
_LARGEST_BYTES = 262_144  # what a state may carry
_STATES = "ministack.services.stepfunctions"

SERVICE_DISPATCH = PatchPoint(
    module=_STATES, attribute="_SERVICE_DISPATCH", kind="dict", purpose="given the integration"
)
EXECUTION_ERROR = PatchPoint(
    module=_STATES, attribute="_ExecutionError", parameters=("error", "cause"), purpose="raised to fail a task"
)
CALL_SERVICE = PatchPoint(
    module="ministack.app",
    attribute="call_service_handler_sync",
    parameters=("handler", "method", "path", "headers", "body", "query_params", "timeout"),
    purpose="asks S3 from an execution's thread",
)
SERVICE_HANDLERS = PatchPoint(module="ministack.app", attribute="SERVICE_HANDLERS", kind="dict", purpose="asked for S3")

PATCH_POINTS = (SERVICE_DISPATCH, EXECUTION_ERROR, CALL_SERVICE, SERVICE_HANDLERS)


def install() -> None:
    """Plug the integration in.

    Raises
    ------
    PatchPointError
        If the embedded AWS is not what this was written for.
    """
    failed, call_service = EXECUTION_ERROR.resolve(), CALL_SERVICE.resolve()
    handlers = SERVICE_HANDLERS.resolve()

    def get_object(_resource: str, params: dict[str, Any]) -> dict[str, Any]:
        path = f"/{params['Bucket']}/{quote(params['Key'])}"
        query = {"versionId": [params["VersionId"]]} if params.get("VersionId") else {}
        status, headers, body = call_service(handlers["s3"], "GET", path, {"host": "s3.amazonaws.com"}, b"", query)
        content = body if isinstance(body, bytes) else body.encode()
        if status >= 400:
            code, message = _error(content)
            raise failed(f"S3.{code}Exception", message)
        if len(content) > _LARGEST_BYTES:
            raise failed("States.DataLimitExceeded", f"{path} has {len(content)} bytes; a state carries 256 KiB")
        told = {name.lower(): value for name, value in headers.items()}
        return {
            "Body": content.decode(),
            "ContentLength": len(content),
            "ContentType": told.get("content-type", "binary/octet-stream"),
            "ETag": told.get("etag", ""),
        }

    SERVICE_DISPATCH.resolve()[GET_OBJECT] = get_object


def _error(content: bytes) -> tuple[str, str]:
    try:
        root = ET.fromstring(content)  # noqa: S314 - from our own process
    except ET.ParseError:
        return "S3", content.decode(errors="replace")
    return root.findtext("Code", "S3"), root.findtext("Message", "")

"""CloudFront in front of an HTTP API: the base serves buckets, balancers and function URLs, and no other names of AWS.

An origin that is called ``<api>.execute-api.<region>.amazonaws.com`` is asked in this process, as the base asks the
others: no request of the embedded AWS goes to the real one.

And of a bucket's file CloudFront asks as its viewer asked, by https or not, which is what the bucket's policy looks at.
The base lets the policy see how the request reached the embedded AWS, and that is never https.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qs, unquote

from local.aws.patch_points import PatchPoint

_CLOUDFRONT = "ministack.services.cloudfront"
_API_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
Fetched = tuple[int, str, dict[str, Any], bytes]

FETCH = PatchPoint(
    module=_CLOUDFRONT,
    attribute="_fetch_from_origin",
    parameters=(
        "origin",
        "method",
        "uri",
        "query_string",
        "headers",
        "body",
        "viewer_is_https",
        "client_ip",
        "viewer_xff",
        "dist_arn",
    ),
    is_async=True,
    purpose="wrapped: asks an origin for what a viewer wants",
)
REQUEST_HEADERS = PatchPoint(
    module=_CLOUDFRONT,
    attribute="_origin_request_headers",
    parameters=("origin", "headers", "client_ip", "viewer_x_forwarded_for"),
    purpose="makes the headers that an origin is sent",
)
EXECUTE_API = PatchPoint(
    module="ministack.app",
    attribute="_handle_execute_api_request",
    parameters=("host", "path", "method", "headers", "body", "query_params", "raw_path", "raw_query_string"),
    is_async=True,
    purpose="answers in the name of an HTTP API",
)
REQUEST_ORIGIN = PatchPoint(
    module="ministack.core.iam_evaluator",
    attribute="_request_origin",
    kind="ContextVar",
    purpose="says from where, and whether by https, the request came that a policy is held against",
)
PATCH_POINTS = (FETCH, REQUEST_HEADERS, EXECUTE_API, REQUEST_ORIGIN)


def install() -> None:
    """Wrap what asks origins.

    Raises
    ------
    PatchPointError
        If the embedded AWS is not what this was written for.
    """
    fetch, request_headers, execute, request_origin = (point.resolve() for point in PATCH_POINTS)
    FETCH.replace(asking_apis(fetch, request_headers, execute, request_origin))


def asking_apis(
    fetch: Callable[..., Awaitable[Fetched]],
    request_headers: Callable[..., Mapping[str, str]],
    execute: Callable[..., Awaitable[tuple[int, Mapping[str, Any], bytes | str] | None]],
    request_origin: ContextVar[tuple[str, bool]],
) -> Callable[..., Awaitable[Fetched]]:
    """Return a function that asks HTTP APIs here, and every other origin as before, in the way its viewer asked."""

    async def fetched(  # noqa: PLR0917 - as what it stands for
        origin: dict[str, Any],
        method: str,
        uri: str,
        query_string: str,
        headers: dict[str, Any],
        body: bytes,
        viewer_is_https: bool,  # noqa: FBT001
        client_ip: str,
        viewer_xff: str,
        dist_arn: str,
    ) -> Fetched:
        host = origin["domain_name"].strip().lower()
        api = _API_HOST.fullmatch(host)
        if api is None:
            as_asked = request_origin.set((client_ip, viewer_is_https))
            try:
                return await fetch(
                    origin, method, uri, query_string, headers, body, viewer_is_https, client_ip, viewer_xff, dist_arn
                )
            finally:
                request_origin.reset(as_asked)
        sent = {name.lower(): value for name, value in request_headers(origin, headers, client_ip, viewer_xff).items()}
        if sent["host"] != host:  # as when a policy passes the viewer's on: an API answers to its own name only
            return _told(403, {"content-type": "application/json"}, b'{"message":"Forbidden"}')
        raw = (origin.get("origin_path") or "") + uri
        query = parse_qs(query_string, keep_blank_values=True)
        answered = await execute(
            f"{api[1]}.execute-api.localhost", unquote(raw), method, sent, body, query, raw, query_string
        )
        if answered is None:
            return _told(404, {"content-type": "application/json"}, b'{"message":"Not Found"}')
        status, told, content = answered
        return _told(status, told, content if isinstance(content, bytes) else content.encode())

    return fetched


def _told(status: int, headers: Mapping[str, Any], body: bytes) -> Fetched:
    return (
        status,
        http.client.responses.get(status, ""),
        {name.lower(): value for name, value in headers.items()},
        body,
    )

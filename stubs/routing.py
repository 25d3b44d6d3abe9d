"""Which service and operation a request is for, told from its method, path and headers alone."""

from collections.abc import Mapping
from urllib.parse import parse_qs

from stubs.wire import Request

_BY_TARGET = {"DynamoDB_20120810": "dynamodb", "Kinesis_20131202": "kinesis", "SageMaker": "sagemaker"}
_FORM = "application/x-www-form-urlencoded"


def route(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Return the request with its service and operation; header names come in lower case."""
    target = headers.get("x-amz-target")
    if target:
        prefix, _, operation = target.partition(".")
        return Request(_BY_TARGET.get(prefix, prefix), operation, headers, path, body)
    if path.startswith("/endpoints/") and path.endswith("/invocations"):
        return Request("sagemaker-runtime", "InvokeEndpoint", headers, path, body)
    if method == "POST" and headers.get("content-type", "").startswith(_FORM):
        action = body.partition(b"Action=")[2].partition(b"&")[0].decode()
        return Request("sns", action, headers, path, body)
    return Request("s3", _s3_operation(method, path, headers), headers, path, body)


def _s3_operation(method: str, path: str, headers: Mapping[str, str]) -> str:
    place, _, query = path.partition("?")
    has_key = bool(key_of(place, headers)[1])
    if method == "GET" and not has_key:
        return "ListObjectsV2" if "list-type" in parse_qs(query) else "ListObjects"
    if method == "PUT" and not has_key:
        return "CreateBucket"
    return {"PUT": "PutObject", "GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}.get(method, method)


def key_of(place: str, headers: Mapping[str, str]) -> tuple[str, str]:
    """Return bucket and (still quoted) key, of an address that names the bucket in its host or in its path."""
    host = headers.get("host", "")
    bucket, dot, _ = host.partition(".s3.")
    if dot:
        return bucket, place.lstrip("/")
    bucket, _, key = place.lstrip("/").partition("/")
    return bucket, key

"""S3: buckets of objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from stubs.routing import key_of
from stubs.wire import RefusalError, Request, Response

_XML = {"content-type": "application/xml"}
_PAGE = 1000


@dataclass(slots=True)
class S3:
    """Objects by bucket and key."""

    objects: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def clear(self) -> None:
        """Empty every bucket; they stay."""
        for bucket in self.objects.values():
            bucket.clear()

    def answer(self, request: Request) -> Response:  # noqa: PLR0911 (one answer for each operation)
        """Answer one call."""
        place, _, query = request.path.partition("?")
        name, quoted = key_of(place, request.headers)
        if request.operation == "CreateBucket":
            self.objects.setdefault(name, {})
            return Response(200, b"", {"location": f"/{name}"})
        if name not in self.objects:
            raise RefusalError("NoSuchBucket", "The specified bucket does not exist", 404)
        bucket, key = self.objects[name], unquote(quoted)
        if request.operation == "PutObject":
            _hold(request.headers, bucket.get(key))
            bucket[key] = _content(request)
            return Response(200, b"", {"etag": _etag(bucket[key])})
        if request.operation == "DeleteObject":
            bucket.pop(key, None)
            return Response(204, b"")
        if request.operation == "ListObjectsV2":
            return _listing(bucket, name, parse_qs(query))
        if request.operation not in ("GetObject", "HeadObject"):
            raise RefusalError("NotImplemented", f"the stub does not know {request.operation}", 501)
        if key not in bucket:
            raise RefusalError("NoSuchKey", "The specified key does not exist.", 404)
        headers = {"etag": _etag(bucket[key]), "content-type": "application/octet-stream"}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(304, b"", {"etag": headers["etag"]})
        if request.operation == "HeadObject":
            return Response(200, b"", headers | {"content-length": str(len(bucket[key]))})
        return Response(200, bucket[key], headers)


def _hold(headers: Mapping[str, str], standing: bytes | None) -> None:
    """Refuse a conditional write whose condition does not hold: `If-None-Match: *`, or `If-Match` with an etag."""
    wanted = headers.get("if-match")
    if wanted is not None and standing is None:
        raise RefusalError("NoSuchKey", "The specified key does not exist.", 404)
    beaten = headers.get("if-none-match") == "*" and standing is not None
    if beaten or (wanted is not None and wanted != _etag(standing or b"")):
        raise RefusalError("PreconditionFailed", "At least one of the preconditions you specified did not hold.", 412)


def _etag(content: bytes) -> str:
    return f'"{md5(content, usedforsecurity=False).hexdigest()}"'


def _content(request: Request) -> bytes:
    """Return an object's bytes; over TLS boto3 sends them in chunks, with their checksum after them."""
    if "aws-chunked" not in request.headers.get("content-encoding", ""):
        return request.body
    content, rest = b"", request.body
    while True:
        head, _, rest = rest.partition(b"\r\n")
        size = int(head.partition(b";")[0], 16)
        if not size:
            return content
        content, rest = content + rest[:size], rest[size + 2 :]


def _listing(bucket: dict[str, bytes], name: str, query: dict[str, list[str]]) -> Response:
    prefix = query.get("prefix", [""])[0]
    after = max(query.get(name, [""])[0] for name in ("continuation-token", "start-after"))
    keys = sorted(key for key in bucket if key.startswith(prefix) and key > after)
    page = keys[: int(query.get("max-keys", [str(_PAGE)])[0])]
    entries = "".join(
        f"<Contents><Key>{escape(key)}</Key><ETag>{escape(_etag(bucket[key]))}</ETag>"
        f"<Size>{len(bucket[key])}</Size></Contents>"
        for key in page
    )
    more = len(page) < len(keys)
    token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
    text = (
        f"<ListBucketResult><Name>{name}</Name><KeyCount>{len(page)}</KeyCount>"
        f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{entries}</ListBucketResult>"
    )
    return Response(200, text.encode(), _XML)

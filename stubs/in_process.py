"""boto3 clients whose calls never leave the process; the place where tests make calls fail."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from stubs.memory import MemoryAws
from stubs.routing import route
from stubs.wire import Request, Response

Around = Callable[[Request, Callable[[], Response]], Response]
"""Given a request and what carries it out: call it or not, once, answer its response or another, or raise."""


def connect(client: Any, aws: MemoryAws, around: Around | None = None) -> Any:
    """Make a boto3 client speak with `aws`; return it.

    Parameters
    ----------
    client
        Any client of a service that the stub has. All of botocore stays in the way: serialising, signing, retries.
    around
        Stands between the client and the service at every attempt. Raising before the call is a request that never
        arrived; raising after it a reply that was lost. botocore takes an `Exception` for trouble on the network (and
        retries its own kinds of it); a `BaseException` goes through it, as the death of the process would.
    """

    def send(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        wired = _wired(request)

        def proceed() -> Response:
            return aws.answer(wired)

        response = around(wired, proceed) if around else proceed()
        headers = {"content-length": str(len(response.body))} | dict(response.headers)
        return AWSResponse(request.url, response.status, headers, _Raw(response.body))

    client.meta.events.register("before-send", send)
    return client


def _wired(request: AWSPreparedRequest) -> Request:
    url = urlsplit(request.url)
    headers = {name.lower(): _text(value) for name, value in request.headers.items()} | {"host": url.netloc}
    body = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    path = f"{url.path}?{url.query}" if url.query else url.path
    return route(request.method, path, headers, body.encode() if isinstance(body, str) else bytes(body))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


class _Raw(BytesIO):
    """A response's bytes, with the method of urllib3 that botocore reads them by."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()

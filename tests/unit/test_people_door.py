"""The door: a request reaches the distribution as a viewer's by https, and its answer comes back as it is."""

import http.client
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from typing import Any

import pytest

from local.people.door import Door
from local.people.serving import LARGEST_BODY, Answer, Request, make_server

DOMAIN = "d111111abcdef8.cloudfront.net"


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Request], Answer]], int]]:
    """Serve a function; return the port."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[Request], Answer]) -> int:
        server = make_server(0, answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return int(server.server_port)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def ask(
    port: int, method: str, target: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Send one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, target, body, headers)
    answered = connection.getresponse()
    content = answered.read()
    connection.close()
    return answered.status, {name.lower(): value for name, value in answered.getheaders()}, content


def test_a_request_comes_to_the_distribution_as_it_was(serve: Any) -> None:
    """Method, path, query, body and headers; the host is the distribution's, and the viewer came by https."""
    seen: list[Request] = []

    def aws(request: Request) -> Answer:
        seen.append(request)
        return Answer(status=201, headers={"content-type": "text/plain", "x-cache": "Miss"}, body=b"made")

    port = serve(Door(port=serve(aws), find=lambda: DOMAIN).answer)
    status, headers, body = ask(port, "POST", "/api/a%20b?x=1&x=2", b"{}", Authorization="Bearer t", Host="127.0.0.1:1")
    assert (status, headers["x-cache"], body) == (201, "Miss", b"made")
    (request,) = seen
    assert (request.method, request.target, request.body) == ("POST", "/api/a%20b?x=1&x=2", b"{}")
    assert request.headers["authorization"] == "Bearer t"
    assert (request.headers["host"], request.headers["x-forwarded-proto"]) == (DOMAIN, "https")


def test_before_anything_is_deployed_the_door_says_so(serve: Any) -> None:
    """And lets in as soon as there is a distribution."""
    found: list[str | None] = [None, DOMAIN]
    port = serve(Door(port=serve(lambda _: Answer(body=b"page")), find=lambda: found.pop(0)).answer)
    status, headers, _ = ask(port, "GET", "/")
    assert (status, headers["retry-after"]) == (503, "5")
    assert ask(port, "GET", "/") == (200, {"content-length": "4"}, b"page")


def test_an_aws_that_is_gone_is_a_bad_gateway(serve: Any) -> None:
    """Not an exception, and not silence."""
    with make_server(0, lambda _: Answer()) as gone:
        port = gone.server_port
    assert ask(serve(Door(port=port, find=lambda: DOMAIN).answer), "GET", "/")[0] == 502


def test_heads_and_answers_without_a_body_stay_so(serve: Any) -> None:
    """The length of what GET would bring is told; 304 has none."""

    def aws(request: Request) -> Answer:
        if request.headers.get("if-none-match"):
            return Answer(status=304, headers={"etag": '"1"'})
        return Answer(headers={"etag": '"1"'}, body=b"12345")

    port = serve(Door(port=serve(aws), find=lambda: DOMAIN).answer)
    status, headers, body = ask(port, "HEAD", "/")
    assert (status, headers["content-length"], body) == (200, "5", b"")
    status, headers, body = ask(port, "GET", "/", **{"If-None-Match": '"1"'})
    assert (status, headers["etag"], body) == (304, '"1"', b"")


def test_a_body_that_is_too_large_is_refused_unread(serve: Any) -> None:
    """As much as API Gateway takes, and no more."""
    port = serve(lambda _: Answer())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(LARGEST_BODY + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_fault_is_an_answer(serve: Any) -> None:
    """Of status 500, without its text."""

    def broken(_: Request) -> Answer:
        raise ValueError("secret")

    status, _, body = ask(serve(broken), "GET", "/")
    assert status == 500
    assert b"secret" not in body

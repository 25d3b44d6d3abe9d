"""The door: what is asked of it, it asks of the distribution of the embedded CloudFront.

A distribution is found by the name in the `Host` header. Not every machine resolves names below localhost, and a page
must come from an origin that browsers trust enough for cryptography, which 127.0.0.1 is.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable

from local.people.serving import Answer, Request

_SECONDS = 35.0  # longer than API Gateway waits for a function
# Of one connection only (RFC 9110, 7.6.1), or ours to say.
_NOT_PASSED_ON = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "host"})
_NOT_YET = Answer(
    status=503,
    headers={"content-type": "text/plain; charset=utf-8", "retry-after": "5"},
    body=b"Nothing is deployed into the embedded AWS yet, so there is no console. Try again in a moment.\n",
)


class Door:
    """Passes requests on.

    Parameters
    ----------
    port
        Of the embedded AWS.
    find
        Returns the distribution's domain name, or None while there is none.
    """

    def __init__(self, *, port: int, find: Callable[[], str | None]) -> None:
        self._port, self._find = port, find
        self._domain: str | None = None
        self._of_thread = threading.local()

    def answer(self, request: Request) -> Answer:
        """Pass a request on, and its answer back."""
        self._domain = self._domain or self._find()
        if self._domain is None:
            return _NOT_YET
        headers = {name: value for name, value in request.headers.items() if name not in _NOT_PASSED_ON}
        # To the distribution a viewer came by https: it must serve nothing else, and this door is on one machine.
        headers |= {"host": self._domain, "x-forwarded-proto": "https"}
        repeatable = request.method in ("GET", "HEAD", "OPTIONS")
        # A kept connection may have been closed meanwhile. What may not be sent twice gets a new one.
        for connection in [*([self._kept()] if repeatable else []), self._new()]:
            try:
                connection.request(request.method, request.target, request.body or None, headers)
                answered = connection.getresponse()
                body = answered.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                failed = Answer(status=502, headers={"content-type": "text/plain"}, body=f"{error}\n".encode())
            else:
                self._of_thread.connection = connection
                told = {name.lower(): value for name, value in answered.getheaders()}
                passed = {name: value for name, value in told.items() if name not in _NOT_PASSED_ON}
                return Answer(status=answered.status, headers=passed, body=body)
        return failed

    def _kept(self) -> http.client.HTTPConnection:
        return getattr(self._of_thread, "connection", None) or self._new()

    def _new(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=_SECONDS)

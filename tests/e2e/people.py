"""An issuer of tokens on the loopback, and a stack whose API for people trusts it."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.e2e.conftest import Deployed, deployed_stack

AUDIENCE = "fraudstream-people"
READ, REVIEW = "fraudstream/read", "fraudstream/review"
CONSOLE = "https://console.example/review"


class Issuer:
    """Signs tokens with a key of its own (RS256), and tells the public half as OpenID Connect asks."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._documents))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop telling."""
        self._server.shutdown()
        self._server.server_close()

    def token(self, *, key: Any = None, algorithm: str = "RS256", **claims: Any) -> str:
        """Return a token that is good for an hour and both scopes, but for the claims given; None leaves one out."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "ada@example.com", "iat": now - 5, "exp": now + 3_600}
        said = usual | {"scope": f"{READ} {REVIEW}"} | claims
        head = {"alg": algorithm, "typ": "JWT", "kid": "one"}
        signed = f"{_coded(head)}.{_coded({name: value for name, value in said.items() if value is not None})}"
        signature = (key or self._key).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64(signature)}"

    def _documents(self) -> dict[str, Any]:
        numbers = self._key.public_key().public_numbers()
        key = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": "one",
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }
        return {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": {"keys": [key]},
        }


@contextmanager
def people_stack(directory: Path) -> Iterator[tuple[Deployed, Issuer]]:
    """Start a stack with both APIs, and the issuer of its tokens."""
    issuer = Issuer()
    try:
        parameters = {"JwtIssuer": issuer.url, "JwtAudience": AUDIENCE, "ConsoleUrl": CONSOLE}
        with deployed_stack(directory, **parameters) as deployed:
            yield deployed, issuer
    finally:
        issuer.close()


def _handler(documents: Any) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = documents().get(self.path)
            body = json.dumps(found or {}).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _coded(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value).encode())


def _number(value: int) -> str:
    return _base64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()

"""The few calls of the hot path as bytes over sockets."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote, urlsplit
from zlib import crc32

from benchmarks.floor.signing import Account, Signer
from benchmarks.floor.sockets import Line


class Service:
    """Signed requests of one service.

    Parameters
    ----------
    environment
        Where it is, and as whom, under boto3's own names.
    headers
        Fixed ones of every request.
    """

    def __init__(self, name: str, environment: Mapping[str, str], headers: Mapping[str, str]) -> None:
        address = urlsplit(environment["AWS_ENDPOINT_URL"])
        fixed = {"host": f"{address.hostname}:{address.port}", **headers}
        self._line = Line(address.hostname or "", address.port or 80)
        self._signer = Signer(Account.of(environment), name, fixed)
        self._head = _lines(fixed)

    def post(self, path: bytes, body: bytes) -> bytes:
        """Send a body; return the answer's."""
        signed = self._signer.headers(b"POST\n" + path, sha256(body).hexdigest().encode())
        head = b"POST %b HTTP/1.1\r\n%bcontent-length: %d\r\n%b" % (path, self._head, len(body), signed)
        return self._line.ask(head, body)


class Objects:
    """S3: objects put with their checksums, as boto3 puts them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = urlsplit(environment["AWS_ENDPOINT_URL"])
        self._host = f"{address.hostname}:{address.port}"
        self._line = Line(address.hostname or "", address.port or 80)
        self._account = Account.of(environment)

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Write one object."""
        path = f"/{bucket}/{quote(key, safe='/-_.~')}".encode()
        content = sha256(body).hexdigest()
        headers = {
            "host": self._host,
            "x-amz-checksum-crc32": b64encode(crc32(body).to_bytes(4, "big")).decode(),
            "x-amz-content-sha256": content,
        }
        signed = Signer(self._account, "s3", headers).headers(b"PUT\n" + path, content.encode())
        head = b"PUT %b HTTP/1.1\r\n%bcontent-length: %d\r\n%b" % (path, _lines(headers), len(body), signed)
        self._line.ask(head, body)


def _lines(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def dynamodb(operation: str, environment: Mapping[str, str]) -> Service:
    """Return the calls of one DynamoDB operation, on a connection of their own."""
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": f"DynamoDB_20120810.{operation}"}
    return Service("dynamodb", environment, headers)


def endpoint(environment: Mapping[str, str]) -> Service:
    """Return the calls of a model's endpoint."""
    return Service("sagemaker", environment, {"accept": "application/json", "content-type": "text/csv"})


def topic(environment: Mapping[str, str]) -> Service:
    """Return the calls of SNS."""
    return Service("sns", environment, {"content-type": "application/x-www-form-urlencoded; charset=utf-8"})

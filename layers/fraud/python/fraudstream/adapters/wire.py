"""Calls of DynamoDB of which we write and read the JSON ourselves, at a small part of what botocore takes for it.

botocore keeps what is hard: endpoint, signature, sending, retries, errors. Its general way from Python values to JSON
and back is passed by, through two of its events: `before-call`, which has the request, and `before-parse`, which has
the answer. Only this file and `signing` use what botocore does not promise, and not blindly: the first call of each
kind goes the ordinary way and is watched. Only where what botocore sent means what we would have sent, and what it read
is what we would have read, do the following calls take the short way; else all stay ordinary.
"""

import json
import threading
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from botocore import xform_name

from fraudstream.errors import StoreUnavailableError
from fraudstream.undecodable import UNDECODABLE

Answer = TypeVar("Answer")


@dataclass(slots=True)
class _UnderWay:
    """A call that a thread is making.

    Attributes
    ----------
    body
        What is to be sent instead of what botocore made; None: only watch.
    made
        What botocore made.
    answer
        The body that came back, at the last attempt.
    """

    body: bytes | None = None
    made: bytes = b""
    answer: bytes = b""


_thread = threading.local()
"""Its `call` is what this thread has under way: events do not say whose they are."""


class JsonCall(Generic[Answer]):
    """One operation of a client, from the bytes of its request to its answer as a msgspec type.

    Parameters
    ----------
    client
        A boto3 client of a service that speaks JSON. Its other calls, by whomever, are not touched.
    operation
        Such as BatchGetItem.
    outline
        The least parameters that are valid, for botocore to find the endpoint by; what is sent is the body.
    answer
        What is wanted of the answer; binaries are `bytes`.

    Attributes
    ----------
    short
        Whether calls take the short way.
    """

    def __init__(self, client: Any, operation: str, outline: Mapping[str, Any], answer: type[Answer]) -> None:
        self.short = False
        self._operation = operation
        self._method = getattr(client, xform_name(operation))
        self._outline = outline
        self._type = answer
        self._decoder = msgspec.json.Decoder(answer)
        name = f"{client.meta.service_model.service_id.hyphenize()}.{operation}"
        for event, handler in (("before-call", _before_call), ("before-parse", _before_parse)):
            client.meta.events.register(f"{event}.{name}", handler, unique_id=f"fraudstream-{event}-{name}")

    def __call__(self, body: bytes) -> Answer:
        """Send a request and return its answer.

        Raises
        ------
        StoreUnavailableError
            If the answer is not of the type wanted.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
            As from the client's own method.
        """
        call = _UnderWay(body if self.short else None)
        _thread.call = call
        try:
            answer = self._method(**(self._outline if call.body is not None else parameters_of(body)))
        finally:
            _thread.call = None
        try:
            if call.body is not None:
                return self._decoder.decode(call.answer)
            plain = msgspec.convert(answer, self._type)
        except UNDECODABLE as error:
            raise StoreUnavailableError(f"{self._operation} answered something else than agreed: {error}") from None
        self.short = self._agrees(call, body, plain)
        return plain

    def _agrees(self, call: _UnderWay, body: bytes, plain: Answer) -> bool:
        try:
            return bool(json.loads(call.made) == json.loads(body) and self._decoder.decode(call.answer) == plain)
        except UNDECODABLE:
            return False


def _before_call(params: dict[str, Any], **_: Any) -> None:
    call: _UnderWay | None = getattr(_thread, "call", None)
    if call is None:
        return
    call.made = params.get("body", b"")
    if call.body is not None:
        params["body"] = call.body


def _before_parse(response_dict: dict[str, Any], **_: Any) -> None:
    call: _UnderWay | None = getattr(_thread, "call", None)
    if call is None:
        return
    call.answer = response_dict.get("body", b"")
    if call.body is not None and response_dict["status_code"] < 300:
        response_dict["body"] = b"{}"  # nothing left to parse; errors are botocore's


def parameters_of(body: bytes) -> dict[str, Any]:
    """Return a request as boto3 takes it: binaries (`{"B": ...}`) are bytes and not their Base64."""
    parameters: dict[str, Any] = json.loads(body, object_hook=_binary)
    return parameters


def _binary(value: dict[str, Any]) -> dict[str, Any]:
    return {"B": b64decode(value["B"])} if value.keys() == {"B"} and isinstance(value["B"], str) else value

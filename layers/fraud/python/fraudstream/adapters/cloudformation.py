"""Answering CloudFormation, which calls functions for its custom resources: exactly once, whatever happens.

Of the standard library only: where another layer is missing or made for another platform, CloudFormation still hears.
"""

import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

_LOG = logging.getLogger(__name__)
_ATTEMPTS = 4
_REASON_CHARACTERS = 1000  # the whole answer may have 4,096 bytes


def put_json(url: str, body: bytes) -> None:
    """PUT to the address CloudFormation signed, which allows no content type."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": ""}, method="PUT")  # noqa: S310
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - the address comes from CloudFormation
        pass


class Answer:
    """A block of code whose outcome CloudFormation hears of.

    It hears SUCCESS with `data` if the block ends, FAILED with the reason if it raises, and FAILED too if it is not
    done after `give_up_after_seconds`. What the block raises stays inside: Lambda would only run it again.

    Parameters
    ----------
    event
        CloudFormation's request.
    give_up_after_seconds
        When to answer on behalf of a block that is not done.
    put, sleep
        How to send the answer, and to wait between attempts.

    Examples
    --------
    >>> with Answer(event, give_up_after_seconds=100) as answer:  # doctest: +SKIP
    ...     answer.data = {"Digest": "..."}
    """

    def __init__(
        self,
        event: Mapping[str, Any],
        *,
        give_up_after_seconds: float,
        put: Callable[[str, bytes], None] = put_json,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.data: dict[str, str] = {}
        self._event = event
        self._put = put
        self._sleep = sleep
        self._lock = threading.Lock()
        self._answered = False
        self._timer = threading.Timer(give_up_after_seconds, self._fail, ["it was not done in time"])
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._timer.cancel()
        if error is None:
            self._send("SUCCESS", "")
        else:
            _LOG.error("the custom resource failed", exc_info=error)
            self._fail(f"{type(error).__name__}: {error}")
        return True

    def _fail(self, reason: str) -> None:
        self._send("FAILED", reason[:_REASON_CHARACTERS])

    def _send(self, status: str, reason: str) -> None:
        with self._lock:  # the timer may come between
            if self._answered:
                return
            self._answered = True
        body = {
            "Status": status,
            "Reason": reason,
            # The same for the resource's whole life: a new one would make CloudFormation delete the old.
            "PhysicalResourceId": self._event.get("PhysicalResourceId") or self._event["LogicalResourceId"],
            "StackId": self._event["StackId"],
            "RequestId": self._event["RequestId"],
            "LogicalResourceId": self._event["LogicalResourceId"],
            "Data": self.data if status == "SUCCESS" else {},
        }
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._put(self._event["ResponseURL"], json.dumps(body).encode())
            except OSError as error:
                _LOG.warning("answer not delivered, attempt %d: %s", attempt, error)
                if attempt < _ATTEMPTS:
                    self._sleep(2.0**attempt)
            else:
                return
        _LOG.error("CloudFormation did not take the answer; it gives up by itself after ServiceTimeout")

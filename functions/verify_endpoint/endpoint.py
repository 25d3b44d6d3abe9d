"""The live endpoint, asked with patience."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError

_SERVER_ERROR = 500
_TOO_MANY_REQUESTS = 429
_LONGEST_PAUSE_SECONDS = 20.0


class EndpointUnavailableError(Exception):
    """The endpoint could not be asked within the time there was."""


class RefusedError(Exception):
    """The model behind the endpoint answered with an error, and would again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint; `seconds_left` says how long its caller can still wait."""

    name: str
    sagemaker: Any
    runtime: Any
    seconds_left: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep

    def configuration(self) -> tuple[str, str]:
        """Return the live configuration's name and the endpoint's status."""
        found = self.sagemaker.describe_endpoint(EndpointName=self.name)
        return found["EndpointConfigName"], found["EndpointStatus"]

    def invoke(self, body: bytes) -> bytes:
        """Score a CSV body. A fresh endpoint may still be waking: what can pass is tried again while time is left.

        Raises
        ------
        RefusedError
            If the container itself answered with an error, to the last.
        EndpointUnavailableError
            If it could not be reached to the last.
        """
        pause_seconds = 1.0
        while True:
            try:
                answer = self.runtime.invoke_endpoint(
                    EndpointName=self.name, ContentType="text/csv", Accept="application/json", Body=body
                )
                return answer["Body"].read()
            except (ClientError, HTTPClientError) as error:
                if not _can_pass(error) or self.seconds_left() < pause_seconds:
                    raise _named(error) from error
            self.sleep(pause_seconds)
            pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)


def _can_pass(error: Exception) -> bool:
    if not isinstance(error, ClientError):
        return True  # no answer at all: refused connections, timeouts
    status = error.response.get("OriginalStatusCode") or error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status >= _SERVER_ERROR or status == _TOO_MANY_REQUESTS or "Throttl" in error.response["Error"]["Code"]


def _named(error: Exception) -> Exception:
    if isinstance(error, ClientError) and error.response["Error"]["Code"] == "ModelError":
        return RefusedError(error.response.get("OriginalMessage") or str(error))
    return EndpointUnavailableError(str(error))

"""The model on a SageMaker endpoint: one call a batch, tight timeouts, a breaker while it is away."""

import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from botocore.exceptions import BotoCoreError, ClientError
from numpy.typing import NDArray

from fraudstream.errors import EndpointMissingError, EndpointUnavailableError
from fraudstream.scoring import CONTENT_TYPE, Scores, json_rows, read_answer, request_body

ATTEMPTS = 3
CONNECT_SECONDS, READ_SECONDS = 1.0, 5.0
"""Timeouts that the client is to have."""
_FIRST_PAUSE_SECONDS = 0.2
_PAUSES_SECONDS = tuple(_FIRST_PAUSE_SECONDS * 2**attempt for attempt in range(1, ATTEMPTS))
WORST_CASE_SECONDS = ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS) + sum(_PAUSES_SECONDS)
"""How long `Endpoint.score` takes at most, unless an answer comes in drops: what a batch must have left to begin."""
BREAKER_SECONDS = 5.0


class Endpoint:
    """`ports.Scorer` over an endpoint.

    The client must not retry by itself: a call is tried `ATTEMPTS` times here, jittered, and after that the breaker
    stays open for `BREAKER_SECONDS`, in which calls fail at once, so that a sick endpoint is not also flooded.
    """

    def __init__(
        self,
        client: Any,
        name: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep
        self._monotonic = monotonic
        self._open_until = -1.0

    def score(self, features: NDArray[np.float32], explain: int) -> Scores:
        """Return scores of all rows, in one call: a portion of the pipeline is far below what an endpoint takes.

        Raises
        ------
        EndpointMissingError
            No endpoint of that name exists.
        EndpointUnavailableError
            It did not answer, or not usably.
        """
        if self._monotonic() < self._open_until:
            raise EndpointUnavailableError(f"endpoint {self._name} failed a moment ago and is left alone")
        body = request_body(json_rows(features), explain)
        failure: Exception | None = None
        for pause_seconds in (0.0, *_PAUSES_SECONDS):
            if pause_seconds:
                self._sleep(random.uniform(0.5, 1) * pause_seconds)  # noqa: S311
            try:
                return read_answer(self._invoke(body), len(features))
            except (EndpointUnavailableError, ClientError, BotoCoreError) as error:
                if is_missing(error):
                    raise EndpointMissingError(f"there is no endpoint {self._name}") from error
                failure = error
        self._open_until = self._monotonic() + BREAKER_SECONDS
        raise EndpointUnavailableError(f"endpoint {self._name}: {failure}") from failure

    def _invoke(self, body: bytes) -> bytes:
        answer = self._client.invoke_endpoint(
            EndpointName=self._name, ContentType=CONTENT_TYPE, Accept="application/json", Body=body
        )
        content: bytes = answer["Body"].read()
        return content


def is_missing(error: Exception) -> bool:
    """Tell whether an error says that the endpoint does not exist (rather than that the request was wrong)."""
    if not isinstance(error, ClientError):
        return False
    details = error.response.get("Error", {})
    return details.get("Code") == "ValidationError" and "not found" in details.get("Message", "")

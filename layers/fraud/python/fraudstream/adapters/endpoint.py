"""The model on a SageMaker endpoint: one call a batch, tight timeouts, a breaker while it is away."""

import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from botocore.exceptions import BotoCoreError, ClientError
from numpy.typing import NDArray

from fraudstream.errors import EndpointMissingError, EndpointUnavailableError
from fraudstream.scoring import CONTENT_TYPE, MAX_ROWS, Scores, json_rows, read_answer, request_body

ATTEMPTS = 3
_FIRST_PAUSE_SECONDS = 0.2
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
        """Return scores of all rows: one call, or one for each `MAX_ROWS` rows of a very large batch.

        Raises
        ------
        EndpointMissingError
            No endpoint of that name exists.
        EndpointUnavailableError
            It did not answer, or not usably.
        """
        if self._monotonic() < self._open_until:
            raise EndpointUnavailableError(f"endpoint {self._name} failed a moment ago and is left alone")
        rows = json_rows(features)
        parts = [self._score_part(rows[start : start + MAX_ROWS], explain) for start in range(0, len(rows), MAX_ROWS)]
        return parts[0] if len(parts) == 1 else _joined(parts)

    def _score_part(self, rows: list[bytes], explain: int) -> Scores:
        body = request_body(rows, explain)
        failure: Exception | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(random.uniform(0.5, 1) * _FIRST_PAUSE_SECONDS * 2**attempt)  # noqa: S311
            try:
                return read_answer(self._invoke(body), len(rows))
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


def _joined(parts: list[Scores]) -> Scores:
    """Join the answers of several calls; they must come of one model."""
    first = parts[0]
    if any(part.model_version != first.model_version for part in parts):
        raise EndpointUnavailableError("the endpoint changed its model between the calls of one batch")
    contributions: dict[int, list[float]] = {}
    offset = 0
    for part in parts:
        contributions |= {row + offset: values for row, values in part.contributions.items()}
        offset += len(part.values)
    return Scores(
        values=np.concatenate([part.values for part in parts]),
        model_version=first.model_version,
        thresholds=first.thresholds,
        contributions=contributions,
    )

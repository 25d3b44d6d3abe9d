"""The comparison: configuration, model, schema, and every golden score."""

import math
from dataclasses import dataclass
from typing import Any, Protocol

from endpoint import RefusedError
from golden import GoldenRows
from wire import Scored, WireError, parse_scored, request_of

_TOLERANCE = 1e-6


class LiveEndpoint(Protocol):
    """What is asked here of an endpoint."""

    def configuration(self) -> tuple[str, str]:
        """Return the live configuration's name and the endpoint's status."""

    def invoke(self, body: bytes) -> bytes:
        """Score a CSV body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must be live."""

    endpoint_config_name: str
    schema_hash: str
    model_version: str


def verify(endpoint: LiveEndpoint, *, expected: Expected, golden: GoldenRows) -> dict[str, Any]:
    """Compare what is live with what is expected.

    Returns
    -------
    dict
        ``verified``, ``reason`` (a sentence), ``rows``, and ``largest_difference`` where scores were compared.
    """
    name, status = endpoint.configuration()
    if (name, status) != (expected.endpoint_config_name, "InService"):
        # Also how an update looks that SageMaker rolled back by itself: in service, with the old configuration.
        return _refused(golden, f"the endpoint is {status} with {name}, not with {expected.endpoint_config_name}")
    try:
        scored = parse_scored(endpoint.invoke(request_of(golden.rows, schema_hash=expected.schema_hash)))
    except (RefusedError, WireError) as error:
        return _refused(golden, f"the endpoint does not score the golden rows: {error}")
    if doubt := _doubt(scored, expected, golden):
        return _refused(golden, doubt)
    largest = max(abs(live - known) for live, known in zip(scored.scores, golden.scores, strict=True))
    if not largest <= _TOLERANCE:
        return _refused(golden, f"a golden score differs by {largest:.3g}", largest_difference=largest)
    reason = f"{len(golden.rows)} golden rows scored as they were evaluated, within {_TOLERANCE:g}"
    return {"verified": True, "reason": reason, "rows": len(golden.rows), "largest_difference": largest}


def _doubt(scored: Scored, expected: Expected, golden: GoldenRows) -> str | None:
    if scored.schema_hash != expected.schema_hash:
        return f"the live model wants features {scored.schema_hash}, not {expected.schema_hash}"
    if scored.model_version != expected.model_version:
        return f"the live model is {scored.model_version}, not {expected.model_version}"
    if len(scored.scores) != len(golden.rows):
        return f"{len(golden.rows)} rows were answered with {len(scored.scores)} scores"
    if not all(math.isfinite(score) and 0.0 <= score <= 1.0 for score in scored.scores):
        return "a score is not a number from 0 to 1"
    return None


def _refused(golden: GoldenRows, reason: str, **more: Any) -> dict[str, Any]:
    return {"verified": False, "reason": reason, "rows": len(golden.rows), **more}

"""What is said to the model's endpoint, and how its answer is judged.

The wire format: docs/decisions/2026-11-23-endpoint-answer.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import EndpointUnavailableError
from fraudstream.features import FEATURE_NAMES, SCHEMA_HASH
from fraudstream.undecodable import UNDECODABLE

CONTENT_TYPE = "text/csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Scores from which a transaction is reviewed, and blocked; chosen with the model, shipped with the model."""

    review: float
    block: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Answer of a model for n rows.

    Attributes
    ----------
    values
        Fraud scores, each finite and within 0 to 1, shape (n,).
    contributions
        Exact SHAP contributions, one per feature and last the bias, in log-odds, of the rows that were explained.
    """

    values: NDArray[np.float64]
    model_version: str
    thresholds: Thresholds
    contributions: dict[int, list[float]] = field(default_factory=dict)


class _Thresholds(msgspec.Struct, frozen=True):
    review: float
    block: float


class _Answer(msgspec.Struct, frozen=True):
    model_version: str
    schema_hash: str
    thresholds: _Thresholds
    scores: list[float]
    reasons: dict[int, list[float]]


_DECODER = msgspec.json.Decoder(_Answer, strict=False)


def json_rows(features: NDArray[np.float32]) -> Sequence[bytes]:
    """Return each row as a JSON array, exact to the bit: the shortest text of the float64 of each float32, or null."""
    return _json_rows(features.astype("<f4").tobytes(), features.shape[1]) if len(features) else ()


@lru_cache(maxsize=1)
def _json_rows(packed: bytes, width: int) -> Sequence[bytes]:
    # The archive writes what the model was asked, a moment later: one text serves both.
    values = np.frombuffer(packed, "<f4").reshape(-1, width).astype(np.float64)
    return tuple(msgspec.json.encode(values.tolist())[1:-1].replace(b"],[", b"]\n[").split(b"\n"))


def request_body(rows: Sequence[bytes], explain: int) -> bytes:
    """Return the request for rows as `json_rows` gives them, asking for at most `explain` explanations."""
    head = b"#schema=%s,explain=%d\n" % (SCHEMA_HASH.encode(), explain)
    return head + b"\n".join(rows).translate(None, b"[]").replace(b"null", b"nan")


def read_answer(body: bytes, rows: int) -> Scores:
    """Return a model's answer to `rows` rows, or refuse it.

    Raises
    ------
    EndpointUnavailableError
        Where the answer cannot be decided upon: not the agreed JSON, another feature schema, the wrong number of
        scores, a score or threshold that is not a number from 0 to 1, contributions of the wrong width.
    """
    try:
        answer = _DECODER.decode(body)
    except UNDECODABLE as error:
        raise EndpointUnavailableError(f"endpoint answered something else than agreed: {error}") from None
    if answer.schema_hash != SCHEMA_HASH:
        raise EndpointUnavailableError(
            f"model {answer.model_version} was made for features {answer.schema_hash}, not {SCHEMA_HASH}"
        )
    values = np.array(answer.scores, np.float64)
    limits = np.array([answer.thresholds.review, answer.thresholds.block])
    if len(values) != rows:
        raise EndpointUnavailableError(f"endpoint answered {len(values)} scores for {rows} rows")
    if not (_within_unit(values) and _within_unit(limits) and limits[0] <= limits[1]):
        raise EndpointUnavailableError("endpoint answered scores or thresholds that are not within 0 to 1")
    for row, contributions in answer.reasons.items():
        if not 0 <= row < rows or len(contributions) != len(FEATURE_NAMES) + 1 or not np.isfinite(contributions).all():
            raise EndpointUnavailableError("endpoint answered contributions that do not fit the rows asked")
    return Scores(
        values=values,
        model_version=answer.model_version,
        thresholds=Thresholds(review=answer.thresholds.review, block=answer.thresholds.block),
        contributions=answer.reasons,
    )


def _within_unit(values: NDArray[np.float64]) -> bool:
    return bool(np.all((values >= 0) & (values <= 1)))

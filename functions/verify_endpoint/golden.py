"""Golden rows: feature rows, and the scores the evaluated model gave them."""

import json
import math
from dataclasses import dataclass
from typing import Any

_FEWEST = 32


class GoldenRowsError(Exception):
    """The golden rows cannot serve as a proof; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenRows:
    """Rows of equal width (nan is a missing value) and one score each."""

    rows: tuple[tuple[float, ...], ...]
    scores: tuple[float, ...]


def read_golden_rows(address: str, *, s3: Any) -> GoldenRows:
    """Read ``s3://bucket/key``.

    Raises
    ------
    GoldenRowsError
        If the rows are too few, ragged, or do not match their scores.
    """
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return parse_golden_rows(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def parse_golden_rows(text: bytes) -> GoldenRows:
    """Parse ``{"rows": [[...]], "scores": [...]}``, where null is a missing value.

    Raises
    ------
    GoldenRowsError
        As `read_golden_rows`.
    """
    try:
        document = json.loads(text)
        rows = tuple(tuple(math.nan if cell is None else float(cell) for cell in row) for row in document["rows"])
        scores = tuple(float(score) for score in document["scores"])
    except (ValueError, TypeError, KeyError) as error:
        raise GoldenRowsError(f"the golden rows are not of the agreed form: {error!r}") from error
    if len(rows) < _FEWEST:
        raise GoldenRowsError(f"there are {len(rows)} golden rows; {_FEWEST} are the fewest that prove anything")
    if len(scores) != len(rows) or len({len(row) for row in rows}) != 1:
        raise GoldenRowsError("the golden rows do not have one width, or not one score each")
    return GoldenRows(rows=rows, scores=scores)

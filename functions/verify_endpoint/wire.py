"""What the endpoint is sent and what it answers, as training/inference.py speaks it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass


class WireError(Exception):
    """The endpoint answered something else than the agreed form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """An answer: who scored, and the scores in the order of the rows."""

    model_version: str
    schema_hash: str
    scores: tuple[float, ...]


def request_of(rows: Sequence[Sequence[float]], *, schema_hash: str) -> bytes:
    """CSV with the schema's line before it; ``repr`` keeps every bit of a number, and writes a missing one ``nan``."""
    lines = [f"#schema={schema_hash},explain=0", *(",".join(map(repr, row)) for row in rows)]
    return "\n".join(lines).encode()


def parse_scored(body: bytes) -> Scored:
    """Parse the JSON answer to a request with a schema line.

    Raises
    ------
    WireError
        If it is not of the agreed form.
    """
    try:
        document = json.loads(body)
        return Scored(
            model_version=str(document["model_version"]),
            schema_hash=str(document["schema_hash"]),
            scores=tuple(float(score) for score in document["scores"]),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise WireError(f"the answer is not of the agreed form: {error!r}") from error

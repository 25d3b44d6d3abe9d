"""A model for worlds: what it says follows from the row and the version, so that every score can be made again."""

from collections.abc import Callable

import msgspec
import numpy as np
from fraudstream.features import FEATURE_NAMES, SCHEMA_HASH
from fraudstream.scoring import Thresholds, json_rows, request_body

_AMOUNT = FEATURE_NAMES.index("amount")
_SCALES = {"model-1": 1000.0, "model-2": 700.0}
THRESHOLDS = {"model-1": Thresholds(review=0.5, block=0.9), "model-2": Thresholds(review=0.45, block=0.85)}


def score_of(version: str, row: bytes) -> float:
    """Return the score of one CSV row: it grows with the amount."""
    amount = float(row.split(b",")[_AMOUNT])
    return amount / (amount + _SCALES[version])


def score_again(version: str, features: bytes) -> float:
    """Return the score of a packed feature vector, as a decision keeps it."""
    row = json_rows(np.frombuffer(features, "<f4").reshape(1, -1))
    return score_of(version, request_body(row, 0).split(b"\n")[1])


def model(version: str) -> Callable[[bytes], bytes]:
    """Return an endpoint's answer to a request, as `training/inference.py` words it."""

    def answer(body: bytes) -> bytes:
        head, *rows = body.split(b"\n")
        assert head.startswith(b"#schema=%s," % SCHEMA_HASH.encode())
        scores = [score_of(version, row) for row in rows]
        limits = THRESHOLDS[version]
        flagged = [row for row, score in enumerate(scores) if score >= limits.review]
        return msgspec.json.encode(
            {
                "model_version": version,
                "schema_hash": SCHEMA_HASH,
                "thresholds": {"review": limits.review, "block": limits.block},
                "scores": scores,
                "reasons": {str(row): [scores[row], *([0.0] * len(FEATURE_NAMES))] for row in flagged},
            }
        )

    return answer

"""Lines of the archive, as far as drift needs them."""

from collections.abc import Iterator

import msgspec
import zstandard
from msgspec import Struct

_LARGEST_OBJECT = 256 << 20
"""Of one object's lines; a batch is 10,000 records at most."""


class _Transaction(Struct, frozen=True):
    transaction_id: str
    card_id: str


class _Decision(Struct, frozen=True):
    terminal_id: str
    features_version: str
    fraud_score: float | None = None
    model_version: str | None = None


class _Line(Struct, frozen=True):
    kind: str
    transaction: _Transaction | None = None
    decision: _Decision | None = None
    features: list[float | None] | None = None


class Row(Struct, frozen=True):
    """One transaction as it was served; ids only, and what the model saw."""

    transaction_id: str
    card: str
    terminal: str
    features_version: str
    model_version: str | None
    score: float | None
    features: list[float | None]


_decode = msgspec.json.Decoder(_Line).decode


def rows_of(body: bytes) -> list[Row] | None:
    """Return the transactions of an archived object; None for one that cannot be read."""
    try:
        content = zstandard.ZstdDecompressor().decompress(body, max_output_size=_LARGEST_OBJECT)
        return list(_rows(content))
    except (zstandard.ZstdError, msgspec.DecodeError):
        return None


def _rows(content: bytes) -> Iterator[Row]:
    for text in content.split(b"\n"):
        line = _decode(text) if text else None
        if line is None or line.transaction is None or line.decision is None or line.features is None:
            continue
        yield Row(
            line.transaction.transaction_id,
            line.transaction.card_id,
            line.decision.terminal_id,
            line.decision.features_version,
            line.decision.model_version,
            line.decision.fraud_score,
            line.features,
        )

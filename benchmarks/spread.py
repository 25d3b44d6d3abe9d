"""Medians with their spread."""

from collections.abc import Sequence
from statistics import median, quantiles


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return median and quartiles; with fewer than two values all are the same."""
    if len(values) < 2:
        return dict.fromkeys(("median", "low", "high"), values[0])
    low, _, high = quantiles(values, n=4, method="inclusive")
    return {"median": median(values), "low": low, "high": high}

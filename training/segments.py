"""A model's figures where transactions differ: by amount, hour, way of payment, card and currency."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from dataset import Part
from fraudstream.quality import average_precision
from measures import finite
from numpy.typing import NDArray
from thresholds import Thresholds, describe

_HOUR_MS = 3_600_000
_NIGHT_UNTIL = 6
_CURRENCIES = 5
_QUANTILES = (0.5, 0.9, 0.99)
_Rows = NDArray[np.bool_]


def segments(part: Part, score: NDArray[np.float64], thresholds: Thresholds) -> list[dict[str, Any]]:
    """Return the figures of each segment that has transactions, and that is not all of them.

    A few frauds tell little: rows and frauds stand beside every figure.
    """
    told = []
    for kind, name, rows in _kinds(part):
        if not rows.any() or rows.all():
            continue
        at = describe(thresholds, part.fraud[rows], score[rows])
        told.append(
            {
                "by": kind,
                "segment": name,
                "rows": int(rows.sum()),
                "frauds": int(part.fraud[rows].sum()),
                "average_precision": finite(average_precision(part.fraud[rows], score[rows])),
                "alert_rate": at["alert_rate"],
                "alert_precision": at["alert_precision"],
                "alert_recall": at["alert_recall"],
            }
        )
    return told


def _kinds(part: Part) -> Iterator[tuple[str, str, _Rows]]:
    yield from _amounts(part)
    night = part.event_time_ms // _HOUR_MS % 24 < _NIGHT_UNTIL
    yield "hour (UTC)", f"night, 0 to {_NIGHT_UNTIL}", night
    yield "hour (UTC)", f"day, {_NIGHT_UNTIL} to 24", ~night
    yield from _flags(part, "is_card_not_present", "entry", ("card present", "card not present"))
    seen = _column(part, "card_count_30d")
    if seen is not None:
        yield "card", "not seen in 30 days", seen == 0
        yield "card", "seen in 30 days", seen > 0
    yield from _currencies(part)


def _amounts(part: Part) -> Iterator[tuple[str, str, _Rows]]:
    """Yield bands between quantiles of the amount, each currency by its own, so that amounts need no exchange rate."""
    currencies, codes = np.unique(part.currency.astype(str), return_inverse=True)
    band = np.zeros(len(part), np.int64)
    for code in range(len(currencies)):
        rows = codes == code
        edges = np.quantile(part.amount_minor[rows], _QUANTILES)
        band[rows] = np.searchsorted(edges, part.amount_minor[rows])
    names = ("smaller half", "half to nine tenths", "highest tenth, less the last", "highest hundredth")
    for position, name in enumerate(names):
        yield "amount", name, band == position


def _flags(part: Part, feature: str, kind: str, names: tuple[str, str]) -> Iterator[tuple[str, str, _Rows]]:
    column = _column(part, feature)
    if column is None:
        return
    for value, name in enumerate(names):
        yield kind, name, column == value
    yield kind, "unknown", np.isnan(column)


def _currencies(part: Part) -> Iterator[tuple[str, str, _Rows]]:
    currencies, codes, counts = np.unique(part.currency.astype(str), return_inverse=True, return_counts=True)
    most = np.argsort(-counts, kind="stable")
    for code in most[:_CURRENCIES]:
        yield "currency", str(currencies[code]), codes == code
    yield "currency", "all others", ~np.isin(codes, most[:_CURRENCIES])


def _column(part: Part, feature: str) -> NDArray[np.float32] | None:
    """Return a feature's column; None if this schema has none of that name."""
    if feature not in part.schema.feature_names:
        return None
    return part.features[:, part.schema.feature_names.index(feature)]

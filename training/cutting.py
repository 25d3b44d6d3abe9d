"""From the log and its features to the three labelled parts."""

from typing import Any

import numpy as np
import pandas as pd
from dataset import Part, Schema
from jobs import iso
from known import Chosen, Known
from numpy.typing import NDArray
from windows import DAY_MS, Window, Wish

_REPORTED_MS = 7 * DAY_MS
"""Cards are left alone that had a fraud in this long before the gap (the Handbook's training week)."""


class Log:
    """The log, sorted by time, with its features; or of a log what `needed` names."""

    def __init__(self, frame: pd.DataFrame, features: NDArray[np.float32], schema: Schema) -> None:
        self.frame = frame
        self.features = features
        self.schema = schema
        self.known = Known.of(frame)

    def parts(self, chosen: Chosen, wish: Wish) -> dict[str, Part]:
        """Return the labelled rows of each window."""
        return {name: self._part(name, chosen, wish) for name in ("train", "validation", "test")}

    def rows(self, name: str, chosen: Chosen) -> NDArray[np.int64]:
        """Return the positions of a part's rows in the log."""
        window: Window = getattr(chosen.cut, name)
        return np.flatnonzero(chosen.usable(self.known) & window.holds(self.known.event_ms))

    def _part(self, name: str, chosen: Chosen, wish: Wish) -> Part:
        rows = self.rows(name, chosen)
        frame = self.frame.iloc[rows]
        window: Window = getattr(chosen.cut, name)
        return Part(
            schema=self.schema,
            features=self.features[rows],
            fraud=chosen.fraud(name, self.known)[rows],
            transaction_id=frame["transaction_id"].to_numpy(object),
            card_id=frame["card_id"].to_numpy(object),
            event_time_ms=self.known.event_ms[rows],
            amount_minor=frame["amount_minor"].to_numpy(np.int64),
            currency=frame["currency"].to_numpy(object),
            card_reported=self._reported(rows, reported_since(window, wish)),
        )

    def _reported(self, rows: NDArray[np.int64], since_ms: int) -> NDArray[np.bool_]:
        """Return which rows' cards had a fraud since then that was known before the row's UTC day began."""
        frauds = self.known.fraud & (self.known.event_ms >= since_ms)
        known = pd.Series(self.known.label_ms[frauds]).groupby(self.frame["card_id"].to_numpy(object)[frauds]).min()
        first = self.frame["card_id"].iloc[rows].map(known).to_numpy(np.float64)  # NaN: never
        return first <= self.known.event_ms[rows] // DAY_MS * DAY_MS


def needed(known: Known, chosen: Chosen, wish: Wish) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the rows that parts are made of, and those that parts depend on besides: earlier frauds of their cards.

    A `Log` of these rows alone has the same parts as the whole log's.
    """
    cut = chosen.cut
    inside = np.zeros(len(known.event_ms), bool)
    for window in (cut.train, cut.validation, cut.test):
        inside |= window.holds(known.event_ms)
    own = inside & chosen.usable(known)
    return own, own | (known.fraud & (known.event_ms >= reported_since(cut.train, wish)))


def reported_since(window: Window, wish: Wish) -> int:
    """Return from when on a fraud makes its card one that is known in a window."""
    return window.start_ms - wish.delay_ms - _REPORTED_MS


def describe(chosen: Chosen, parts: dict[str, Part], as_of_ms: int) -> dict[str, Any]:
    """Return the cut in words and numbers, for the report."""
    cut = chosen.cut
    return {
        "protocol": cut.protocol,
        "as_of": iso(as_of_ms),
        "gap_days": cut.gap_ms / DAY_MS,
        "windows": {
            name: {
                "from": iso(getattr(cut, name).start_ms),
                "until": iso(getattr(cut, name).end_ms),
                "rows": len(part),
                "frauds": int(part.fraud.sum()),
                "cards": len(np.unique(part.card_id.astype(str))),
            }
            for name, part in parts.items()
        },
    }

"""From the log and its features to the three labelled parts."""

from typing import Any

import numpy as np
import pandas as pd
from checks import NothingToLearnError, OneClassError, check_part
from dataset import Part, Schema
from fraudstream.columns import FRAUD, UNKNOWN
from jobs import iso
from moments import epoch_ms
from numpy.typing import NDArray
from raw_data import LABELS
from windows import DAY_MS, Cut, Window, Wish, dated, proportional

FEWEST_ROWS = {"train": 200, "validation": 50, "test": 50}
_REPORTED_MS = 7 * DAY_MS
"""Cards are left alone that had a fraud in this long before the gap (the Handbook's training week)."""


class Log:
    """The log in arrays, as known at `as_of_ms`, sorted by time."""

    def __init__(self, frame: pd.DataFrame, features: NDArray[np.float32], schema: Schema, as_of_ms: int) -> None:
        self.frame = frame
        self.features = features
        self.schema = schema
        self.as_of_ms = as_of_ms
        self.event_ms = epoch_ms(frame["event_time"])
        self.label_ms = epoch_ms(frame["label_time"])
        label = frame["label"].map(LABELS).fillna(UNKNOWN).to_numpy(np.int8)
        self.fraud = label == FRAUD
        self.labelled = label != UNKNOWN

    def cut(self, wish: Wish) -> tuple[Cut, dict[str, Part], list[str]]:
        """Return the cut, the three parts, and what to warn of.

        The dated cut where history is long enough for it and each part has both classes, else the proportional one.

        Raises
        ------
        NothingToLearnError, OneClassError
            If not even the proportional cut has both classes and rows enough in each part.
        """
        found = dated(int(self.event_ms[0]), self.as_of_ms, wish)
        reason = "history is too short for warm-up, train, validation, gap and test"
        if found is not None:
            parts = self._parts(found, np.ones(len(self.event_ms), bool), wish)
            try:
                self._check(parts)
            except (NothingToLearnError, OneClassError) as error:
                reason = str(error)
            else:
                return found, parts, []
        usable = self._usable(wish)
        found = proportional(self.event_ms[usable])
        if found is None:
            raise NothingToLearnError(
                f"{int(usable.sum())} rows whose truth is known are too few, or too close in time, to cut by time"
            )
        parts = self._parts(found, usable, wish)
        self._check(parts)
        return found, parts, [f"cut by share of rows, without a gap, because {reason}: figures are optimistic"]

    def describe(self, cut: Cut, parts: dict[str, Part]) -> dict[str, Any]:
        """Return the cut in words and numbers, for the report."""
        return {
            "protocol": cut.protocol,
            "as_of": iso(self.as_of_ms),
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

    def _usable(self, wish: Wish) -> NDArray[np.bool_]:
        """Return the rows whose truth is known: old enough that silence speaks, or else labelled either way."""
        matured = self.event_ms <= self.as_of_ms - wish.delay_ms
        if (self.labelled & ~self.fraud).any() and int(matured.sum()) < int(self.labelled.sum()):
            return self.labelled
        return matured

    def _parts(self, cut: Cut, usable: NDArray[np.bool_], wish: Wish) -> dict[str, Part]:
        # What is learned from is labelled as it was known when test began; only a dated cut can afford that.
        known_by = cut.test.start_ms if cut.protocol == "dated" else self.as_of_ms
        known_then = self.fraud & (self.label_ms <= known_by)
        return {
            "train": self._part(cut.train, usable, known_then, wish),
            "validation": self._part(cut.validation, usable, known_then, wish),
            "test": self._part(cut.test, usable, self.fraud, wish),
        }

    def _part(self, window: Window, usable: NDArray[np.bool_], fraud: NDArray[np.bool_], wish: Wish) -> Part:
        rows = np.flatnonzero(usable & window.holds(self.event_ms))
        frame = self.frame.iloc[rows]
        return Part(
            schema=self.schema,
            features=self.features[rows],
            fraud=fraud[rows],
            transaction_id=frame["transaction_id"].to_numpy(object),
            card_id=frame["card_id"].to_numpy(object),
            event_time_ms=self.event_ms[rows],
            amount_minor=frame["amount_minor"].to_numpy(np.int64),
            currency=frame["currency"].to_numpy(object),
            card_reported=self._reported(rows, window.start_ms - wish.delay_ms - _REPORTED_MS),
        )

    def _reported(self, rows: NDArray[np.int64], since_ms: int) -> NDArray[np.bool_]:
        """Return which rows' cards had a fraud since then that was known before the row's UTC day began."""
        frauds = self.fraud & (self.event_ms >= since_ms)
        known = pd.Series(self.label_ms[frauds]).groupby(self.frame["card_id"].to_numpy(object)[frauds]).min()
        first = self.frame["card_id"].iloc[rows].map(known).to_numpy(np.float64)  # NaN: never
        return first <= self.event_ms[rows] // DAY_MS * DAY_MS

    @staticmethod
    def _check(parts: dict[str, Part]) -> None:
        for name, part in parts.items():
            check_part(name, part, FEWEST_ROWS[name])

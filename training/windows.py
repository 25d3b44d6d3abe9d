"""How history is cut by time into what is learned from, what thresholds are chosen on, and what is reported on.

The dated cut, from the newest to the oldest:

    as of now
      | label delay         too young: whether they are fraud is not known yet
    end of test
      | test days           every figure of quality is measured here, once
    start of test
      | label delay         the gap: at the start of test these were too young, as the newest always are in production
    end of validation
      | validation days     thresholds are chosen here
    end of train
      | at most train days  learned from, with the labels as they were known at the start of test
    start of train
      | warm-up             histories fill; nothing is learned from half-empty ones

Validation follows train without a gap: it chooses thresholds only, and no figure is reported from it.

Where history is too short for that, rows in order of time are cut by share, without a gap, and the report says so:
figures from such a cut are optimistic, because labels of the last training rows may have been known only later.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DAY_MS = 86_400_000
_SHARES = (0.1, 0.6, 0.8)
"""Where train, validation and test start in the proportional cut."""
_SHORTEST_TRAIN_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A half-open span of event time, epoch milliseconds."""

    start_ms: int
    end_ms: int

    def holds(self, event_ms: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which times lie inside."""
        return (event_ms >= self.start_ms) & (event_ms < self.end_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Three windows, how they were found, and the gap of label knowledge before test."""

    train: Window
    validation: Window
    test: Window
    protocol: str
    gap_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How long each window should be, in milliseconds."""

    test_ms: int
    validation_ms: int
    train_ms: int
    warmup_ms: int
    delay_ms: int


def dated(first_ms: int, as_of_ms: int, wish: Wish) -> Cut | None:
    """Return the dated cut of a history that starts at `first_ms`; None where there is too little of it.

    Warm-up never takes more than half of what lies before validation.
    """
    test = Window(start_ms=as_of_ms - wish.delay_ms - wish.test_ms + 1, end_ms=as_of_ms - wish.delay_ms + 1)
    end = test.start_ms - wish.delay_ms
    validation = Window(start_ms=end - wish.validation_ms, end_ms=end)
    available = validation.start_ms - first_ms
    warmup = min(wish.warmup_ms, max(available, 0) // 2)
    start = max(first_ms + warmup, validation.start_ms - wish.train_ms)
    if validation.start_ms - start < _SHORTEST_TRAIN_MS:
        return None
    return Cut(
        train=Window(start_ms=start, end_ms=validation.start_ms),
        validation=validation,
        test=test,
        protocol="dated",
        gap_ms=wish.delay_ms,
    )


def proportional(event_ms: NDArray[np.int64]) -> Cut | None:
    """Return the cut by shares of rows, given their times in order; None where times do not tell the parts apart."""
    if not len(event_ms):
        return None
    starts = [int(event_ms[int(len(event_ms) * share)]) for share in _SHARES]
    end = int(event_ms[-1]) + 1
    if not starts[0] < starts[1] < starts[2] < end:
        return None
    train, validation, test = (
        Window(start_ms=start, end_ms=stop) for start, stop in zip(starts, [*starts[1:], end], strict=True)
    )
    return Cut(train=train, validation=validation, test=test, protocol="proportional", gap_ms=0)

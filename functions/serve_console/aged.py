"""Answers that are good for a while: of many who look at a page at once, one asks AWS."""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Aged(Generic[Value]):
    """Keeps what was made, by key, for some seconds.

    Parameters
    ----------
    seconds
        For how long; infinity for what never changes.
    most
        How many are kept: the oldest goes first.
    """

    def __init__(self, seconds: float, *, most: int = 32, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._most, self._clock = seconds, most, clock
        self._kept: dict[Hashable, tuple[float, Value]] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return what is kept under a key, or make it. What `make` raises is not kept."""
        kept, now = self._kept.get(key), self._clock()
        if kept is not None and now - kept[0] < self._seconds:
            return kept[1]
        value = make()  # two threads may make it at once, which costs a call and nothing else
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = now, value
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return value

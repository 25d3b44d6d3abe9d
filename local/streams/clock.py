"""Time and waiting, as arguments, so that tests wait for nothing."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since the epoch, and a pause that a stop cuts short."""

    def now(self) -> float:
        """Return the seconds since the epoch."""

    def sleep(self, seconds: float) -> bool:
        """Pause. False if a stop was asked for, at once or during the pause."""


class WallClock:
    """The machine's clock, with a stop that wakes every sleeper.

    Parameters
    ----------
    stop : threading.Event
        Set by whoever wants the sleepers to finish.
    """

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> bool:
        """Pause. False if a stop was asked for, at once or during the pause."""
        return not self._stop.wait(seconds)

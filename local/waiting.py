"""Waiting for something to become true."""

import time
from collections.abc import Callable
from typing import Any


class NotInTimeError(Exception):
    """What was waited for did not happen; the message says what it was."""


def wait_until(condition: Callable[[], Any], seconds: float = 60, *, what: str = "it") -> Any:
    """Return the condition's first true value.

    Raises
    ------
    NotInTimeError
        If there is none within the time.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise NotInTimeError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.2)
    return value

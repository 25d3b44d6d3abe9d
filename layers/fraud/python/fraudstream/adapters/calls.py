"""Calls side by side, and failures in our words."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from fraudstream.errors import StoreUnavailableError

ROUNDS = 6
_FIRST_PAUSE_SECONDS = 0.05
In = TypeVar("In")
Out = TypeVar("Out")


class Calls:
    """Runs independent calls on a few threads, which hides their round trips; one thread runs them in order.

    Parameters
    ----------
    threads
        How many calls may be under way at once.
    sleep
        Waits the given seconds between rounds.
    """

    def __init__(self, threads: int = 8, sleep: Callable[[float], None] = time.sleep) -> None:
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._sleep = sleep

    def map(self, call: Callable[[In], Out], arguments: Sequence[In]) -> list[Out]:
        """Return each call's result, in order.

        The first failure is raised, but only once every call has ended: a write that is still under way when the batch
        is delivered again would be a second writer.
        """
        if self._pool is None or len(arguments) < 2:
            return [call(argument) for argument in arguments]
        futures = [self._pool.submit(call, argument) for argument in arguments]
        wait(futures)
        return [future.result() for future in futures]

    def pause(self, round_number: int) -> None:
        """Wait before the next round: exponential, with full jitter, so that writers who met do not meet again."""
        self._sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**round_number))  # noqa: S311


@contextmanager
def store_errors(what: str) -> Iterator[None]:
    """Turn what botocore raises, after its own retries, into `StoreUnavailableError`."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise StoreUnavailableError(f"{what}: {error}") from error


def chunks(values: Sequence[In], size: int) -> list[Sequence[In]]:
    """Cut a sequence into pieces of at most `size`."""
    return [values[start : start + size] for start in range(0, len(values), size)]

"""Calls side by side, and failures in our words."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from fraudstream.errors import StoreUnavailableError

ROUNDS = 6
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0
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
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads - 1) if threads > 1 else None
        self._sleep = sleep

    def map(self, call: Callable[[In], Out], arguments: Sequence[In]) -> list[Out]:
        """Return each call's result, in order.

        The first failure is raised, but only once every call has ended: a write that is still under way when the batch
        is delivered again would be a second writer.
        """
        if self._pool is None or len(arguments) < 2:
            return [call(argument) for argument in arguments]
        results: dict[int, Out] = {}
        failures: dict[int, Exception] = {}
        positions = iter(range(len(arguments)))

        def work() -> None:
            for position in positions:  # whoever is free takes the next
                try:
                    results[position] = call(arguments[position])
                except Exception as failure:
                    failures[position] = failure

        # This thread works too. A task for each thread, not for each call, spares handing calls and results about.
        others = [self._pool.submit(work) for _ in range(min(self._threads, len(arguments)) - 1)]
        try:
            work()
        finally:
            list(positions)  # none is left, but after an interrupt: then no other call begins
            wait(others)
        for other in others:
            other.result()  # raises what is no `Exception`
        if failures:
            raise failures[min(failures)]
        return [results[position] for position in range(len(arguments))]

    def pause(self, round_number: int) -> None:
        """Wait before the next round: exponential, with full jitter, a second at most."""
        longest = min(_FIRST_PAUSE_SECONDS * 2**round_number, _LONGEST_PAUSE_SECONDS)
        self._sleep(random.uniform(0, longest))  # noqa: S311


@contextmanager
def store_errors(what: str) -> Iterator[None]:
    """Turn what botocore raises, after its own retries, into `StoreUnavailableError`."""
    try:
        yield
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        raise StoreUnavailableError(f"{what}: {error}") from error


def chunks(values: Sequence[In], size: int) -> list[Sequence[In]]:
    """Cut a sequence into pieces of at most `size`."""
    return [values[start : start + size] for start in range(0, len(values), size)]

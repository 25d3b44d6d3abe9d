"""A shard's worker in a thread of its own."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from .clock import Clock, WallClock
from .mapping import Mapping
from .worker import ShardWorker

_LOG = logging.getLogger(__name__)

Submit = Callable[[Callable[[], None]], "Future[None]"]
BuildWorker = Callable[[Clock, Submit, Callable[[], None]], ShardWorker]


class ShardRun:
    """Runs one shard until it is finished, stopped, or fails.

    Parameters
    ----------
    mapping : Mapping
        The settings it runs under; with other settings, it is stopped and another one started.
    shard_id : str
    build : callable
        Makes the worker, given a clock, a way to start deliveries, and a way to wake the thread.
    """

    def __init__(self, mapping: Mapping, shard_id: str, build: BuildWorker) -> None:
        self.mapping = mapping
        self.shard_id = shard_id
        self._build = build
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"{mapping.stream_name}/{shard_id}")
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether its thread still runs, be it only to finish a call."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Ask it to finish the running calls and end. Returns at once."""
        self._stop.set()
        self._wake.set()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _run(self) -> None:
        try:
            with ThreadPoolExecutor(self.mapping.parallelization_factor, self._thread.name) as pool:
                try:
                    self._loop(self._build(WallClock(self._stop), pool.submit, self._wake.set))
                finally:
                    self._stop.set()  # so that the other lanes' deliveries end too, if one has failed
        except Exception:
            _LOG.exception("%s failed; it is started again from its checkpoint", self._thread.name)

    def _loop(self, worker: ShardWorker) -> None:
        while not self._stop.is_set() and not worker.finished:
            self._wake.wait(worker.step())
            self._wake.clear()

"""Execution environments by function: reused when idle, started when needed, ended when out of date."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from local.aws.execution_environment import ExecutionEnvironment
from local.aws.function_spec import FunctionSpec

_PoolKey = tuple[str, str, str, str]


class PoolExhaustedError(Exception):
    """As many environments of the function as there may be were busy for too long, or the pool is closed."""


@dataclass(slots=True, kw_only=True)
class _Idle:
    environment: ExecutionEnvironment
    since: float


@dataclass(slots=True, kw_only=True)
class _Shelf:
    """The environments of one function version: ``count`` of them, ``idle`` ones last used last."""

    spec: FunctionSpec
    idle: list[_Idle] = field(default_factory=list)
    count: int = 0


class EnvironmentPool:
    """Hands out environments, one invocation each at a time.

    Parameters
    ----------
    limit
        Environments per function version; Lambda would go on to a thousand.
    wait_seconds
        How long an invocation waits for one of them.
    idle_seconds
        How long an unused one is kept.
    """

    def __init__(self, *, limit: int, wait_seconds: float, idle_seconds: float) -> None:
        self._limit = limit
        self._wait_seconds = wait_seconds
        self._idle_seconds = idle_seconds
        self._shelves: dict[_PoolKey, _Shelf] = {}
        self._busy: set[ExecutionEnvironment] = set()
        self._changed = threading.Condition()
        self._closed = threading.Event()
        threading.Thread(target=self._reap, name="lambda-reaper", daemon=True).start()

    @contextmanager
    def environment(
        self, spec: FunctionSpec, start: Callable[[], ExecutionEnvironment]
    ) -> Iterator[ExecutionEnvironment]:
        """Lend an environment that takes events for the duration of a block; ``start`` makes a cold one if needed.

        Raises
        ------
        PoolExhaustedError
            If all are busy for longer than an invocation waits.
        """
        environment = self._acquire(spec, start)
        while not environment.wake():
            self._release(environment)
            environment = self._acquire(spec, start)
        try:
            yield environment
        except BaseException:
            environment.usable = False  # in the middle of something
            raise
        finally:
            self._release(environment)

    def close(self) -> None:
        """End the idle environments and interrupt the busy ones; there are no others from now on."""
        with self._changed:
            self._closed.set()
            for environment in self._busy:
                environment.interrupt()
            self._changed.notify_all()
        self._close([idle.environment for idle in self._take_idle(older_than_seconds=0)])

    def _acquire(self, spec: FunctionSpec, start: Callable[[], ExecutionEnvironment]) -> ExecutionEnvironment:
        deadline = time.monotonic() + self._wait_seconds
        outdated: list[ExecutionEnvironment] = []
        with self._changed:
            shelf = self._shelves.setdefault(spec.pool_key, _Shelf(spec=spec))
            if shelf.spec != spec:
                shelf.spec = spec
                outdated = [idle.environment for idle in shelf.idle]
                shelf.idle.clear()
                shelf.count -= len(outdated)
            while not shelf.idle and shelf.count >= self._limit:
                if self._closed.is_set() or not self._changed.wait(deadline - time.monotonic()):
                    raise PoolExhaustedError(f"{shelf.count} environments of {spec.name} are busy")
            warm = shelf.idle.pop().environment if shelf.idle else None
            if warm is None:
                shelf.count += 1
            else:
                self._busy.add(warm)
        self._close(outdated)
        return warm or self._start(shelf, start)

    def _start(self, shelf: _Shelf, start: Callable[[], ExecutionEnvironment]) -> ExecutionEnvironment:
        try:
            environment = start()
        except BaseException:
            with self._changed:
                shelf.count -= 1
                self._changed.notify()
            raise
        with self._changed:
            self._busy.add(environment)
            closed = self._closed.is_set()
        if closed:
            self._release(environment)
            raise PoolExhaustedError("no environments start any more")
        return environment

    def _release(self, environment: ExecutionEnvironment) -> None:
        with self._changed:
            self._busy.discard(environment)
            shelf = self._shelves[environment.spec.pool_key]
            keep = environment.usable and environment.spec == shelf.spec and not self._closed.is_set()
            if keep:
                shelf.idle.append(_Idle(environment=environment, since=time.monotonic()))
            else:
                shelf.count -= 1
            self._changed.notify()
        if not keep:
            environment.close()

    def _take_idle(self, older_than_seconds: float) -> list[_Idle]:
        limit = time.monotonic() - older_than_seconds
        taken = []
        with self._changed:
            for shelf in self._shelves.values():
                old = [idle for idle in shelf.idle if idle.since <= limit]
                shelf.idle = [idle for idle in shelf.idle if idle.since > limit]
                shelf.count -= len(old)
                taken += old
        return taken

    def _reap(self) -> None:
        while not self._closed.wait(self._idle_seconds / 4):
            self._close([idle.environment for idle in self._take_idle(self._idle_seconds)])

    @staticmethod
    def _close(environments: list[ExecutionEnvironment]) -> None:
        for environment in environments:
            environment.close()

"""One operation that fails so many times in a row, or for ever."""

from random import Random

from stubs.wire import Response
from tests.reliability.calling import Call
from tests.reliability.chaos import Fault
from tests.reliability.check import check
from tests.reliability.crashing import SHARD, rich_world
from tests.reliability.traffic import rich
from tests.reliability.world import World


class Ill:
    """A schedule in which one operation fails so many times in a row; None: for ever."""

    def __init__(self, operation: str, fault: Fault, times: int | None, *, seed: int = 0) -> None:
        self._operation, self._fault, self._times = operation, fault, times
        self._random = Random(seed)
        self.failed = 0

    def __call__(self, call: Call) -> tuple[str, Response]:
        """Fail, or not."""
        if call.name == self._operation and (self._times is None or self.failed < self._times):
            self.failed += 1
            return "ill", self._fault(call, self._random)
        return "", call.proceed()


def delivered(schedule: Ill) -> World:
    """Deliver the rich batch under a schedule and check every invariant."""
    world = rich_world()
    world.schedule = schedule
    world.deliver(SHARD, world.put(SHARD, rich()))
    check(world)
    return world

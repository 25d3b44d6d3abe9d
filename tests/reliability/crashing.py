"""Functions that die at chosen calls."""

import os
from collections.abc import Mapping
from typing import Literal

from botocore.exceptions import ConnectionClosedError

from stubs.wire import Response
from tests.reliability.calling import Call, ProcessDeathError, Schedule
from tests.reliability.traffic import earlier, rich
from tests.reliability.world import World

Way = Literal["before", "after", "reply lost"]
WAYS: tuple[Way, ...] = ("before", "after", "reply lost")
EVERYTHING = "RELIABILITY_FULL" in os.environ
"""All pairs of crashes take minutes; without this an even sample of them is tried."""
SHARD = "shardId-000000000000"


def breaking(ways: Mapping[int, Way], *, first: int = 1) -> Schedule:
    """Return a schedule in which the given calls, counted from `first`, end in the given way.

    "before": the process dies, and the call was never made. "after": it dies, and the call took effect. "reply lost":
    the call took effect and the connection broke; the process lives, and botocore tries again as it is told to.
    """

    def schedule(call: Call) -> tuple[str, Response]:
        way = ways.get(call.number - first + 1)
        if way == "before":
            raise ProcessDeathError
        response = call.proceed()
        if way == "after":
            raise ProcessDeathError
        if way == "reply lost":
            if call.request.operation == "PublishBatch":
                call.world.lost_alert_replies += 1
            raise ConnectionClosedError(endpoint_url="memory")
        return "", response

    return schedule


def rich_world(**settings: object) -> World:
    """Return a world whose cards and terminals have a past; the next record is the first of the rich batch."""
    world = World(**settings)
    world.deliver(SHARD, world.put(SHARD, earlier()))
    return world


def rich_batch(ways: Mapping[int, Way], **settings: object) -> World:
    """Deliver the rich batch while the given calls break; return the world once every record is resolved."""
    world = rich_world(**settings)
    world.schedule = breaking(ways, first=world.calls + 1)
    world.deliver(SHARD, world.put(SHARD, rich()))
    return world

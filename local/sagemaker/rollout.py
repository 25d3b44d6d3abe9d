"""How traffic moves from an old fleet to a new one, and what calls it back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

_LOOK_SECONDS = 1.0


class AlarmError(Exception):
    """A roll-back alarm rang while traffic was moving."""


def steps(deployment: dict[str, Any], instances: int) -> Iterator[tuple[float, float]]:
    """Yield the new fleet's share of traffic and the seconds to watch it, for a ``DeploymentConfig``."""
    policy = deployment.get("BlueGreenUpdatePolicy", {})
    routing = policy.get("TrafficRoutingConfiguration", {})
    wait = float(routing.get("WaitIntervalInSeconds", 0))
    if rolling := deployment.get("RollingUpdatePolicy"):
        size, wait = _share(rolling["MaximumBatchSize"], instances), float(rolling["WaitIntervalInSeconds"])
        yield from _stairs(size, wait)
    elif routing.get("Type") == "LINEAR":
        yield from _stairs(_share(routing["LinearStepSize"], instances), wait)
    elif routing.get("Type") == "CANARY":
        yield _share(routing["CanarySize"], instances), wait
    yield 1.0, float(policy.get("TerminationWaitInSeconds", 0)) + (wait if routing.get("Type") != "CANARY" else 0)


def watch(seconds: float, names: list[str], ringing: Callable[[list[str]], list[str]]) -> None:
    """Wait, and raise :class:`AlarmError` as soon as an alarm rings."""
    until = time.monotonic() + seconds
    while True:
        if names and (rung := ringing(names)):
            raise AlarmError(", ".join(rung))
        left = until - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, _LOOK_SECONDS))


def _stairs(size: float, wait: float) -> Iterator[tuple[float, float]]:
    share = size
    while share < 1:
        yield share, wait
        share += size


def _share(capacity: dict[str, Any], instances: int) -> float:
    whole = 100 if capacity["Type"] == "CAPACITY_PERCENT" else max(instances, 1)
    return min(float(capacity["Value"]) / whole, 1.0)

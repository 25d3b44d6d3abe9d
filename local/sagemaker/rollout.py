"""How traffic moves from an old fleet to a new one, and what calls it back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from local.sagemaker.errors import invalid

_LOOK_SECONDS = 1.0
_FEWEST_TO_DIVIDE = 2
_SMALLEST_LINEAR_STEP, _LARGEST_STEP = 0.1, 0.5


class AlarmError(Exception):
    """A roll-back alarm rang while traffic was moving."""


def check(deployment: dict[str, Any], variants: list[dict[str, Any]]) -> None:
    """Refuse a ``DeploymentConfig`` that AWS refuses.

    Traffic can be divided between instances only, a step is at most half of them (a linear one at least a tenth), and
    the whole must fit into its time limit.
    """
    policy = deployment.get("BlueGreenUpdatePolicy")
    if policy and "RollingUpdatePolicy" in deployment:
        raise invalid("Specify either BlueGreenUpdatePolicy or RollingUpdatePolicy, not both.")
    routing = (policy or {}).get("TrafficRoutingConfiguration", {})
    kind = routing.get("Type", "ALL_AT_ONCE")
    if kind == "ALL_AT_ONCE":
        return
    instances = sum(variant.get("InitialInstanceCount", 1) for variant in variants)
    if any("ServerlessConfig" in variant for variant in variants) or instances < _FEWEST_TO_DIVIDE:
        raise invalid(f"{kind} traffic routing needs an endpoint of at least {_FEWEST_TO_DIVIDE} instances.")
    member = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}[kind]
    if member not in routing:
        raise invalid(f"{kind} traffic routing needs {member}.")
    smallest = _SMALLEST_LINEAR_STEP if kind == "LINEAR" else 0
    if not smallest <= _share(routing[member], instances) <= _LARGEST_STEP:
        raise invalid(f"{member} must be {smallest:.0%} to {_LARGEST_STEP:.0%} of the new fleet's instances.")
    limit = (policy or {}).get("MaximumExecutionTimeoutInSeconds", float("inf"))
    if sum(seconds for _, seconds in steps(deployment, instances)) >= limit:
        raise invalid("MaximumExecutionTimeoutInSeconds must be larger than all the waiting of the deployment.")


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

"""Looks at a stack every second, and notes when something it looks at is in another state than before."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.scenarios.panel import Span

Probe = Callable[[], Mapping[str, str]]
"""States of what is looked at, by name."""
_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A state and when it was first seen, seconds since 1970."""

    at: float
    state: str


class Observer:
    """Looks at probes in a thread of its own, from `__enter__` to `__exit__`; what went wrong there is raised here.

    Attributes
    ----------
    changes
        The states each thing went through, by its name.
    """

    def __init__(self, probes: Sequence[Probe], *, on_change: Callable[[str, Change], None] | None = None) -> None:
        self.changes: dict[str, list[Change]] = {}
        self._probes, self._on_change = list(probes), on_change
        self._stop = threading.Event()
        self._failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Observer":
        self._look()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self._failed and kind is None:
            raise self._failed[0]

    def state(self, name: str) -> str:
        """Return the newest state; empty for what was never seen."""
        seen = self.changes.get(name)
        return seen[-1].state if seen else ""

    def was(self, name: str, state: str, *, since: float = 0.0) -> bool:
        """Return whether something was in a state at a moment or later."""
        return any(span.note == state and span.end > since for span in self.spans(name, time.time(), {}))

    def spans(self, name: str, end: float, kinds: Mapping[str, str], *, zero: float = 0.0) -> list[Span]:
        """Return from when to when something was in which state; `kinds` colours states, `zero` is the axis's 0."""
        seen = self.changes.get(name, [])
        ends = [change.at for change in seen[1:]] + [end]
        return [
            Span(start=change.at - zero, end=until - zero, kind=kinds.get(change.state, "pale"), note=change.state)
            for change, until in zip(seen, ends, strict=True)
        ]

    def _run(self) -> None:
        try:
            while not self._stop.wait(_SECONDS):
                self._look()
        except BaseException as error:
            self._failed.append(error)

    def _look(self) -> None:
        for probe in self._probes:
            now = time.time()
            for name, state in probe().items():
                if self.state(name) != state:
                    change = Change(at=now, state=state)
                    first = name not in self.changes
                    self.changes.setdefault(name, []).append(change)
                    if self._on_change and not first:
                        self._on_change(name, change)


def alarms(cloudwatch: Any, names: Sequence[str]) -> Probe:
    """Look at the alarms of these names in the template."""

    def probe() -> dict[str, str]:
        pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        found = {entry["AlarmName"]: entry["StateValue"] for page in pages for entry in page["MetricAlarms"]}
        return {name: state for name in names for full, state in found.items() if f"-{name}-" in f"-{full}-"}

    return probe


def endpoint(sagemaker: Any, name: str) -> Probe:
    """Look at an endpoint's status, and at the configuration that answers."""

    def probe() -> dict[str, str]:
        found = sagemaker.describe_endpoint(EndpointName=name)
        return {"endpoint": found["EndpointStatus"], "configuration": found["EndpointConfigName"]}

    return probe


def execution(stepfunctions: Any, machine_arn: str, name: str) -> Probe:
    """Look at the state that a machine's newest execution is in; empty where none runs."""

    def probe() -> dict[str, str]:
        running = stepfunctions.list_executions(stateMachineArn=machine_arn, statusFilter="RUNNING")["executions"]
        if not running:
            return {name: ""}
        newest = max(running, key=lambda entry: entry["startDate"])
        events = stepfunctions.get_execution_history(
            executionArn=newest["executionArn"], reverseOrder=True, maxResults=20
        )["events"]
        entered = [e["stateEnteredEventDetails"]["name"] for e in events if e["type"].endswith("StateEntered")]
        return {name: entered[0] if entered else "begins"}

    return probe

"""What a state machine did when, from its own history, as blocks of a chart."""

from collections.abc import Mapping
from typing import Any

from local.nested import history_of
from local.scenarios.panel import Span

RETRAINING = {"Prepare": "soft", "Train": "c", "Evaluate": "b", "Deploy": "a"}
"""The states with which a phase begins, and its colour."""


def machine_spans(
    stepfunctions: Any,
    execution_arn: str,
    zero: float,
    kinds: Mapping[str, str] = RETRAINING,
    *,
    rest: str | None = "pale",
) -> list[Span]:
    """Return the phases of an execution, seconds since `zero`.

    States without a colour have that of the `rest`; without one they belong to the phase before them.
    """
    events = history_of(stepfunctions, execution_arn)
    if not events:
        return []
    begun = [(events[0]["timestamp"].timestamp(), "pale", "begins")]
    for event in events:
        if event["type"].endswith("StateEntered"):
            name = event["stateEnteredEventDetails"]["name"]
            kind = kinds.get(name, rest)
            if kind and (begun[-1][1], begun[-1][2]) != (kind, name):
                begun.append((event["timestamp"].timestamp(), kind, name))
    ends = [at for at, _, _ in begun[1:]] + [events[-1]["timestamp"].timestamp()]
    return [
        Span(start=at - zero, end=end - zero, kind=kind, note=name)
        for (at, kind, name), end in zip(begun, ends, strict=True)
    ]

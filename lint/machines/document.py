"""A state machine as the rules look at it."""

from collections.abc import Iterator, Mapping
from typing import Any

Machine = Mapping[str, Any]
State = Mapping[str, Any]


def states(machine: Machine) -> Mapping[str, State]:
    """Return the states by name."""
    return dict(machine.get("States") or {})


def parts(machine: Machine) -> Iterator[Machine]:
    """Yield the machine and, as machines of their own, what its Map and Parallel states run."""
    yield machine
    for state in states(machine).values():
        for inner in (state.get("ItemProcessor"), *(state.get("Branches") or [])):
            if inner:
                yield from parts(inner)


def waits(state: State) -> bool:
    """Tell whether a state waits for a job, or for another execution, to end."""
    return str(state.get("Resource", "")).endswith((".sync", ".sync:2"))


def successors(state: State) -> Iterator[tuple[str, str]]:
    """Yield every state this one can go to, with the field that says so."""
    for field in ("Next", "Default"):
        if field in state:
            yield field, state[field]
    for field in ("Choices", "Catch"):
        for index, rule in enumerate(state.get(field) or []):
            yield f"{field}/{index}", rule.get("Next", "")


def is_terminal(state: State) -> bool:
    """Tell whether an execution can end here."""
    return state.get("Type") in ("Succeed", "Fail") or state.get("End") is True


def reachable(machine: Machine, start: str) -> set[str]:
    """Return the states that can follow `start`, itself included."""
    known, found, waiting = states(machine), set(), [start]
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found.add(name)
            waiting += [successor for _, successor in successors(known[name])]
    return found


def loops(machine: Machine) -> list[frozenset[str]]:
    """Return the sets of states that can follow each other for ever."""
    known = states(machine)
    after: dict[str, set[str]] = {}
    for name, state in known.items():
        after[name] = {later for _, successor in successors(state) for later in reachable(machine, successor)}
    found = {frozenset(b for b in after if b in after[a] and a in after[b]) for a in after if a in after[a]}
    return sorted(found, key=sorted)

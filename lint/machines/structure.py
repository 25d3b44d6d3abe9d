"""Rules about the way through a machine."""

from collections.abc import Iterator

from lint.findings import Finding
from lint.machines.document import Machine, is_terminal, loops, parts, reachable, states, successors


def targets_exist(machine: Machine) -> Iterator[Finding]:
    """Find transitions to states that are not there, and states that lead nowhere."""
    for part in parts(machine):
        yield from _targets_exist(part)


def _targets_exist(machine: Machine) -> Iterator[Finding]:
    known = states(machine)
    if machine.get("StartAt") not in known:
        yield Finding(path=("StartAt",), message=f"there is no state {machine.get('StartAt')!r} to start at")
    for name, state in known.items():
        leads = list(successors(state))
        for field, successor in leads:
            if successor not in known:
                yield Finding(path=("States", name, field), message=f"{name} goes to {successor!r}, which is no state")
        if not leads and not is_terminal(state):
            yield Finding(path=("States", name), message=f"{name} neither ends nor goes on")
        if state.get("Type") == "Choice" and "Default" not in state:
            yield Finding(path=("States", name), message=f"{name} has no Default: an unforeseen case would be an error")


def states_are_reachable(machine: Machine) -> Iterator[Finding]:
    """Find states that nothing leads to, and states from which nothing leads to an end."""
    for part in parts(machine):
        known = states(part)
        for name in known.keys() - reachable(part, part.get("StartAt", "")):
            yield Finding(path=("States", name), message=f"nothing leads to {name}")
        for name in known:
            if not any(is_terminal(known[after]) for after in reachable(part, name)):
                yield Finding(path=("States", name), message=f"no way leads from {name} to an end")
    known = states(machine)
    for kind in ("Succeed", "Fail"):
        if not any(state.get("Type") == kind for state in known.values()):
            yield Finding(path=("States",), message=f"there is no {kind} state: the execution's status would not tell")


def loops_are_bounded(machine: Machine) -> Iterator[Finding]:
    """Find loops that nothing counts: each must raise a variable, wait, and leave by a condition on that variable."""
    for part in parts(machine):
        yield from _loops_are_bounded(part)


def _loops_are_bounded(machine: Machine) -> Iterator[Finding]:
    known = states(machine)
    for loop in loops(machine):
        counters = {
            variable
            for name in loop
            for variable, value in (known[name].get("Assign") or {}).items()
            if isinstance(value, str) and f"${variable} + 1" in value
        }
        conditions = [rule.get("Condition", "") for name in loop for rule in known[name].get("Choices") or []]
        counted = any(f"${counter} >" in condition for counter in counters for condition in conditions)
        if not counted or not any(known[name].get("Type") == "Wait" for name in loop):
            names = ", ".join(sorted(loop))
            yield Finding(path=("States",), message=f"nothing bounds the loop of {names}")

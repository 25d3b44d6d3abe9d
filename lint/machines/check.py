"""All rules, on one machine and on its place in the template."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lint.findings import Finding
from lint.machines.document import Machine
from lint.machines.expressions import expressions_parse, no_jsonpath, placeholders, variables_are_assigned
from lint.machines.failures import tasks_catch, time_is_bounded
from lint.machines.structure import loops_are_bounded, states_are_reachable, targets_exist

RULES = (
    targets_exist,
    states_are_reachable,
    loops_are_bounded,
    tasks_catch,
    time_is_bounded,
    no_jsonpath,
    expressions_parse,
    variables_are_assigned,
)


def check_machine(machine: Machine) -> Iterator[Finding]:
    """Apply every rule."""
    for rule in RULES:
        yield from rule(machine)


def check_file(path: Path, substitutions: Mapping[str, Any]) -> Iterator[Finding]:
    """Check a definition, and that the template gives exactly the substitutions it waits for."""
    text = path.read_text(encoding="utf-8")
    try:
        machine = json.loads(text)
    except ValueError as error:
        yield Finding(path=(), message=f"not JSON: {error}")
        return
    waited_for = placeholders(text)
    for name in sorted(waited_for - substitutions.keys()):
        yield Finding(path=(), message=f"${{{name}}} is not among the template's DefinitionSubstitutions")
    for name in sorted(substitutions.keys() - waited_for):
        yield Finding(path=(), message=f"the template gives ${{{name}}}, which nothing here uses")
    yield from check_machine(machine)

"""No permission is wider than it has to be, and where it has to be somebody said why."""

from collections.abc import Iterator, Mapping
from typing import Any

from lint.findings import Finding
from lint.resources import Resources

_SHORTEST_REASON = 20


def wildcards_are_explained(resources: Resources) -> Iterator[Finding]:
    """Find statements that allow ``*`` or a whole family of actions, unless `Metadata.Wildcards` explains their Sid."""
    for logical_id, resource in resources.items():
        reasons = dict((resource.get("Metadata") or {}).get("Wildcards") or {})
        used = set()
        for path, statement in _statements(resource.get("Properties") or {}, ("Resources", logical_id, "Properties")):
            wide = _wide(statement)
            if statement.get("Effect") != "Allow" or not wide:
                continue
            sid = statement.get("Sid", "")
            used.add(sid)
            if len(str(reasons.get(sid, ""))) < _SHORTEST_REASON:
                message = f"{logical_id}: {wide} in {sid or 'a statement without Sid'} is not explained"
                yield Finding(path=path, message=f"{message} under Metadata.Wildcards")
        for sid in reasons.keys() - used:
            path = ("Resources", logical_id, "Metadata", "Wildcards")
            yield Finding(path=path, message=f"{logical_id}: {sid} needs no explanation any more")


def _statements(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Yield every policy statement inside a resource, wherever it stands."""
    if isinstance(value, Mapping):
        if "Effect" in value and "Action" in value:
            yield path, value
        for name, item in value.items():
            yield from _statements(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _statements(item, (*path, index))


def _wide(statement: Mapping[str, Any]) -> str:
    """Say what of a statement is unbounded; empty if nothing is."""
    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    families = [action for action in actions if "*" in action]
    if families:
        return f"the action {families[0]}"
    named = statement.get("Resource", [])
    if "*" in (named if isinstance(named, list) else [named]):
        return "the resource *"
    principal = statement.get("Principal")
    if principal == "*" or (isinstance(principal, Mapping) and principal.get("AWS") == "*"):
        return "the principal *"
    return ""

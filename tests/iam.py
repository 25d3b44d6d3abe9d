"""What a role may do, and whether that covers a call: as much of IAM as this system's policies use."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One statement that allows; conditions narrow it further, and are not looked at."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def covers(self, action: str, resource: str) -> bool:
        """Tell whether it allows an action on a resource."""
        return any(_matches(pattern.lower(), action.lower()) for pattern in self.actions) and any(
            _matches(pattern, resource) for pattern in self.resources
        )


def grants_of_role(iam: Any, role: str) -> list[Grant]:
    """Return what the policies inside a role allow."""
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    return [grant for document in documents for grant in grants(document)]


def grants(document: Mapping[str, Any]) -> Iterator[Grant]:
    """Yield what a policy allows."""
    for statement in document["Statement"]:
        if statement["Effect"] == "Allow":
            actions, resources = _listed(statement["Action"]), _listed(statement["Resource"])
            yield Grant(sid=statement.get("Sid", ""), actions=actions, resources=resources)


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _matches(pattern: str, text: str) -> bool:
    """Match as IAM does: `*` is anything, `?` any one character."""
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None

"""A template's resources, as rules look at them."""

from collections.abc import Iterator, Mapping
from typing import Any

Resources = Mapping[str, Mapping[str, Any]]


def of_type(resources: Resources, *types: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield logical id and properties of the resources of these types."""
    for logical_id, resource in resources.items():
        if resource.get("Type") in types:
            yield logical_id, resource.get("Properties") or {}


def target(value: Any) -> str | None:
    """Return the logical id that a Ref or Fn::GetAtt names, if it is one.

    Examples
    --------
    >>> target({"Fn::GetAtt": ["DataKey", "Arn"]})
    'DataKey'
    """
    if isinstance(value, Mapping) and len(value) == 1:
        if "Ref" in value:
            return str(value["Ref"])
        attribute = value.get("Fn::GetAtt")
        if attribute:
            return str(attribute.split(".")[0] if isinstance(attribute, str) else attribute[0])
    return None


def is_kind(resources: Resources, value: Any, kind: str) -> bool:
    """Tell whether a value refers to a resource of this type in the same template."""
    return resources.get(target(value) or "", {}).get("Type") == kind


def explanation(resource: Mapping[str, Any], name: str) -> str:
    """Return a sentence from the resource's metadata, empty if there is none worth the name."""
    text = (resource.get("Metadata") or {}).get(name) or ""
    return text if isinstance(text, str) and len(text) >= 20 else ""

"""What a deployed template asks for: its resources, with their properties resolved as far as can be."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


class _Something:
    """A value the template only knows once it is deployed, such as an ARN."""

    def __repr__(self) -> str:
        return "something"


SOMETHING = _Something()
_NOTHING = object()  # AWS::NoValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One resource of the template."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template after its transforms.

    Parameters
    ----------
    document
        The template.
    parameters
        The value of each parameter.
    physical_ids
        Of each resource that exists.
    pseudo
        Pseudo parameters, by name with ``AWS::``.
    """

    document: Mapping[str, Any]
    parameters: Mapping[str, str]
    physical_ids: Mapping[str, str]
    pseudo: Mapping[str, str]

    def resources(self) -> Iterator[Wanted]:
        """Yield the resources whose condition holds."""
        for logical_id, resource in self.document["Resources"].items():
            if self._holds(resource.get("Condition")):
                properties = self.resolve(resource.get("Properties", {}))
                yield Wanted(logical_id=logical_id, type=resource["Type"], properties=properties)

    def resolve(self, value: Any) -> Any:
        """Return a value without intrinsic functions; `SOMETHING` stands for what is not known here."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NOTHING]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1 and (name := next(iter(value))).startswith(("Fn::", "Ref")):
            return self._call(name, value[name])
        resolved = {name: self.resolve(item) for name, item in value.items()}
        return {name: item for name, item in resolved.items() if item is not _NOTHING}

    def _call(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return self._ref(argument)
        if name == "Fn::If":
            condition, then, otherwise = argument
            return self.resolve(then if self._holds(condition) else otherwise)
        if name == "Fn::Sub" and isinstance(argument, str):
            return self._substitute(argument)
        if name == "Fn::Split":
            delimiter, text = argument[0], self.resolve(argument[1])
            return SOMETHING if text is SOMETHING else str(text).split(delimiter)
        if name == "Fn::Select":
            index, values = int(argument[0]), self.resolve(argument[1])
            return values[index] if isinstance(values, list) and index < len(values) else SOMETHING
        return SOMETHING

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        for known in (self.parameters, self.pseudo, self.physical_ids):
            if name in known:
                return known[name]
        return SOMETHING

    def _substitute(self, argument: str) -> Any:
        names = re.findall(r"\$\{([^!}]+)\}", argument)
        values = {name: SOMETHING if "." in name else self._ref(name) for name in names}
        if SOMETHING in values.values():
            return SOMETHING
        return re.sub(r"\$\{([^!}]+)\}", lambda match: str(values[match[1]]), argument)

    def _holds(self, condition: Any) -> bool:
        """Evaluate a condition, by name or written out: Equals, Not, And and Or of what can be resolved."""
        if condition is None:
            return True
        if isinstance(condition, str):
            return self._holds(self.document["Conditions"][condition])
        ((name, argument),) = condition.items()
        if name == "Condition":
            return self._holds(argument)
        if name == "Fn::Equals":
            left, right = map(self.resolve, argument)
            return str(left) == str(right)
        results = [self._holds(part) for part in argument]
        return {"Fn::Not": not results[0], "Fn::And": all(results), "Fn::Or": any(results)}[name]


def agrees(wanted: Any, found: Any) -> bool:
    """Tell whether what was found is what was wanted; more than was wanted is fine.

    Examples
    --------
    >>> agrees({"Threshold": "5"}, {"Threshold": 5.0, "Unit": "Count"})
    True
    """
    if wanted is SOMETHING:
        return bool(found)
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(agrees(item, found.get(name)) for name, item in wanted.items())
    if isinstance(wanted, list):
        same_length = isinstance(found, list) and len(wanted) == len(found)
        return same_length and all(map(agrees, wanted, found))
    if isinstance(wanted, bool) or isinstance(found, bool):
        return str(wanted).lower() == str(found).lower()
    try:
        return float(wanted) == float(found)
    except (TypeError, ValueError):
        return str(wanted) == str(found)

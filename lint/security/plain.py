"""A template in the few forms that every scanner understands, at the values that its parameters have by default."""

import re
from collections.abc import Mapping
from typing import Any

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


def plain(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template with its parameters' defaults in their places, and each `Fn::Sub` as the `Fn::Join` it means.

    Scanners read a reference to a parameter as "anything", and pass it. What is checked is what `sam deploy` makes of
    the template where nobody chooses otherwise.
    """
    parameters = template.get("Parameters", {})
    # An empty one stays a reference: parts are taken out of it, under conditions that no scanner reckons.
    defaults = {name: given["Default"] for name, given in parameters.items() if given.get("Default", "") != ""}
    resources = {name: _plain(resource, defaults) for name, resource in template["Resources"].items()}
    return {**template, "Resources": resources}


def _plain(value: Any, defaults: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_plain(item, defaults) for item in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        name = value.get("Ref")
        if name in defaults:
            return defaults[name]
        if "Fn::Sub" in value:
            return _joined(value["Fn::Sub"], defaults)
    return {name: _plain(item, defaults) for name, item in value.items()}


def _joined(argument: Any, defaults: Mapping[str, Any]) -> Any:
    text, given = (argument, {}) if isinstance(argument, str) else argument
    values = {name: _plain(value, defaults) for name, value in given.items()}
    parts: list[Any] = []
    for number, piece in enumerate(_VARIABLE.split(text)):
        if number % 2:
            _add(parts, _variable(piece, values, defaults))
        elif piece:
            _add(parts, piece.replace("${!", "${"))
    if len(parts) == 1:
        return parts[0]
    return {"Fn::Join": ["", parts]}


def _variable(name: str, values: Mapping[str, Any], defaults: Mapping[str, Any]) -> Any:
    if name in values:
        return values[name]
    if name in defaults:
        return str(defaults[name])
    resource, dot, attribute = name.partition(".")
    return {"Fn::GetAtt": [resource, attribute]} if dot else {"Ref": name}


def _add(parts: list[Any], part: Any) -> None:
    if isinstance(part, str) and parts and isinstance(parts[-1], str):
        parts[-1] += part
    else:
        parts.append(part)

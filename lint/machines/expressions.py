"""Rules about JSONata: what is written between ``{%`` and ``%}``."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lint.findings import Finding
from lint.machines.document import Machine

try:
    import jsonata
except ImportError:  # pragma: no cover - in requirements/dev.txt; without it expressions are only balanced
    jsonata = None

_JSONPATH_FIELDS = frozenset({"InputPath", "OutputPath", "Parameters", "ResultPath", "ResultSelector", "ItemsPath"})
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\n]|\\.)+/")
# Step Functions gives these; all others are the machine's own or the expression's.
_GIVEN = frozenset({"states"})
_CLOSING = {")": "(", "]": "[", "}": "{"}


def expressions(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every expression of a document, without its delimiters."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from expressions(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from expressions(item, (*path, index))
    elif isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
        yield path, value[2:-2].strip()


def expressions_parse(machine: Machine) -> Iterator[Finding]:
    """Find expressions that are not JSONata; AWS would refuse the machine when it is created."""
    for path, text in _half_written(machine):
        yield Finding(path=path, message=f"an expression stands alone between {{% and %}}: {text[:60]}")
    for path, text in expressions(machine):
        sample = _PLACEHOLDER.sub("1", text)
        if problem := _unbalanced(sample) or _unparsed(sample):
            yield Finding(path=path, message=f"{problem} in {text[:80]}")


def no_jsonpath(machine: Machine) -> Iterator[Finding]:
    """Find fields of the older query language, which a JSONata machine refuses."""
    if machine.get("QueryLanguage") != "JSONata":
        yield Finding(path=("QueryLanguage",), message="the machine's query language is not JSONata")
    for name, state in (machine.get("States") or {}).items():
        for field in sorted(_JSONPATH_FIELDS & state.keys()):
            yield Finding(path=("States", name, field), message=f"{name} uses {field}, which is JSONPath")


def variables_are_assigned(machine: Machine) -> Iterator[Finding]:
    """Find variables that are read and never assigned, or assigned and never read."""
    assigned = {name for assign in _assigns(machine) for name in assign}
    read: set[str] = set()
    for path, text in expressions(machine):
        names = set(re.findall(r"\$([a-zA-Z_]\w*)(?!\w*\s*[(\w])", _code(text)))
        called = set(re.findall(r"\$([a-zA-Z_]\w*)\s*\(", _code(text)))
        local = set(re.findall(r"\$(\w+)\s*:=", text))
        for parameters in re.findall(r"function\(([^)]*)\)", text):
            local |= set(re.findall(r"\$(\w+)", parameters))
        read |= names - local
        for name in sorted(names - local - called - assigned - _GIVEN):
            yield Finding(path=path, message=f"${name} is never assigned")
    for name in sorted(assigned - read):
        yield Finding(path=("States",), message=f"${name} is assigned and never read")


def placeholders(text: str) -> set[str]:
    """Return the names of the substitutions a definition waits for.

    Examples
    --------
    >>> sorted(placeholders("${Bucket} and ${Key}"))
    ['Bucket', 'Key']
    """
    return set(_PLACEHOLDER.findall(text))


def _assigns(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name == "Assign" and isinstance(item, Mapping):
                yield item
            else:
                yield from _assigns(item)
    elif isinstance(value, list):
        for item in value:
            yield from _assigns(item)


def _half_written(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield from _half_written(item, (*path, name))
    whole = isinstance(value, str) and value.startswith("{%") and value.endswith("%}")
    if isinstance(value, str) and not whole and ("{%" in value or "%}" in value):
        yield path, value


def _code(text: str) -> str:
    """Return an expression without what stands in quotes, and without regular expressions."""
    return _REGEX.sub("''", _TEXT.sub("''", _PLACEHOLDER.sub("1", text)))


def _unbalanced(text: str) -> str:
    opened: list[str] = []
    for character in _code(text):
        if character in "([{":
            opened.append(character)
        elif character in _CLOSING and (not opened or opened.pop() != _CLOSING[character]):
            return f"nothing opens a {character}"
    return f"nothing closes a {opened[-1]}" if opened else ""


def _unparsed(text: str) -> str:
    if jsonata is None:
        return ""
    try:
        jsonata.Jsonata.jsonata(text)
    except Exception as error:  # whatever its parser raises, it is no JSONata
        return str(error) or type(error).__name__
    return ""

"""YAML to the document's JSON values, each with its place in the file.

Read from the parser's events, without a loader: no tags, no anchors, no recursion. And what a value is, the document
says and not its looks: `NO` is Norway, `0742` a category code, `2026-12-24T18:00:00Z` a text.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml
from fraudstream.errors import PolicyError
from fraudstream.policy.mistakes import without_card_numbers

Path = tuple[str | int, ...]
MAX_DEPTH = 8
_SHOWN = 160
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SEQUENCES = {"rules", "lists", "entries", "snoozes"}
_NUMBERS = {"review", "block"}
_TRUTHS = {"true": True, "false": False}
_NOTHING = {"", "~", "null"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something begins and ends: characters from the start, line and column from 0."""

    start: int
    end: int
    line: int
    column: int


class PlacedError(PolicyError):
    """A mistake in a rules file. Its text begins with line and column, and shows the line.

    Attributes
    ----------
    mark
        Where it stands; None where it is of the whole file.
    """

    def __init__(self, message: str, *, what: str, mark: Mark | None) -> None:
        super().__init__(message, what=what)
        self.mark = mark


@dataclass(slots=True)
class Document:
    """Values as JSON has them, and the place of each by its path."""

    value: Any = None
    places: dict[Path, Mark] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is being read."""

    value: Any
    path: Path
    key: str | None = None

    def next_path(self) -> Path:
        return (*self.path, len(self.value) if isinstance(self.value, list) else str(self.key))


def read_yaml(text: str) -> Document:
    """Return the values of one YAML document.

    Raises
    ------
    PolicyError
        With the place in the file: what is no YAML, a key that stands twice, a tag, an anchor, a second document.
    """
    document = Document()
    try:
        _read(text, document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise refused(f"no YAML: {error.problem or error.context}", text, _mark(mark, mark) if mark else None) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise refused(f"no YAML: {error}", text, None) from None
    return document


def _read(text: str, document: Document) -> None:
    stack: list[_Open] = []
    documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        mark = _mark(event.start_mark, event.end_mark)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise refused("a second document begins; one file is one policy", text, mark)
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise refused("anchors (&) and aliases (*) are not read: write the value out", text, mark)
        elif getattr(event, "tag", None) not in (None, "!"):
            raise refused("tags (!) are not read", text, mark)
        elif isinstance(event, yaml.ScalarEvent):
            _scalar(event, mark, stack, text, document)
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(stack) == MAX_DEPTH:
                raise refused(f"nested more than {MAX_DEPTH} deep", text, mark)
            value: Any = [] if isinstance(event, yaml.SequenceStartEvent) else {}
            path = _place(value, mark, stack, text, document)
            stack.append(_Open(value, path))
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()


def _scalar(event: yaml.ScalarEvent, mark: Mark, stack: list[_Open], text: str, document: Document) -> None:
    if stack and isinstance(stack[-1].value, dict) and stack[-1].key is None:
        if event.value in stack[-1].value:
            raise refused(f"'{event.value}' stands twice here", text, mark)
        stack[-1].key = event.value
        return
    plain = not event.style
    name = stack[-1].key if stack and isinstance(stack[-1].value, dict) else None
    in_entries = bool(stack) and isinstance(stack[-1].value, list) and stack[-1].path[-1:] == ("entries",)
    value: Any = event.value
    if plain and value in _NOTHING:
        value = [] if name in _SEQUENCES else None
    elif plain and name == "shadow":
        value = _TRUTHS.get(value, value)
    elif plain and name in _NUMBERS:
        value = _number(value)
    elif in_entries:  # `[card_1, card_2]` for short
        value = {"value": value}
    path = _place(value, mark, stack, text, document)
    if in_entries:
        document.places[(*path, "value")] = mark


def _place(value: Any, mark: Mark, stack: list[_Open], text: str, document: Document) -> Path:
    """Put a value where it belongs, and remember where it stood."""
    if not stack:
        document.value = value
        document.places[()] = mark
        return ()
    holder = stack[-1]
    if isinstance(holder.value, dict) and holder.key is None:
        raise refused("a key is a word", text, mark)
    path = holder.next_path()
    if isinstance(holder.value, list):
        holder.value.append(value)
    else:
        holder.value[holder.key] = value
        holder.key = None
    document.places[path] = mark
    return path


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _mark(start: Any, end: Any) -> Mark:
    return Mark(start.index, end.index, start.line, start.column)


def refused(what: str, text: str, mark: Mark | None) -> PlacedError:
    """Return a mistake with its place: line and column from 1, the line of the file, a caret below."""
    what = without_card_numbers(what)
    if mark is None:
        return PlacedError(what, what=what, mark=None)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    first = max(0, mark.column - _SHOWN // 2)  # of a long line the part around the place
    line, column = line[first : first + _SHOWN], mark.column - first
    length = max(1, min(mark.end - mark.start, len(line) - column))
    shown = f"{mark.line + 1}:{mark.column + 1}: {what}\n  {line}\n  {' ' * column}{'^' * length}"
    return PlacedError(without_card_numbers(shown), what=what, mark=mark)

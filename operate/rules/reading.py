"""A rules file, read and checked, with mistakes shown where they stand in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec
from fraudstream.contract.pan import holds_card_number
from fraudstream.errors import PolicyError
from fraudstream.policy import CompiledPolicy, Policy, canonical_json, compile_policy, read_policy
from fraudstream.policy.document import MAX_DOCUMENT_BYTES
from fraudstream.policy.reading import mistakes

from operate.rules.yaml_document import Document, Mark, PlacedError, read_yaml, refused


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesFile:
    """A valid policy with the text it was written as.

    Attributes
    ----------
    document
        The canonical JSON: what is stored, hashed and read in Lambda.
    """

    policy: Policy
    compiled: CompiledPolicy
    document: bytes
    text: str


def read_rules_file(path: Path) -> RulesFile:
    """Return the policy of a YAML file.

    Raises
    ------
    PolicyError
        With file, line and column of the first mistake; also where there is no such file, or it is no text.
    """
    try:
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise PolicyError(f"{path}: larger than {MAX_DOCUMENT_BYTES >> 20} MB")
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: cannot be read: {error}") from None
    try:
        return read_rules_text(text)
    except PolicyError as error:
        raise PolicyError(f"{path}:{error}", path=error.path, what=error.what) from None


def read_rules_text(text: str) -> RulesFile:
    """Return the policy of a YAML text.

    Raises
    ------
    PlacedError
        Of the first mistake.
    """
    document = read_yaml(text)
    try:
        policy = read_policy(msgspec.json.encode(document.value))
    except PolicyError as error:
        raise _placed(document, text, error) from None
    for mistake in _card_numbers(text):
        raise mistake
    return RulesFile(policy=policy, compiled=compile_policy(policy), document=canonical_json(policy), text=text)


def mistakes_in(text: str, most: int = 50) -> list[PlacedError]:
    """Return what is wrong with a YAML text, in the order of its lines: what cannot be read hides what is in it.

    Parameters
    ----------
    most
        How many are looked for: each is shown with its line, and one slip may be made in every line.
    """
    try:
        document = read_yaml(text)
    except PlacedError as error:
        return [error]
    wrong = islice(mistakes(msgspec.json.encode(document.value)), most)
    found = [_placed(document, text, error) for error in wrong] or list(islice(_card_numbers(text), most))
    return sorted(found, key=lambda each: each.mark.start if each.mark else -1)


def placed(text: str, path: tuple[str | int, ...], what: str) -> PlacedError:
    """Return a mistake of a readable text that only others can know of, at its place."""
    return refused(what, text, _where(read_yaml(text), text, PolicyError(what, path=path)))


def _card_numbers(text: str) -> Iterator[PlacedError]:
    """Yield the lines that hold a card number, comments too: the text is kept as it was written."""
    start = 0
    for number, line in enumerate(text.split("\n")):
        if holds_card_number(line):
            mark = Mark(start, start + len(line), number, 0)
            yield refused("holds a card number: write the card's token", text, mark)
        start += len(line) + 1


def _placed(document: Document, text: str, error: PolicyError) -> PlacedError:
    return refused(_said(error), text, _where(document, text, error))


def _said(error: PolicyError) -> str:
    """Return what is wrong, after whose it is; the place itself is the file's."""
    head = str(error).partition("\n")[0]
    rule = head.partition(", line ")[0]
    return f"{rule}: {error.what}" if error.span else head


def _where(document: Document, text: str, error: PolicyError) -> Mark | None:
    """Return the place of a mistake: of the word, if it stands in an expression, else of what holds it."""
    path = error.path
    while path and path not in document.places:
        path = path[:-1]
    mark = document.places.get(path)
    if mark is None or error.span is None:
        return mark
    return _word(document, text, error.path, error.span, mark)


def _word(document: Document, text: str, path: tuple[str | int, ...], span: tuple[int, int], mark: Mark) -> Mark:
    """Find a word of an expression in the file, however YAML has folded or quoted the expression."""
    value = document.value
    for step in path:
        value = value[step]
    expression, (start, end) = str(value), span
    word = expression[start:end].partition("\n")[0]
    source = text[mark.start : mark.end]
    if not word.strip():  # the end of the expression
        found = len(source.rstrip().rstrip("'\""))
    else:
        found = -1
        for _ in range(expression.count(word, 0, start) + 1):
            found = source.find(word, found + 1)
            if found < 0:  # written with escapes: the whole of it
                return mark
    before = text[: mark.start + found]
    line = before.count("\n")
    return Mark(mark.start + found, mark.start + found + len(word), line, len(before) - before.rfind("\n") - 1)

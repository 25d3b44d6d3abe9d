"""Documents to policies: nothing is evaluated that was not understood, and a refusal says where to look."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from fraudstream.contract import to_epoch_ms
from fraudstream.contract.pan import holds_card_number
from fraudstream.errors import PolicyError
from fraudstream.policy import syntax
from fraudstream.policy.checking import check, possible
from fraudstream.policy.document import MAX_DOCUMENT_BYTES, MAX_ENTRIES, NamedList, Policy, Rule, Snooze
from fraudstream.policy.mistakes import MistakeError, in_expression, without_card_numbers
from fraudstream.policy.names import CLOSED, KNOWN, TEXT_NAMES, suggestion
from fraudstream.policy.parsing import parse
from fraudstream.undecodable import UNDECODABLE

Path = tuple[str | int, ...]
MAX_EXPRESSIONS = 100_000
"""Characters of all expressions together: it bounds what a batch takes to be decided."""
_SMALL_NAME = "a name is small letters, digits and underscores, begins with a letter and has at most 64 of them"
_PLAINER = {
    "version": "a version is letters, digits, dots, dashes and underscores, at most 64 of them, such as 2026-11-24.1",
    "name": _SMALL_NAME,
    "rule": _SMALL_NAME,
    "outcome": "an outcome is approve, review or block",
    "effect": "an effect is block, approve or none",
}
"""What is said of these in place of the decoder's own words, where these tell a pattern or no values."""
_DECODER = msgspec.json.Decoder(Policy)
_WHERE = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[([0-9]+)\]")


def read_policy(document: bytes) -> Policy:
    """Return a policy document (JSON), checked.

    Raises
    ------
    PolicyError
        With the place of the first mistake.
    """
    policy = _decoded(document)
    for mistake in _mistakes(policy):
        raise mistake
    return policy


def mistakes(document: bytes) -> Iterator[PolicyError]:
    """Yield all that is wrong with a document (JSON): what keeps it from being read, else each mistake in it.

    For editors: who mends one wants to know of the others. Of a document that `read_policy` takes there are none.
    """
    try:
        policy = _decoded(document)
    except PolicyError as error:
        yield error
        return
    yield from _mistakes(policy)


def trees(policy: Policy) -> list[syntax.Node]:
    """Return the parsed and checked conditions of the rules, in order.

    Raises
    ------
    PolicyError
        With rule, line and column of the first mistake.
    """
    lists = {named.name for named in policy.lists}
    return [_tree(position, rule, lists) for position, rule in enumerate(policy.rules)]


def _decoded(document: bytes) -> Policy:
    if len(document) > MAX_DOCUMENT_BYTES:
        raise PolicyError(f"policy: larger than {MAX_DOCUMENT_BYTES >> 20} MB")
    try:
        return _DECODER.decode(document)
    except UNDECODABLE as error:
        raise _undecodable(str(error)) from None


def _tree(position: int, rule: Rule, lists: set[str]) -> syntax.Node:
    try:
        tree = parse(rule.when)
        check(tree, lists)
    except MistakeError as mistake:
        path: Path = ("rules", position, "when")
        raise in_expression(rule.when, mistake, f"rule '{rule.name}'", path) from None
    return tree


def _mistakes(policy: Policy) -> Iterator[PolicyError]:
    """Yield what is wrong; what is too large is looked at no further."""
    for text, path in _texts(policy):
        if holds_card_number(text):
            yield _refused("holds a card number: write the card's token", path)
    yield from _of_names(policy)
    if sum(len(rule.when) for rule in policy.rules) > MAX_EXPRESSIONS:
        yield _refused(f"more than {MAX_EXPRESSIONS:,} characters in all expressions together", ("rules",))
        return
    if sum(len(named.entries) for named in policy.lists) > MAX_ENTRIES:
        yield _refused(f"more than {MAX_ENTRIES:,} entries in all lists together", ("lists",))
        return
    for position, named in enumerate(policy.lists):
        yield from _of_list(named, ("lists", position))
    limits = policy.thresholds
    if not isinstance(limits.review, str) and not isinstance(limits.block, str) and limits.review > limits.block:
        yield _refused("review must not be above block", ("thresholds", "review"))
    voices = [rule.name for rule in policy.rules] + [named.name for named in policy.lists]
    for position, snooze in enumerate(policy.snoozes):
        yield from _of_snooze(snooze, voices, ("snoozes", position))
    yield from _of_conditions(policy)


def _of_conditions(policy: Policy) -> Iterator[PolicyError]:
    lists = {named.name for named in policy.lists}
    for position, rule in enumerate(policy.rules):
        try:
            _tree(position, rule, lists)
        except PolicyError as error:
            yield error


def _of_names(policy: Policy) -> Iterator[PolicyError]:
    named: list[tuple[str, Path]] = [(rule.name, ("rules", at, "name")) for at, rule in enumerate(policy.rules)]
    for at, listed in enumerate(policy.lists):
        if listed.name in KNOWN:
            what = f"'{listed.name}' is the name of a field; a list needs a name of its own"
            yield _refused(what, ("lists", at, "name"))
        named.append((listed.name, ("lists", at, "name")))
    seen: set[str] = set()
    for name, path in named:
        if name in seen:
            yield _refused(f"the name '{name}' stands twice", path)
        seen.add(name)


def _of_list(named: NamedList, path: Path) -> Iterator[PolicyError]:
    if named.of not in TEXT_NAMES:
        near = suggestion(named.of, TEXT_NAMES)
        yield _refused(f"no text field is called '{named.of}'{near}", (*path, "of"))
    if named.shadow and named.effect == "none":
        yield _refused("a list without an effect has nothing to do in the shadow", (*path, "shadow"))
    seen: set[str] = set()
    for position, entry in enumerate(named.entries):
        at: Path = (*path, "entries", position)
        if entry.value in seen:
            yield _refused(f"the value '{entry.value}' stands twice in the list '{named.name}'", (*at, "value"))
        if named.of in CLOSED and entry.value not in CLOSED[named.of]:
            said = f"{named.of} is never '{entry.value}'{possible(named.of, entry.value)}"
            yield _refused(said, (*at, "value"))
        if entry.until is not None:
            yield from _of_moment(entry.until, (*at, "until"))
        seen.add(entry.value)


def _of_snooze(snooze: Snooze, voices: Sequence[str], path: Path) -> Iterator[PolicyError]:
    if sum(what is not None for what in (snooze.card_id, snooze.terminal_id, snooze.rule)) != 1:
        yield _refused("a snooze names one of card_id, terminal_id and rule", path)
    if snooze.rule is not None and snooze.rule not in voices:
        yield _refused(f"no rule or list is called '{snooze.rule}'{suggestion(snooze.rule, voices)}", (*path, "rule"))
    yield from _of_moment(snooze.until, (*path, "until"))


def _of_moment(text: str, path: Path) -> Iterator[PolicyError]:
    if to_epoch_ms(text) is None:
        yield _refused(f"'{text}' is no moment in UTC, such as 2026-12-24T18:00:00Z", path)


def _texts(policy: Policy) -> Iterator[tuple[str, Path]]:
    for at, rule in enumerate(policy.rules):
        yield from ((rule.because, ("rules", at, "because")), (rule.when, ("rules", at, "when")))
    for at, named in enumerate(policy.lists):
        yield named.because, ("lists", at, "because")
        for of, entry in enumerate(named.entries):
            yield entry.value, ("lists", at, "entries", of, "value")
            if entry.because is not None:
                yield entry.because, ("lists", at, "entries", of, "because")
    for at, snooze in enumerate(policy.snoozes):
        yield snooze.because, ("snoozes", at, "because")
        for name in ("card_id", "terminal_id"):
            if (value := getattr(snooze, name)) is not None:
                yield value, ("snoozes", at, name)


def _refused(what: str, path: Path) -> PolicyError:
    return PolicyError(without_card_numbers(f"{written(path)}: {what}"), path=path, what=without_card_numbers(what))


def written(path: Path) -> str:
    """Return a place as people write it, such as `rules[2].when`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") or "policy"


def _undecodable(said: str) -> PolicyError:
    """Return the decoder's own words, with its place taken out of them."""
    match = _WHERE.match(said)
    steps = _STEP.findall(match["path"] or "") if match else []
    path: Path = tuple(int(index) if index else name for name, index in steps)
    what = match["what"] if match else said
    if path and ("regex" in what or "enum" in what):
        what = _PLAINER.get(str(path[-1]), what)
    return _refused(what, path)

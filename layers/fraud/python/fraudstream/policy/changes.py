"""What is different between two policies, a line each, for people."""

from collections.abc import Mapping

from fraudstream.policy.document import NamedList, Policy, Rule, Snooze

_NAMED = 5
"""Entries of a list that are named one by one; of more only the number is told."""


def changes(old: Policy, new: Policy) -> list[str]:
    """Return what a team changed, in the order of the document; nothing where both say the same."""
    return [
        *_rules({rule.name: rule for rule in old.rules}, {rule.name: rule for rule in new.rules}),
        *_order(old, new),
        *_lists({named.name: named for named in old.lists}, {named.name: named for named in new.lists}),
        *_thresholds(old, new),
        *_snoozes(old.snoozes, new.snoozes),
    ]


def _rules(old: Mapping[str, Rule], new: Mapping[str, Rule]) -> list[str]:
    lines = [f"- rule {name} ({rule.outcome}) is gone" for name, rule in old.items() if name not in new]
    for name, rule in new.items():
        before = old.get(name)
        if before is None:
            shadow = ", in the shadow" if rule.shadow else ""
            lines.append(f"+ rule {name} ({rule.outcome}{shadow}): {_line(rule.when)}")
            continue
        if before.outcome != rule.outcome:
            lines.append(f"~ rule {name}: {before.outcome} -> {rule.outcome}")
        if before.shadow != rule.shadow:
            lines.append(f"~ rule {name}: {'now in the shadow' if rule.shadow else 'out of the shadow, it decides'}")
        if before.when != rule.when:
            lines.append(f"~ rule {name}: when {_line(before.when)} -> {_line(rule.when)}")
        if before.because != rule.because:
            lines.append(f"~ rule {name}: another reason is given")
    return lines


def _order(old: Policy, new: Policy) -> list[str]:
    before = [rule.name for rule in old.rules]
    after = [rule.name for rule in new.rules]
    kept = [name for name in before if name in after]
    return [] if kept == [name for name in after if name in before] else ["~ the rules stand in another order"]


def _lists(old: Mapping[str, NamedList], new: Mapping[str, NamedList]) -> list[str]:
    lines = [f"- list {name} ({named.effect}) is gone" for name, named in old.items() if name not in new]
    for name, named in new.items():
        before = old.get(name)
        if before is None:
            lines.append(f"+ list {name} of {named.of} ({named.effect}): {len(named.entries):,} entries")
            continue
        pairs = [(what, getattr(before, what), getattr(named, what)) for what in ("of", "effect", "shadow")]
        lines += [f"~ list {name}: {what} {was} -> {now}" for what, was, now in pairs if was != now]
        if before.because != named.because:
            lines.append(f"~ list {name}: another reason is given")
        had = {entry.value: entry for entry in before.entries}
        has = {entry.value: entry for entry in named.entries}
        lines += _entries(name, "+", [value for value in has if value not in had])
        lines += _entries(name, "-", [value for value in had if value not in has])
        lines += _entries(name, "~", [value for value in has if value in had and has[value] != had[value]])
    return lines


def _entries(name: str, sign: str, values: list[str]) -> list[str]:
    if not values:
        return []
    shown = ", ".join(values[:_NAMED]) + (", ..." if len(values) > _NAMED else "")
    return [f"{sign} list {name}: {len(values):,} {'entry' if len(values) == 1 else 'entries'} ({shown})"]


def _thresholds(old: Policy, new: Policy) -> list[str]:
    pairs = (
        ("review", old.thresholds.review, new.thresholds.review),
        ("block", old.thresholds.block, new.thresholds.block),
    )
    return [f"~ threshold of {name}: {before} -> {after}" for name, before, after in pairs if before != after]


def _snoozes(old: tuple[Snooze, ...], new: tuple[Snooze, ...]) -> list[str]:
    return [
        *(f"- snooze of {_what(snooze)} until {snooze.until} is gone" for snooze in old if snooze not in new),
        *(f"+ snooze of {_what(snooze)} until {snooze.until}" for snooze in new if snooze not in old),
    ]


def _what(snooze: Snooze) -> str:
    named = (("card", snooze.card_id), ("terminal", snooze.terminal_id), ("rule", snooze.rule))
    return next(f"{kind} {value}" for kind, value in named if value is not None)


def _line(expression: str) -> str:
    return " ".join(expression.split())

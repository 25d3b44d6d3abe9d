"""A checked policy to one that can be evaluated."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fraudstream.contract import to_epoch_ms
from fraudstream.policy.columns import Columns
from fraudstream.policy.compiled import CompiledPolicy, Origin, Voice
from fraudstream.policy.compiling import compile_condition
from fraudstream.policy.document import NamedList, Policy
from fraudstream.policy.reading import read_policy, trees
from fraudstream.policy.texts import FOR_GOOD, Now, Truths, Untils, active


def compile_policy(policy: Policy, origin: Origin | None = None) -> CompiledPolicy:
    """Return a policy ready to be evaluated.

    Raises
    ------
    PolicyError
        If a condition is not valid: for policies that `read_policy` has not seen.
    """
    lists = {named.name: _untils(named) for named in policy.lists}
    rules = [
        Voice(
            name=rule.name,
            because=rule.because,
            outcome=rule.outcome,
            is_list=False,
            shadow=rule.shadow,
            holds=compile_condition(tree, lists),
        )
        for rule, tree in zip(policy.rules, trees(policy), strict=True)
    ]
    speaking = [
        Voice(
            name=named.name,
            because=named.because,
            outcome=named.effect,
            is_list=True,
            shadow=named.shadow,
            holds=_listed(named.of, lists[named.name]),
        )
        for named in policy.lists
        if named.effect != "none"
    ]
    return CompiledPolicy(
        policy=policy, voices=(*rules, *speaking), snoozed_until=_snoozed_until(policy), origin=origin
    )


@cache
def default_policy() -> CompiledPolicy:
    """Return the policy that ships with the layer, made from rules/default.yaml."""
    return compile_policy(read_policy(files("fraudstream.policy").joinpath("default_policy.json").read_bytes()))


def _untils(named: NamedList) -> Untils:
    return {entry.value: FOR_GOOD if entry.until is None else _moment(entry.until) for entry in named.entries}


def _listed(field: str, untils: Mapping[str, int]) -> Truths:
    if not untils:
        return lambda _, __: False

    def listed(columns: Columns, now: Now) -> Any:
        return active(columns.text(field), untils, now)

    return listed


def _snoozed_until(policy: Policy) -> dict[str, int]:
    until: dict[str, int] = {}
    for snooze in policy.snoozes:
        for name in ("card_id", "terminal_id", "rule"):
            if (value := getattr(snooze, name)) is not None:
                key = f"{name}:{value}"
                until[key] = max(until.get(key, 0), _moment(snooze.until))
    return until


def _moment(text: str) -> int:
    return to_epoch_ms(text) or 0

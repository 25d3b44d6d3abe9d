"""Alerts that the team does not want for a while. The decision stands; only its alert is held back."""

import numpy as np

from fraudstream.contract import Decision
from fraudstream.policy.compiled import CompiledPolicy, Evaluated
from fraudstream.policy.precedence import APPROVE
from fraudstream.scoring import Thresholds


def snoozed(decision: Decision, compiled: CompiledPolicy, now_ms: int, thresholds: Thresholds | None = None) -> bool:
    """Tell whether the alert of a decision is held back.

    It is while its card or terminal is snoozed; and while rules are snoozed without which it would have been approved.

    Parameters
    ----------
    decision
        A flagged one.
    compiled
        The policy that is live.
    now_ms
        Epoch milliseconds.
    thresholds
        The model's, if it scored: they say whether the score alone would have flagged it. Where they are not known,
        a score that was explained or that the policy's own thresholds reach counts as one that would.
    """
    if not compiled.snoozed_until:
        return False
    if _holds(compiled, f"card_id:{decision.card_id}", now_ms) or _holds(
        compiled, f"terminal_id:{decision.terminal_id}", now_ms
    ):
        return True
    left = {name for name in decision.rules_fired if not _holds(compiled, f"rule:{name}", now_ms)}
    if len(left) == len(decision.rules_fired):
        return False
    return _would_pass(decision, compiled, left, thresholds)


def _holds(compiled: CompiledPolicy, what: str, now_ms: int) -> bool:
    return compiled.snoozed_until.get(what, now_ms) > now_ms


def _would_pass(decision: Decision, compiled: CompiledPolicy, left: set[str], thresholds: Thresholds | None) -> bool:
    """Tell whether a transaction would have been approved, had only these rules fired."""
    if left - {voice.name for voice in compiled.voices}:
        return False  # fired by an older policy: nothing is known of its weight
    scores = None if decision.fraud_score is None else np.array([decision.fraud_score])
    limits = compiled.thresholds(thresholds)
    if scores is not None and limits is None:
        if decision.reasons:
            return False
        limits = Thresholds(review=2, block=2)  # beyond every score
    matrix = np.array([[voice.name in left for voice in compiled.voices]], np.bool_)
    return bool(Evaluated(compiled=compiled, matrix=matrix).outcomes(scores, limits)[0] == APPROVE)

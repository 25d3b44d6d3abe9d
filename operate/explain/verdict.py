"""Whether what was computed again is what was stored, to the bit."""

import struct
from dataclasses import dataclass

from operate.explain.artefact import Artefact, Computed
from operate.explain.errors import ExplainError
from operate.explain.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A decision, what it was made from, and what the same model makes of that now.

    Attributes
    ----------
    other
        The second place that keeps the decision, if it has it still.
    differences
        What is not equal to the bit, in words; empty if all is.
    """

    evidence: Evidence
    other: Evidence | None
    artefact: Artefact
    computed: Computed
    differences: tuple[str, ...]


def explain(evidence: Evidence, other: Evidence | None, artefact: Artefact) -> Explanation:
    """Compute a decision's score again and compare.

    Raises
    ------
    ExplainError
        If the decision has no score, or was made by another model than this one.
    """
    decision = evidence.decision
    if decision.fraud_score is None:
        raise ExplainError(f"{decision.transaction_id} was decided by rules alone: there is no score to compute again")
    if decision.model_version != artefact.version:
        raise ExplainError(f"model {decision.model_version} decided, and {artefact.place} is {artefact.version}")
    computed = artefact.compute(evidence.features)
    differences = []
    if _bits(computed.score) != _bits(decision.fraud_score):
        differences.append("the score computed again is not the stored one")
    contributions = dict(zip(artefact.feature_names, computed.contributions.tolist(), strict=False))
    differences += [
        f"the contribution of {reason.feature} is {contributions.get(reason.feature)!r}, stored {reason.contribution!r}"
        for reason in decision.reasons
        if _bits(contributions.get(reason.feature, float("nan"))) != _bits(reason.contribution)
    ]
    if other is not None and other.packed != evidence.packed:
        differences.append(f"{evidence.place} and {other.place} keep different features")
    if other is not None and other.decision.fraud_score != decision.fraud_score:
        differences.append(f"{evidence.place} and {other.place} keep different scores")
    return Explanation(
        evidence=evidence, other=other, artefact=artefact, computed=computed, differences=tuple(differences)
    )


def _bits(value: float) -> bytes:
    return struct.pack("<d", value)

"""An explanation as text."""

import math
from collections.abc import Iterator

from fraudstream.alerting import amount
from fraudstream.contract import Decision
from fraudstream.wording import in_words

from operate.explain.evidence import Evidence
from operate.explain.verdict import Explanation

SHOWN = 8


def of_decision(evidence: Evidence) -> Iterator[str]:
    """Yield what was decided, on what and when."""
    decision = evidence.decision
    yield f"{decision.transaction_id}: {decision.decision}, {amount(decision)}"
    yield f"  card {decision.card_id}, terminal {decision.terminal_id}, {decision.event_time}"
    yield f"  decided {decision.decided_at} by {'the model' if decision.scored_by == 'endpoint' else 'rules alone'}"
    if decision.label:
        yield f"  known to be {decision.label} since {decision.label_time} ({decision.label_source})"
    yield f"  rules fired: {', '.join(decision.rules_fired) or 'none'}"
    yield (
        f"  versions: model {decision.model_version or 'none'}, rules {decision.rules_version}, "
        f"features {decision.features_version}"
    )
    yield f"  kept in {evidence.place}"


def of_score(explanation: Explanation) -> Iterator[str]:
    """Yield both scores to the bit, and where all of it comes from."""
    decision, artefact, other = explanation.evidence.decision, explanation.artefact, explanation.other
    stored, computed = decision.fraud_score or 0.0, explanation.computed.score
    yield f"  archived in {other.place}" if other else "  no second place was found that keeps it"
    yield f"  model from {artefact.place}, features of schema {artefact.metadata['schema_hash']}"
    limits = artefact.metadata["thresholds"]
    yield f"score (review from {limits['review']}, block from {limits['block']})"
    yield f"  stored      {stored!r:<22} {stored.hex()}"
    yield f"  computed    {computed!r:<22} {computed.hex()}"
    yield "  equal to the bit" if stored.hex() == computed.hex() else "  DIFFERENT"


def of_reasons(explanation: Explanation, *, every: bool) -> Iterator[str]:
    """Yield what raised and lowered the score, the strongest first, in log-odds, and what it sums to."""
    decision, computed = explanation.evidence.decision, explanation.computed
    names = explanation.artefact.feature_names
    strongest = sorted(range(len(names)), key=lambda column: -abs(computed.contributions[column]))
    shown = strongest if every else strongest[:SHOWN]
    told = {reason.feature: reason.text for reason in decision.reasons}
    yield f"reasons, in log-odds ({_stored(decision)})"
    for column in shown:
        name, value = names[column], float(explanation.evidence.features[column])
        words = told.get(name) or in_words(name, value, decision.currency)
        known = "missing" if math.isnan(value) else value
        yield f"  {computed.contributions[column]:+8.4f}  {words}  [{name} = {known}]"
    if left := [computed.contributions[column] for column in strongest[len(shown) :]]:
        yield f"  {sum(left):+8.4f}  {len(left)} others"
    yield f"  {computed.contributions[-1]:+8.4f}  before anything is known of the transaction"
    yield f"  {sum(computed.contributions):+8.4f}  in all; the score's log-odds are {_margin(computed.score):+.4f}"


def of_differences(explanation: Explanation) -> Iterator[str]:
    """Yield the verdict."""
    if not explanation.differences:
        yield "the decision is what its model makes of what was kept"
    for difference in explanation.differences:
        yield f"DIFFERENT: {difference}"


def _stored(decision: Decision) -> str:
    if decision.reasons:
        return "stored with the decision: " + ", ".join(reason.feature for reason in decision.reasons)
    return "none was stored: it was not flagged by its score, or too many were at once"


def _margin(score: float) -> float:
    return math.log(score) - math.log1p(-score) if 0 < score < 1 else math.copysign(math.inf, score - 0.5)

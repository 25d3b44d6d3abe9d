"""Alerts in plain language, one for each transaction that is reviewed or blocked."""

from collections.abc import Sequence

from fraudstream.contract import Alert, Decision
from fraudstream.currency import exponent
from fraudstream.settling import Standing
from fraudstream.wording import in_words

_DONE = {"review": "Review", "block": "Blocked"}
SEVERITY = {"review": "medium", "block": "high"}
_WITHOUT_REASONS = {
    "endpoint": "the score alone: so many transactions were flagged at once that this one was not explained",
    "rules": "no score was to be had in time: decided by rules, to be safe",
}


def alerts_for(standing: Sequence[Standing], console_url: str | None) -> list[tuple[str, Alert]]:
    """Return subject and message for every decision that is not an approval."""
    decisions = [s.record.decision for s in standing if s.record.decision.decision != "approve"]
    return [(subject(decision), _message(decision, console_url)) for decision in decisions]


def subject(decision: Decision) -> str:
    """Return one line that says what, how much and how sure; at most 100 ASCII characters, as the topic demands."""
    score = "no score" if decision.fraud_score is None else f"score {decision.fraud_score:.2f}"
    return f"{_DONE[decision.decision]}: {amount(decision)} on card {decision.card_id[-8:]} ({score})"[:100]


def amount(decision: Decision) -> str:
    """Return the amount as people write it, such as 12.50 EUR."""
    decimals = exponent(decision.currency)
    whole, part = divmod(decision.amount_minor, 10**decimals)
    return f"{whole}.{part:0{decimals}d} {decision.currency}" if decimals else f"{whole} {decision.currency}"


def _message(decision: Decision, console_url: str | None) -> Alert:
    words = [r.text or in_words(r.feature, r.value, decision.currency) for r in decision.reasons]
    words += [f"rule {name.replace('_', ' ')}" for name in decision.rules_fired]
    return Alert(
        alert_id=decision.transaction_id,
        decision=decision,
        reasons_in_words=words or [_WITHOUT_REASONS[decision.scored_by]],
        console_url=f"{console_url}/transactions/{decision.transaction_id}" if console_url else None,
    )

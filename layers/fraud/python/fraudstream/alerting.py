"""Alerts in plain language, one for each transaction that is reviewed or blocked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fraudstream.cases import is_snoozed, place
from fraudstream.contract import Alert, Case, Decision, Transaction, from_epoch_ms
from fraudstream.currency import exponent
from fraudstream.harmless import ascii_line, plain
from fraudstream.settling import Standing
from fraudstream.wording import in_words

SEVERITY = {"review": "medium", "block": "high"}
_DONE = {"review": "Review", "block": "Blocked"}
_WITHOUT_REASONS = {
    "endpoint": "the score alone: so many transactions were flagged at once that this one was not explained",
    "rules": "no score was to be had in time: decided by rules, to be safe",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is to be sent of a batch: alerts with their subject lines; and how many are held back."""

    alerts: Sequence[tuple[str, Alert]]
    snoozed: int

    @property
    def opened(self) -> int:
        """How many cases these transactions opened."""
        return sum(alert.event == "opened" for _, alert in self.alerts)


def alerts_for(
    standing: Sequence[Standing],
    cases: Mapping[str, Case],
    *,
    now_ms: int,
    console_url: str | None,
    because: Mapping[tuple[str, str], str] | None = None,
    snoozed: Callable[[Decision], bool] = lambda _: False,
) -> Sending:
    """Return what to send for every decision that is not an approval, but for what somebody snoozed.

    Parameters
    ----------
    cases
        The case of each card.
    because
        Why the team has a rule or list, by the policy's version and its name; one of another version is told by name.
    snoozed
        Whether the team's policy holds back the alert of a decision.
    """
    now = from_epoch_ms(now_ms)
    alerts: list[tuple[str, Alert]] = []
    held_back = 0
    for each in standing:
        decision = each.record.decision
        if decision.decision == "approve":
            continue
        case = cases[decision.card_id]
        if is_snoozed(case, now) or snoozed(decision):
            held_back += 1
            continue
        alert = Alert(
            alert_id=decision.transaction_id,
            decision=decision,
            reasons_in_words=_why(decision, because or {}),
            console_url=f"{console_url}/#/transactions/{quote(decision.transaction_id, safe='')}"
            if console_url
            else None,
            where=_where(each.accepted.transaction),
            case=place(case, decision.transaction_id),
        )
        alerts.append((subject(alert), alert))
    return Sending(alerts=alerts, snoozed=held_back)


def subject(alert: Alert) -> str:
    """Return one line that says what, how much and how sure; at most 100 ASCII characters, as the topic demands."""
    decision = alert.decision
    score = "no score" if decision.fraud_score is None else f"score {decision.fraud_score:.2f}"
    worse = f"Case worse, {alert.case.transactions} flagged. " if alert.case and alert.event == "escalated" else ""
    said = f"{worse}{_DONE[decision.decision]}: {amount(decision)} on card {card(decision)} ({score})"
    return ascii_line(said)


def card(decision: Decision) -> str:
    """Return as much of the card's token as people need to tell cards apart."""
    return plain(decision.card_id[-8:])


def amount(decision: Decision) -> str:
    """Return the amount as people write it, such as 12.50 EUR."""
    return money(decision.amount_minor, decision.currency)


def money(minor: int, currency: str) -> str:
    """Return an amount as people write it, exactly, however large."""
    decimals = exponent(currency)
    whole, part = divmod(minor, 10**decimals)
    return f"{whole}.{part:0{decimals}d} {currency}" if decimals else f"{whole} {currency}"


def _why(decision: Decision, because: Mapping[tuple[str, str], str]) -> list[str]:
    words = [r.text or in_words(r.feature, r.value, decision.currency) for r in decision.reasons]
    for name in decision.rules_fired:
        reason = because.get((decision.rules_version, name))
        rule = f"rule {name.replace('_', ' ')}"
        words.append(f"{rule}: {reason}" if reason else rule)
    return words or [_WITHOUT_REASONS[decision.scored_by]]


def _where(transaction: Transaction) -> str:
    """Return terminal, town, country and trade, as far as the sender told them."""
    town = ", ".join(filter(None, (transaction.merchant_city, transaction.merchant_country)))
    told = (transaction.terminal, town, transaction.merchant_category, transaction.entry_mode)
    return "; ".join(filter(None, told))

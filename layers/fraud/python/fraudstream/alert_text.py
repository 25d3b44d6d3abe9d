"""An alert as people read it in a mail: what, how much, where, why, what was done, and what to do next."""

import re
from datetime import datetime
from urllib.parse import quote

from fraudstream.alerting import amount, card, money
from fraudstream.contract import Alert
from fraudstream.harmless import plain

_DID = {
    "review": "It let the payment through and put it into the review queue.",
    "block": "It refused the payment. The card itself is not blocked: its next payments are decided one by one.",
}
_WHAT = {"review": "A payment needs a look", "block": "A payment was blocked"}
_is_safe_to_type = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}").fullmatch
_MOST_REASONS = 6


def text_of(alert: Alert) -> str:
    """Return the text of a mail."""
    decision = alert.decision
    paragraphs = [
        f"{_WHAT[decision.decision]}: {amount(decision)} on card {card(decision)}.",
        "\n".join(
            (
                f"When:    {when(decision.event_time)}",
                f"Where:   {plain(alert.where or alert.decision.terminal_id, 160)}",
                f"Payment: {plain(decision.transaction_id)}",
            )
        ),
        "\n".join(["Why it stands out:", *(f"- {reason}" for reason in reasons(alert))]),
        f"What the machine did: {_DID[decision.decision]}",
        case_of(alert),
        "\n".join(["What to do next:", *(f"{n}. {step}" for n, step in enumerate(next_steps(alert), 1))]),
    ]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def reasons(alert: Alert) -> list[str]:
    """Return why, a sentence each, and how sure the model is."""
    said = [sentence(plain(reason, 300)) for reason in alert.reasons_in_words[:_MOST_REASONS]]
    score = alert.decision.fraud_score
    how_sure = "" if score is None else f"The model scores it {score:.2f}, on a scale from 0 to 1."
    return [*said, *filter(None, (how_sure,))]


def case_of(alert: Alert) -> str:
    """Return how the payment stands in its case; empty where there is none."""
    case = alert.case
    if case is None:
        return ""
    sums = " and ".join(money(minor, currency) for currency, minor in sorted(case.amounts.items()))
    flagged = "1 payment was" if case.transactions == 1 else f"{case.transactions} payments were"
    opening = {
        "opened": "A new case begins with it",
        "escalated": "Its case has become worse",
        "updated": "It joins a case",
    }
    return f"{opening[case.event]} ({case.case_id}): {flagged} flagged on this card so far, {sums} together."


def next_steps(alert: Alert) -> list[str]:
    """Return what a person can do, with where to look."""
    name, say = alert.alert_id, "Say what you found, fraud or legitimate: POST /dispositions of the HTTP API."
    if alert.console_url:
        look, say = f"Look at it: {alert.console_url}", "Say there what you found, fraud or legitimate."
    elif _is_safe_to_type(name):
        look = f"Look at it: make explain TX={name}"
    else:  # nothing of a name goes into a shell that could mean something there
        address = quote(name, safe="").replace(".", "%2E")
        look = f"Look at it: GET /decisions/{address} of the HTTP API"
    return [
        look,
        "Ask the cardholder whether the payment was theirs.",
        f"{say} That ends its wait in the queue.",
    ]


def when(moment: str) -> str:
    """Return a moment as people write it.

    Examples
    --------
    >>> when("2026-11-23T13:14:36.123Z")
    '23 November 2026, 13:14:36 UTC'
    """
    read = datetime.fromisoformat(moment)
    return f"{read.day} {read:%B %Y, %H:%M:%S} UTC"


def sentence(phrase: str) -> str:
    """Return a phrase with a capital at its head and a full stop at its end."""
    return phrase[:1].upper() + phrase[1:].rstrip(".") + "."

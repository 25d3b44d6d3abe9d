"""What people read of an alert: golden examples, and names that would like to be more than names."""

import json
from typing import Any

import msgspec
import pytest
from fraudstream import harmless
from fraudstream.alert_chat import notification_of
from fraudstream.alert_text import text_of
from fraudstream.alerting import subject
from fraudstream.contract import Alert, AlertCase, Decision, Reason

from tests.samples import NOW_MS, iso

HOSTILE = [
    "<!channel> <https://pay.example|Refund>",
    "http://pay.example/login",
    "www.pay.example",
    "x\r\nBcc: everyone@pay.example",
    "\u202egnp.exe",
    "*bold* _it_ ~no~ `code` [a](b)",
    "@here & @everyone",
    "$(reboot); `reboot`",
]


def alert_of(
    *, case: dict[str, Any] | None = None, where: str = "terminal_7; Berlin, DE; ecom", **fields: Any
) -> Alert:
    """An alert as the pipeline makes it."""
    values = {
        "transaction_id": "tx-1",
        "card_id": "card_8f3a9c21",
        "terminal_id": "terminal_7",
        "event_time": iso(NOW_MS),
        "amount_minor": 81_250,
        "currency": "EUR",
        "decision": "block",
        "fraud_score": 0.9512,
        "scored_by": "endpoint",
        "rules_fired": ("far_above_usual",),
        "reasons": (Reason(feature="amount", value=812.5, contribution=1.5, text="the amount is 812.50 EUR"),),
        "model_version": "m-1",
        "rules_version": "r-1",
        "features_version": "1",
        "decided_at": iso(NOW_MS + 500),
    }
    placed = {
        "case_id": "case-abcdefghijklmnop",
        "event": "opened",
        "sequence": 1,
        "transactions": 1,
        "amounts": {"EUR": 81_250},
    }
    decision = Decision(**values | fields)
    return Alert(
        alert_id=decision.transaction_id,
        decision=decision,
        reasons_in_words=["the amount is 812.50 EUR", "rule far above usual"],
        console_url=None,
        where=where,
        case=AlertCase(**placed | (case or {})),
    )


MAIL = """\
A payment was blocked: 812.50 EUR on card 8f3a9c21.

When:    21 September 2026, 14:13:20 UTC
Where:   terminal_7; Berlin, DE; ecom
Payment: tx-1

Why it stands out:
- The amount is 812.50 EUR.
- Rule far above usual.
- The model scores it 0.95, on a scale from 0 to 1.

What the machine did: It refused the payment. The card itself is not blocked: its next payments are decided one by one.

A new case begins with it (case-abcdefghijklmnop): 1 payment was flagged on this card so far, 812.50 EUR together.

What to do next:
1. Look at it: make explain TX=tx-1
2. Ask the cardholder whether the payment was theirs.
3. Say what you found, fraud or legitimate: POST /dispositions of the HTTP API. That ends its wait in the queue.
"""


def test_a_mail_says_what_how_much_where_why_and_what_to_do():
    """Every word of it, as an analyst reads it."""
    assert text_of(alert_of()) == MAIL


def test_a_mail_about_a_case_that_grew_says_what_it_has_come_to():
    """Sums by currency, the machine's deed, and the console where there is one."""
    case = {"event": "escalated", "sequence": 5, "transactions": 7, "amounts": {"JPY": 900, "EUR": 1250}}
    alert = msgspec.structs.replace(
        alert_of(case=case, decision="review", fraud_score=None, scored_by="rules", model_version=None),
        console_url="https://console.example/transactions/tx-1",
    )
    text = text_of(alert)
    assert "Its case has become worse" in text
    assert "7 payments were flagged on this card so far, 12.50 EUR and 900 JPY together." in text
    assert "What the machine did: It let the payment through and put it into the review queue." in text
    assert "1. Look at it: https://console.example/transactions/tx-1" in text
    assert "scores it" not in text


def test_a_subject_says_what_happened_and_that_a_case_became_worse():
    """Short enough for a phone's lock screen."""
    assert subject(alert_of()) == "Blocked: 812.50 EUR on card 8f3a9c21 (score 0.95)"
    worse = alert_of(case={"event": "escalated", "sequence": 10, "transactions": 10})
    assert subject(worse) == "Case worse, 10 flagged. Blocked: 812.50 EUR on card 8f3a9c21 (score 0.95)"


def test_a_chat_notification_has_the_form_of_aws_chatbot():
    """Version, source, markdown content with title, text, steps and keywords; one thread a case."""
    sent = json.loads(notification_of(alert_of()))
    assert (sent["version"], sent["source"], sent["id"]) == ("1.0", "custom", "tx-1")
    assert set(sent["content"]) == {"textType", "title", "description", "nextSteps", "keywords"}
    assert sent["content"]["textType"] == "client-markdown"
    assert sent["content"]["title"] == ":rotating_light: Blocked: 812.50 EUR on card 8f3a9c21 (score 0.95)"
    assert "*Where:* terminal_7; Berlin, DE; ecom" in sent["content"]["description"]
    assert "• The amount is 812.50 EUR." in sent["content"]["description"]
    assert sent["content"]["nextSteps"][0] == "Look at it: make explain TX=tx-1"
    assert sent["content"]["keywords"] == ["fraud", "block", "opened"]
    assert sent["metadata"]["threadId"] == "case-abcdefghijklmnop"


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("field", ["where", "transaction_id", "terminal_id"])
def test_whatever_a_name_holds_it_stays_text(name, field):
    """No link, mention, format, line or command comes of it; the JSON for machines has it as it was sent."""
    changes = {"where": name} if field == "where" else {field: name}
    alert = alert_of(**changes)
    line, text, chat = subject(alert), text_of(alert), json.loads(notification_of(alert))
    assert line.isascii()
    assert len(line) <= 100
    assert not {"\n", "\r"} & set(line)
    assert len(text.splitlines()) == len(MAIL.splitlines())
    shown = json.dumps(chat["content"], ensure_ascii=False)
    for written in (text, shown):
        assert "://" not in written
        assert "pay.example" not in written
        assert "\u202e" not in written
        assert "TX=$" not in written
    for mark in ("<!", "<http", "@here", "@everyone", "*bold*", "`"):
        assert mark not in shown
    assert name in json.dumps(msgspec.to_builtins(alert), ensure_ascii=False) or "\n" in name or "\u202e" in name


def test_a_name_that_a_shell_could_read_is_never_put_into_a_command():
    """It is asked for by an address, in which everything odd is encoded."""
    text = text_of(alert_of(transaction_id="x; rm -rf ~"))
    assert "make explain" not in text
    assert "GET /decisions/x%3B%20rm%20-rf%20~ of the HTTP API" in text


def test_texts_are_bounded_however_long_the_names():
    """A subject has at most 100 characters, a title 250, a description 3,000."""
    alert = alert_of(where="w" * 5000, amount_minor=2**63 - 1, card_id="c" * 64)
    alert = msgspec.structs.replace(alert, reasons_in_words=["r" * 900] * 40)
    chat = json.loads(notification_of(alert))
    assert len(subject(alert)) <= 100
    assert len(chat["content"]["title"]) <= 250
    assert len(chat["content"]["description"]) <= 3000
    assert len(text_of(alert)) < 4000


@pytest.mark.parametrize("text", HOSTILE)
def test_harmless_text_is_harmless_however_often_it_is_made_so(text):
    """A text that went through once is not made worse by going through again."""
    assert harmless.plain(harmless.plain(text)) == harmless.plain(text)

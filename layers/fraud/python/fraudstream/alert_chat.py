"""An alert as a chat channel shows it: the custom notification of Amazon Q Developer in chat applications.

https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
"""

import msgspec
from msgspec import Struct

from fraudstream import harmless
from fraudstream.alert_text import case_of, next_steps, reasons, when
from fraudstream.alerting import subject
from fraudstream.contract import Alert

CHATTED = frozenset({"opened", "escalated"})
"""A channel is for people: one message for a case, and one whenever it becomes worse."""
_LONGEST_TITLE, _LONGEST_TEXT = 250, 3_000
_encode = msgspec.json.Encoder().encode


class _Content(Struct, frozen=True, rename="camel"):
    text_type: str
    title: str
    description: str
    next_steps: list[str]
    keywords: list[str]


class _Metadata(Struct, frozen=True, rename="camel"):
    thread_id: str
    summary: str
    event_type: str


class _Notification(Struct, frozen=True):
    version: str
    source: str
    id: str
    content: _Content
    metadata: _Metadata


def notification_of(alert: Alert) -> str:
    """Return the JSON of a notification; messages of one case form a thread."""
    decision = alert.decision
    title = harmless.chat(subject(alert), _LONGEST_TITLE)
    lines = [
        f"*When:* {when(decision.event_time)}",
        f"*Where:* {harmless.chat(alert.where or decision.terminal_id, 160)}",
        f"*Payment:* {harmless.chat(decision.transaction_id)}",
        "*Why it stands out:*",
        *(f"• {harmless.chat(reason, 300)}" for reason in reasons(alert)),
        case_of(alert),
    ]
    notification = _Notification(
        version="1.0",
        source="custom",
        id=alert.alert_id,
        content=_Content(
            text_type="client-markdown",
            title=f":rotating_light: {title}" if decision.decision == "block" else f":mag: {title}",
            description="\n".join(filter(None, lines))[:_LONGEST_TEXT],
            next_steps=next_steps(alert),
            keywords=["fraud", decision.decision, alert.event],
        ),
        metadata=_Metadata(
            thread_id=alert.case.case_id if alert.case else alert.alert_id, summary=title, event_type=alert.event
        ),
    )
    return _encode(notification).decode()

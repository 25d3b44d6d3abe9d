"""Alerts on SNS, ten a call: JSON for machines and plain text for mails on one topic, chat channels on another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from fraudstream.adapters.calls import ROUNDS, Calls, chunks, store_errors
from fraudstream.alert_chat import CHATTED, notification_of
from fraudstream.alert_text import text_of
from fraudstream.alerting import SEVERITY
from fraudstream.contract import Alert
from fraudstream.errors import StoreUnavailableError

ENTRIES = 10
_MOST_BYTES = 250_000
"""Of the messages of one call together; the topic takes 262,144 with all their attributes."""
_encode = msgspec.json.Encoder().encode
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Topic:
    """`ports.Alerts` over a topic; subscribers filter on the attributes of `_attributes`.

    Attributes
    ----------
    chat_arn
        Topic of the chat channels, which are told when a case opens or becomes worse; empty: there are none.
    """

    client: Any
    arn: str
    calls: Calls
    chat_arn: str = ""

    def publish(self, alerts: Sequence[tuple[str, Alert]]) -> None:
        """Publish alerts; entries that a topic refuses are sent again, alone.

        Raises
        ------
        StoreUnavailableError
            Where entries are still refused after `ROUNDS` rounds.
        """
        self._publish(self.arn, [entry_of(number, *each) for number, each in enumerate(alerts)])
        if self.chat_arn:
            chatted = [each for each in alerts if each[1].event in CHATTED]
            self._publish(self.chat_arn, [_chat_entry(number, *each) for number, each in enumerate(chatted)])

    def _publish(self, arn: str, waiting: Sequence[Entry]) -> None:
        for round_number in range(ROUNDS):
            failed = {name for names in self.calls.map(self._send(arn), _parcels(waiting)) for name in names}
            waiting = [entry for entry in waiting if entry["Id"] in failed]
            if not waiting:
                return
            self.calls.pause(round_number)
        raise StoreUnavailableError(f"{len(waiting)} alerts were refused {ROUNDS} times")

    def _send(self, arn: str) -> Callable[[Sequence[Entry]], list[str]]:
        def send(entries: Sequence[Entry]) -> list[str]:
            with store_errors("PublishBatch"):
                answer = self.client.publish_batch(TopicArn=arn, PublishBatchRequestEntries=list(entries))
            return [failure["Id"] for failure in answer.get("Failed", [])]

        return send


def _parcels(entries: Sequence[Entry]) -> list[Sequence[Entry]]:
    """Cut entries into calls: ten at most, and no more than a call may weigh."""
    parcels: list[Sequence[Entry]] = []
    for some in chunks(entries, ENTRIES):
        whole = sum(len(entry["Message"].encode()) for entry in some) <= _MOST_BYTES
        parcels += [some] if whole else chunks(some, 1)
    return parcels


def entry_of(number: int, subject: str, alert: Alert) -> Entry:
    """Return an alert as an entry of PublishBatch."""
    # `MessageStructure` json: each protocol gets its own text, and whatever is not named gets `default`.
    message = {"default": _encode(alert).decode(), "email": text_of(alert)}
    return {
        "Id": str(number),
        "Subject": subject,
        "MessageStructure": "json",
        "Message": _encode(message).decode(),
        "MessageAttributes": _attributes(alert),
    }


def _chat_entry(number: int, subject: str, alert: Alert) -> Entry:
    return {
        "Id": str(number),
        "Subject": subject,
        "Message": notification_of(alert),
        "MessageAttributes": _attributes(alert),
    }


def _attributes(alert: Alert) -> dict[str, dict[str, str]]:
    decision = alert.decision
    texts = {
        "decision": decision.decision,
        "severity": SEVERITY[decision.decision],
        "currency": decision.currency,
        "event": alert.event,
    }
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in texts.items()}
    return attributes | {"amount_minor": {"DataType": "Number", "StringValue": str(decision.amount_minor)}}

"""Alerts on SNS, ten a call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from fraudstream.adapters.calls import ROUNDS, Calls, chunks, store_errors
from fraudstream.alerting import SEVERITY
from fraudstream.contract import Alert
from fraudstream.errors import StoreUnavailableError

ENTRIES = 10
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Topic:
    """`ports.Alerts` over a topic; subscribers filter on `decision`, `severity`, `amount_minor` and `currency`."""

    client: Any
    arn: str
    calls: Calls

    def publish(self, alerts: Sequence[tuple[str, Alert]]) -> None:
        """Publish alerts; entries that the topic refuses are sent again, alone.

        Raises
        ------
        StoreUnavailableError
            Where entries are still refused after `ROUNDS` rounds.
        """
        waiting = [_entry(position, subject, alert) for position, (subject, alert) in enumerate(alerts)]
        for round_number in range(ROUNDS):
            failed = {name for names in self.calls.map(self._send, chunks(waiting, ENTRIES)) for name in names}
            waiting = [entry for entry in waiting if entry["Id"] in failed]
            if not waiting:
                return
            self.calls.pause(round_number)
        raise StoreUnavailableError(f"{len(waiting)} alerts were refused {ROUNDS} times")

    def _send(self, entries: Sequence[dict[str, Any]]) -> list[str]:
        with store_errors("PublishBatch"):
            answer = self.client.publish_batch(TopicArn=self.arn, PublishBatchRequestEntries=list(entries))
        return [failure["Id"] for failure in answer.get("Failed", [])]


def _entry(position: int, subject: str, alert: Alert) -> dict[str, Any]:
    decision = alert.decision
    texts = {
        "decision": decision.decision,
        "severity": SEVERITY[decision.decision],
        "currency": decision.currency,
    }
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in texts.items()}
    attributes["amount_minor"] = {"DataType": "Number", "StringValue": str(decision.amount_minor)}
    return {
        "Id": str(position),
        "Subject": subject,
        "Message": _encoder.encode(alert).decode(),
        "MessageAttributes": attributes,
    }

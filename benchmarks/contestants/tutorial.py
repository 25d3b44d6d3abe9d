"""Peer (a): the handler of the tutorials. For each record one InvokeEndpoint, one PutItem, one PutObject.

It knows nothing of a card but what the payment says. Clients are made once and kept, configured as they come.
"""

import json
from base64 import b64decode
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import boto3

from benchmarks.names import ARCHIVE, DECISIONS, ENDPOINT, TOPIC
from benchmarks.peers.features import features_without_state
from benchmarks.peers.payments import Payment

REVIEW, BLOCK = 0.99, 0.998
"""The endpoint's thresholds: this peer has them in its code."""


class Effects:
    """What every peer does to decide and to record one transaction."""

    def __init__(self) -> None:
        self._endpoint = boto3.client("sagemaker-runtime")
        self._decisions = boto3.resource("dynamodb").Table(DECISIONS)
        self._objects = boto3.client("s3")
        self._topic = boto3.client("sns")

    def score(self, row: list[float]) -> float:
        """Ask the model about one row."""
        answer = self._endpoint.invoke_endpoint(
            EndpointName=ENDPOINT, ContentType="text/csv", Body=",".join(map(str, row))
        )
        return float(answer["Body"].read())

    def record(self, payment: Payment, row: list[float], score: float) -> None:
        """Store the decision, keep the transaction with its features, and tell who should look at it."""
        decision = "block" if score >= BLOCK else "review" if score >= REVIEW else "approve"
        item = {
            "transaction_id": payment.ident,
            "card_id": payment.card,
            "terminal_id": payment.terminal,
            "event_time": payment.fields["event_time"],
            "amount_minor": payment.amount,
            "currency": payment.fields["currency"],
            "decision": decision,
            "fraud_score": Decimal(str(score)),
        }
        self._decisions.put_item(Item=item)
        line = payment.fields | {"decision": decision, "fraud_score": score, "features": row}
        key = f"transactions/{payment.fields['event_time'][:10]}/{payment.ident}.json"
        self._objects.put_object(Bucket=ARCHIVE, Key=key, Body=json.dumps(line))
        if decision != "approve":
            self._topic.publish(
                TopicArn=TOPIC,
                Subject=f"{decision}: {payment.amount} {payment.fields['currency']}",
                Message=json.dumps(line),
                MessageAttributes={"decision": {"DataType": "String", "StringValue": decision}},
            )


def make_handler() -> Callable[[dict[str, Any], object], Any]:
    """Return the handler."""
    effects = Effects()

    def handler(event: dict[str, Any], _: object) -> None:
        for entry in event["Records"]:
            payment = Payment.of(b64decode(entry["kinesis"]["data"]))
            row = features_without_state(payment)
            effects.record(payment, row, effects.score(row))

    return handler

"""A queue subscribed to the alert topic, as any consumer of alerts would have one."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4


class AlertQueue:
    """An SQS queue that receives every alert from now on, until `remove`.

    Parameters
    ----------
    sqs, sns
        boto3 clients.
    topic_arn
        The alert topic.
    """

    def __init__(self, sqs: Any, sns: Any, topic_arn: str) -> None:
        self._sqs = sqs
        self._sns = sns
        self.url = sqs.create_queue(QueueName=f"demo-alerts-{uuid4().hex[:8]}")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]
        arn = attributes["QueueArn"]
        sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": _only_from(topic_arn, arn)})
        self._subscription = sns.subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
        )["SubscriptionArn"]

    def poll(self) -> Iterator[dict[str, Any]]:
        """Yield the alerts that are waiting, each with its `subject`, and take them off the queue."""
        for subject, message in self.letters():
            yield json.loads(message) | {"subject": subject}

    def letters(self) -> Iterator[tuple[str, str]]:
        """Yield subject and text of whatever is waiting, and take it off the queue."""
        while True:
            answer = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
            messages = answer.get("Messages", [])
            if not messages:
                return
            for message in messages:
                envelope = json.loads(message["Body"])
                yield envelope.get("Subject", ""), envelope["Message"]
            self._sqs.delete_message_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": str(i), "ReceiptHandle": message["ReceiptHandle"]} for i, message in enumerate(messages)
                ],
            )

    def remove(self) -> None:
        """Unsubscribe and delete the queue."""
        self._sns.unsubscribe(SubscriptionArn=self._subscription)
        self._sqs.delete_queue(QueueUrl=self.url)


def _only_from(topic_arn: str, queue_arn: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue_arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
                }
            ],
        }
    )

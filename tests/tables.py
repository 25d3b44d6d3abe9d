"""The three tables, a bucket, a topic with a queue: made as the template makes them, under names of their own."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fraudstream.adapters.bucket import Bucket
from fraudstream.adapters.calls import Calls
from fraudstream.adapters.cases_table import BY_AGE, BY_RISK, RECENT, CasesTable
from fraudstream.adapters.decisions_table import DecisionsTable
from fraudstream.adapters.histories_table import HistoriesTable
from fraudstream.adapters.topic import Topic


@dataclass
class Stores:
    """Real adapters over fresh resources of the embedded AWS."""

    histories: HistoriesTable
    decisions: DecisionsTable
    cases: CasesTable
    bucket: Bucket
    topic: Topic
    queue_url: str
    sqs: Any

    def received(self) -> list[dict[str, Any]]:
        """Take the messages that the topic delivered so far, with their attributes."""
        found: list[dict[str, Any]] = []
        while messages := self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(message["Body"]) for message in messages]
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return found


def make_table(dynamodb: Any, key: str, **more: Any) -> str:
    """Create a table and return its name."""
    name = f"{key}-{uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}, *more.pop("attributes", [])],
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        **more,
    )
    return name


def make_cases_table(dynamodb: Any) -> str:
    """Create a table of cases with its three indexes and return its name."""
    kinds = {"queue": "S", "risk": "N", "opened_at": "S", "opened_on": "S"}
    indexes = [
        {
            "IndexName": index,
            "KeySchema": [
                {"AttributeName": partition, "KeyType": "HASH"},
                {"AttributeName": sort, "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
        for index, partition, sort in (
            (BY_RISK, "queue", "risk"),
            (BY_AGE, "queue", "opened_at"),
            (RECENT, "opened_on", "opened_at"),
        )
    ]
    attributes = [{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()]
    return make_table(dynamodb, "card_id", attributes=attributes, GlobalSecondaryIndexes=indexes)


def make_stores(client: Any, calls: Calls) -> Stores:
    """Create everything and return the adapters; `client` makes a boto3 client of a service."""
    dynamodb, s3, sns, sqs = (client(service) for service in ("dynamodb", "s3", "sns", "sqs"))
    bucket = f"bucket-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    topic = sns.create_topic(Name=f"alerts-{uuid4().hex[:8]}")["TopicArn"]
    queue = sqs.create_queue(QueueName=f"queue-{uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return Stores(
        histories=HistoriesTable(dynamodb, make_table(dynamodb, "entity"), calls),
        decisions=DecisionsTable(dynamodb, make_table(dynamodb, "transaction_id"), calls),
        cases=CasesTable(dynamodb, make_cases_table(dynamodb), calls),
        bucket=Bucket(s3, bucket),
        topic=Topic(sns, topic, calls),
        queue_url=queue,
        sqs=sqs,
    )

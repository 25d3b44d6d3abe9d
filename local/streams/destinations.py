"""Delivers discarded records to the mapping's failure destination."""

import json
import logging
import uuid
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from .clock import Clock
from .errors import StopRequestedError
from .failures import failure_document, object_key, with_payload
from .mapping import Mapping
from .retries import Discard

_LOG = logging.getLogger(__name__)
_DELIVERY_ATTEMPTS = 5


class Destination(Protocol):
    """Takes records that are given up."""

    def send(self, discard: Discard) -> bool:
        """Deliver; return whether it arrived."""


class NoDestination:
    """Without a destination Lambda drops the records."""

    def send(self, discard: Discard) -> bool:
        """Drop them, and say so: this is the only trace they leave."""
        _LOG.error("%d records dropped, no failure destination: %s", len(discard.records), discard.condition)
        return False


class FailureDestination:
    """An S3 bucket (with the payload), an SQS queue or an SNS topic (a pointer to the records).

    Parameters
    ----------
    clients : mapping of str to client
        `s3`, `sqs` and `sns`.
    mapping, shard_id
        What the document says of the records.
    clock : Clock
        Time and pauses between attempts.
    """

    def __init__(self, clients: dict[str, Any], *, mapping: Mapping, shard_id: str, clock: Clock) -> None:
        self._clients = clients
        self._mapping = mapping
        self._shard_id = shard_id
        self._clock = clock

    def send(self, discard: Discard) -> bool:
        """Deliver, trying a few times; return whether it arrived.

        What cannot be delivered is dropped in the end, as by Lambda: a missing bucket must not block the shard.

        Raises
        ------
        StopRequestedError
            If a stop was asked for between the attempts; the records are not lost then.
        """
        for attempt in range(_DELIVERY_ATTEMPTS):
            try:
                self._send(discard)
            except (ClientError, BotoCoreError) as error:
                arn = self._mapping.failure_destination_arn
                _LOG.warning("the failure destination %s did not take it: %s", arn, error)
                if not self._clock.sleep(0.2 * 2**attempt):
                    raise StopRequestedError from error
            else:
                return True
        _LOG.error("%d records dropped, the failure destination is out of reach", len(discard.records))
        return False

    def _send(self, discard: Discard) -> None:
        arn = str(self._mapping.failure_destination_arn)
        service, account, name = (arn.split(":", 5)[i] for i in (2, 4, 5))
        now = self._clock.now()
        document = failure_document(
            discard, self._mapping, shard_id=self._shard_id, now=now, request_id=str(uuid.uuid4())
        )
        client = self._clients[service]
        if service == "s3":
            key = object_key(self._mapping.uuid, self._shard_id, now=now, random_id=str(uuid.uuid4()))
            client.put_object(Bucket=name, Key=key, Body=json.dumps(with_payload(document, discard)).encode())
        elif service == "sqs":
            url = client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
            client.send_message(QueueUrl=url, MessageBody=json.dumps(document))
        else:
            client.publish(TopicArn=arn, Message=json.dumps(document))

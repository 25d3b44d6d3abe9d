"""The documents that Lambda sends to a failure destination, and the name of the S3 object.

https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
"""

from datetime import UTC, datetime
from typing import Any

from .mapping import Mapping
from .records import event_payload
from .retries import Discard


def failure_document(
    discard: Discard, mapping: Mapping, *, shard_id: str, now: float, request_id: str
) -> dict[str, Any]:
    """Return the pointer document: what failed and where it stands in the stream, without the records.

    Records that expired before the function ever saw them have no `responseContext`.
    """
    first, last, answer = discard.records[0], discard.records[-1], discard.last_answer
    document: dict[str, Any] = {
        "requestContext": {
            "requestId": answer.request_id if answer else request_id,
            "functionArn": mapping.function_arn,
            "condition": discard.condition,
            "approximateInvokeCount": discard.invocations,
        },
        "version": "1.0",
        "timestamp": _iso(now),
        "KinesisBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": first.sequence_number,
            "endSequenceNumber": last.sequence_number,
            "approximateArrivalOfFirstRecord": _iso(first.arrived_at_seconds),
            "approximateArrivalOfLastRecord": _iso(last.arrived_at_seconds),
            "batchSize": len(discard.records),
            "streamArn": mapping.stream_arn,
        },
    }
    if answer:
        response: dict[str, Any] = {"statusCode": answer.status_code, "executedVersion": answer.executed_version}
        if answer.function_error:
            response["functionError"] = answer.function_error
        document["responseContext"] = response
    return document


def with_payload(document: dict[str, Any], discard: Discard) -> dict[str, Any]:
    """Return the document as S3 gets it: `payload` is the whole event, as a JSON string within the JSON."""
    return {**document, "payload": event_payload(discard.records)}


def object_key(uuid: str, shard_id: str, *, now: float, random_id: str) -> str:
    """Return `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random>`, in UTC."""
    moment = datetime.fromtimestamp(now, UTC)
    return f"aws/lambda/{uuid}/{shard_id}/{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{random_id}"


def _iso(seconds: float) -> str:
    moment = datetime.fromtimestamp(round(seconds, 3), UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Chargeback files dropped in a deployed stack: S3, EventBridge, the function as built, the stream, the tables."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.alert_queue import AlertQueue
from tests.e2e.conftest import Deployed
from tests.reliability.proof import proves
from tests.samples import transaction

pytestmark = pytest.mark.e2e
INCOMING, REPORTS = "chargebacks/incoming/", "chargebacks/reports/"
PAN = "4111111111111111"
NOW = datetime.now(UTC)
PAID = (NOW - timedelta(hours=2)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
DISPUTED = (NOW - timedelta(minutes=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
HEAD = "Transaction ID;Dispute date;Reason code\r\n"


def item(deployed: Deployed, name: str) -> dict[str, Any]:
    key = {"transaction_id": {"S": name}}
    table = deployed.outputs["DecisionsTableName"]
    return deployed.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})


def until(what: str, condition: Any, seconds: float = 60) -> Any:
    """Wait for something, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.2)
    return found


def drop(deployed: Deployed, name: str, body: bytes) -> dict[str, Any]:
    """Drop a file and return its report."""
    s3, bucket = deployed.client("s3"), deployed.outputs["ArchiveBucketName"]
    key = f"{REPORTS}{name.removesuffix('.csv')}.json"
    s3.delete_object(Bucket=bucket, Key=key)
    s3.put_object(Bucket=bucket, Key=INCOMING + name, Body=body)

    def report() -> bytes | None:
        if s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount"):
            return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return None

    return json.loads(until(f"no report of {name}", report))


@pytest.fixture(scope="module")
def decided(deployed: Deployed) -> Deployed:
    """Three transactions, decided by rules."""
    for number in (1, 2, 3):
        record = transaction(number, transaction_id=f"cb-{number}", card_id=f"card_cb_{number}", event_time=PAID)
        deployed.client("kinesis").put_record(
            StreamName=deployed.outputs["TransactionStreamName"],
            PartitionKey=f"card_cb_{number}",
            Data=json.dumps(record).encode(),
        )
    until("the transactions were not decided", lambda: all(item(deployed, f"cb-{n}") for n in (1, 2, 3)))
    return deployed


@proves(invariants=[11])
def test_a_dropped_file_labels_its_decisions_and_reports_the_rest(decided):
    """A minute later the label is on the decision; the report has what labelled nothing, without card numbers."""
    told = AlertQueue(decided.client("sqs"), decided.client("sns"), decided.outputs["OperationsTopicArn"])
    body = HEAD + f"cb-1;{DISPUTED};10.4\r\ncb-2;{DISPUTED};\r\nnobody;{DISPUTED};\r\n{PAN};{DISPUTED};\r\n"
    report = drop(decided, "visa/march.csv", body.encode("utf-8-sig"))
    assert (report["sent"], report["by_reason"]) == (2, {"card_number_in_line": 1, "not_found": 1})
    assert PAN not in json.dumps(report)
    labelled = until("the label did not arrive", lambda: "label" in item(decided, "cb-1") and item(decided, "cb-1"))
    assert (labelled["label"]["S"], labelled["label_source"]["S"]) == ("fraud", "chargeback")
    assert labelled["label_time"]["S"] == DISPUTED
    until("the second label did not arrive", lambda: "label" in item(decided, "cb-2"))
    assert "label" not in item(decided, "cb-3")
    letters: list[tuple[str, str]] = []
    until("nobody was told", lambda: letters.extend(told.letters()) or letters)
    told.remove()
    ((subject, text),) = [letter for letter in letters if letter[0].startswith("Chargebacks")]
    assert subject == "Chargebacks read: visa/march.csv, 2 labels, 2 problems"
    assert PAN not in text


@proves(invariants=[1])
def test_the_same_file_again_changes_nothing(decided):
    """Not an attribute of the decision, and no record on the stream."""
    before = [item(decided, f"cb-{n}") for n in (1, 2, 3)]
    body = HEAD + f"cb-1;{DISPUTED};10.4\r\ncb-2;{DISPUTED};\r\n"
    report = drop(decided, "again.csv", body.encode())
    assert (report["sent"], report["unchanged"], report["problems"]) == (0, 2, 0)
    time.sleep(2)
    assert [item(decided, f"cb-{n}") for n in (1, 2, 3)] == before


def test_a_file_that_cannot_be_read_is_refused_with_its_reason(decided):
    """Latin-1 is told to be saved as UTF-8."""
    report = drop(decided, "latin.csv", (HEAD + "Zürich;;\r\n").encode("latin-1"))
    assert (report["status"], report["reason"]) == ("refused", "not_utf8")
    assert "UTF-8" in report["detail"]

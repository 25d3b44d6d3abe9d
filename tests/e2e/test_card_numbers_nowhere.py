"""Card numbers in every field, path, header, file and error: afterwards none is in anything the system wrote."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from fraudstream.contract.pan import passes_luhn

from local.alert_queue import AlertQueue
from local.everywhere import everything, leaks
from tests.e2e.canaries import Canaries, chargebacks, records, requests
from tests.e2e.conftest import Deployed, deployed_stack

pytestmark = pytest.mark.e2e
CHARGEBACKS = "chargebacks/incoming/canaries.csv"
UNREADABLE = "chargebacks/incoming/no-file-of-ours.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came out of a stack that was given card numbers everywhere."""

    canaries: Canaries
    deployed: Deployed
    places: list[tuple[str, bytes]]
    answers: list[tuple[str, bytes]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A stack that was given every canary, with everything it wrote and said."""
    canaries = Canaries()
    with deployed_stack(tmp_path_factory.mktemp("canaries")) as deployed:
        topics = deployed.client("sns").list_topics()["Topics"]
        queues = [AlertQueue(deployed.client("sqs"), deployed.client("sns"), topic["TopicArn"]) for topic in topics]
        sent = list(records(canaries))
        for start in range(0, len(sent), 100):
            deployed.client("kinesis").put_records(
                StreamName=deployed.outputs["TransactionStreamName"],
                Records=[{"Data": data, "PartitionKey": "canary"} for data in sent[start : start + 100]],
            )
        left_out = _drop(deployed, canaries)
        answers = [_ask(deployed, *request) for request in requests(canaries)]
        _settle(deployed, len(sent))
        places = list(everything(deployed.client, leave_out=left_out))
        places += [(f"letter {subject}", text.encode()) for queue in queues for subject, text in queue.letters()]
        yield Told(canaries=canaries, deployed=deployed, places=places, answers=answers)


def test_no_card_number_is_in_anything_the_system_wrote(told):
    """Tables, objects with their names, logs, metrics, histories of executions, parameters, messages: none of them."""
    searched, found = leaks(told.canaries.planted, told.places)
    assert searched > 200
    assert [f"{told.canaries.planted[leak.split()[0]]}: {leak}" for leak in found] == []


def test_no_answer_repeats_a_card_number(told):
    """Nor do refusals, which say what is wrong without saying it again."""
    assert leaks(told.canaries.planted, told.answers)[1] == []


def test_no_card_number_is_in_the_files_that_programs_log_to(told):
    """What the functions and the jobs printed, beside what reached CloudWatch."""
    files = [path for path in (told.deployed.stack.paths.logs / "functions").rglob("*") if path.is_file()]
    assert files
    assert leaks(told.canaries.planted, [(path.name, path.read_bytes()) for path in files])[1] == []


def test_the_canaries_are_card_numbers_and_were_seen(told):
    """Each passes the check digit; what the system did with them was refuse, mask and report."""
    assert all(re.fullmatch(r"4\d{15}", number) and passes_luhn(number) for number in told.canaries.planted)
    assert len(told.canaries.planted) > 100
    names = [name for name, _ in told.places]
    assert any("quarantine/" in name for name in names)
    assert any("chargebacks/reports/" in name for name in names)


def test_a_canary_that_leaks_is_found(told):
    """Written on purpose into a table of this very stack, a canary is found there: the scan looks where it says."""
    number = next(iter(told.canaries.planted))
    table = told.deployed.outputs["DecisionsTableName"]
    told.deployed.client("dynamodb").put_item(
        TableName=table, Item={"transaction_id": {"S": "leak"}, "note": {"S": f"paid with {number}"}}
    )
    found = leaks(told.canaries.planted, everything(told.deployed.client))[1]
    assert [leak for leak in found if leak.startswith(number) and table in leak]


def _drop(deployed: Deployed, canaries: Canaries) -> list[str]:
    """Drop chargeback files and a policy that nobody can read; return what was handed in."""
    s3, archive, models = deployed.client("s3"), deployed.outputs["ArchiveBucketName"], _models(deployed)
    s3.put_object(Bucket=archive, Key=CHARGEBACKS, Body=chargebacks(canaries))
    s3.put_object(Bucket=archive, Key=UNREADABLE, Body=b"\x00\x01" + canaries.plant("CSV of no text").encode())
    refused = {"version": canaries.plant("policy version"), canaries.plant("policy key"): 1}
    s3.put_object(Bucket=models, Key="rules/live.json", Body=json.dumps(refused).encode())
    handed_in = [f"{archive}/{CHARGEBACKS}", f"{archive}/{UNREADABLE}", f"{models}/rules/live.json"]
    return [*handed_in, "fraudstream-artifacts"]


def _models(deployed: Deployed) -> str:
    resources = deployed.client("cloudformation").describe_stack_resource(
        StackName=deployed.stack_name, LogicalResourceId="ModelsBucket"
    )
    return str(resources["StackResourceDetail"]["PhysicalResourceId"])


def _ask(deployed: Deployed, method: str, path: str, body: object, headers: dict[str, str]) -> tuple[str, bytes]:
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    url = deployed.outputs["ApiUrl"] + quote(path, safe="/?=&")
    signed = AWSRequest(method, url, {"Content-Type": "application/json"} | headers, data)
    SigV4Auth(Credentials("test", "test"), "execute-api", "us-east-1").add_auth(signed)
    try:
        with urlopen(Request(url, data, dict(signed.headers), method=method), timeout=60) as answer:
            return f"{method} {path.partition('/')[0]}", answer.read()
    except HTTPError as error:
        return f"{error.code} to {method}", error.read()


def _settle(deployed: Deployed, sent: int) -> None:
    """Wait until every record is decided or quarantined, both files are reported, and the log lines have arrived."""
    cloudwatch, s3 = deployed.client("cloudwatch"), deployed.client("s3")
    archive = deployed.outputs["ArchiveBucketName"]
    deadline = time.monotonic() + 120
    while True:
        done = sum(_total(cloudwatch, metric) for metric in ("Decided", "Quarantined", "Labels", "Duplicates"))
        reports = s3.list_objects_v2(Bucket=archive, Prefix="chargebacks/reports/").get("KeyCount", 0)
        if done >= sent and reports >= 2:
            break
        assert time.monotonic() < deadline, f"{done:.0f} of {sent} records are done, {reports} of 2 reports written"
        time.sleep(1)
    time.sleep(3)


def _total(cloudwatch: object, metric: str) -> float:
    answer = cloudwatch.get_metric_statistics(  # type: ignore[attr-defined]
        Namespace="Fraudstream",
        MetricName=metric,
        Dimensions=[{"Name": "service", "Value": "score_transactions"}],
        StartTime=time.time() - 3600,
        EndTime=time.time() + 3600,
        Period=60,
        Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in answer["Datapoints"])

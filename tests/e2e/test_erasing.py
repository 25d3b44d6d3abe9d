"""A card erased on request, over a deployed stack: tables, archive, quarantine, older versions; files are named."""

import gzip
import json
import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from local.objects import archive_lines
from local.places import written_places
from tests.e2e.conftest import Deployed, deployed_stack
from tests.samples import label, records, transaction
from tests.unit.redrive_world import to_entry

pytestmark = pytest.mark.e2e
GONE, STAYS = "card_to_erase", "card_that_stays"
NOW = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A stack that has decided, labelled, refused and given up records of two cards."""
    with deployed_stack(tmp_path_factory.mktemp("stack")) as deployed:
        fill(deployed)
        yield deployed


def fill(deployed: Deployed) -> None:
    sent = [transaction(n, event_time=NOW, card_id=GONE if n % 2 else STAYS) for n in range(1, 6)]
    sent.append(label(1, event_time=NOW, label_time=NOW, card_id=GONE))
    sent += [transaction(9, event_time=NOW, card_id=card, amount_minor=-1) for card in (GONE, STAYS)]
    for record in sent:
        deployed.client("kinesis").put_record(
            StreamName=deployed.outputs["TransactionStreamName"], PartitionKey="k", Data=json.dumps(record).encode()
        )
    deadline = time.monotonic() + 60
    while len(quarantined(deployed)) < 2 or len(archived(deployed)) < 6:
        assert time.monotonic() < deadline, "the records did not come through"
        time.sleep(0.3)
    given_up = records([transaction(n, event_time=NOW, card_id=card) for n, card in ((7, GONE), (8, STAYS))])
    document = {"version": "1.0", "payload": json.dumps({"Records": [to_entry(record) for record in given_up]})}
    s3, bucket = deployed.client("s3"), deployed.outputs["QuarantineBucketName"]
    s3.put_object(Bucket=bucket, Key="aws/lambda/m/shardId-0/2026/11/23/a", Body=json.dumps(document).encode())
    archive = deployed.outputs["ArchiveBucketName"]
    s3.put_object(Bucket=archive, Key="raw/history.csv.gz", Body=gzip.compress(f"id,card_id\n1,{GONE}\n".encode()))
    s3.put_object(Bucket=archive, Key="raw/other.csv", Body=f"id,card_id\n1,{STAYS}\n".encode())
    for entry in s3.list_objects_v2(Bucket=archive, Prefix="archive/")["Contents"]:  # a retry wrote the same key again
        body = s3.get_object(Bucket=archive, Key=entry["Key"])["Body"].read()
        s3.put_object(Bucket=archive, Key=entry["Key"], Body=body)


def objects(deployed: Deployed, output: str, prefix: str) -> dict[str, bytes]:
    s3, bucket = deployed.client("s3"), deployed.outputs[output]
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())
    return {entry["Key"]: s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read() for entry in found}


def archived(deployed: Deployed) -> list[dict[str, object]]:
    return [
        line for body in objects(deployed, "ArchiveBucketName", "archive/").values() for line in archive_lines(body)
    ]


def quarantined(deployed: Deployed) -> list[bytes]:
    return b"".join(objects(deployed, "QuarantineBucketName", "quarantine/").values()).splitlines()


def erase(deployed: Deployed, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "operate", "erase", "--stack", deployed.stack_name, *arguments]
    environment = os.environ | deployed.stack.info.environment | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)


def old_versions_mention(deployed: Deployed, card: str) -> bool:
    """Whether any version of any archive or quarantine object still has the card."""
    for output in ("ArchiveBucketName", "QuarantineBucketName"):
        s3, bucket = deployed.client("s3"), deployed.outputs[output]
        for version in s3.list_object_versions(Bucket=bucket).get("Versions", []):
            if not version["Key"].startswith("archive/"):
                continue
            answer = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
            if card in json.dumps(archive_lines(answer["Body"].read())):
                return True
    return False


def places_with(deployed: Deployed, card: str) -> list[str]:
    """Every item, object and log line that mentions a card; given-up batches have their records as base64."""
    found = []
    for name, content in written_places(deployed.client, deployed.outputs, []):
        if card.encode() in content or b64encode(f'"card_id": "{card}"'.encode())[4:-4] in content:
            found.append(name)
    return found


def test_an_erased_card_is_nowhere_but_in_files_that_are_named(stack):
    """Looked at first; then erased, verified, with evidence that does not name it; the other card is untouched."""
    assert old_versions_mention(stack, GONE)
    looked = erase(stack, GONE, "--dry-run")
    assert looked.returncode == 0, looked.stderr
    assert "3  decisions" in looked.stdout
    assert "2  items under the card's own key: history, case" in looked.stdout
    assert "Nothing was changed" in looked.stdout
    before = places_with(stack, STAYS)
    lines = [line for line in archived(stack) if GONE not in json.dumps(line)]
    assert len(archived(stack)) == 6

    ran = erase(stack, GONE)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "ERASED, and verified" in ran.stdout
    assert "raw/history.csv.gz" in ran.stdout
    assert "raw/other.csv" not in ran.stdout
    assert places_with(stack, GONE) == []
    assert not old_versions_mention(stack, GONE)

    assert archived(stack) == lines
    assert len(places_with(stack, STAYS)) == len(before)
    assert len(quarantined(stack)) == 1
    (document,) = objects(stack, "QuarantineBucketName", "aws/lambda/").values()
    assert len(json.loads(json.loads(document)["payload"])["Records"]) == 1
    ((key, evidence),) = objects(stack, "ArchiveBucketName", "erasures/").items()
    assert GONE not in key + evidence.decode()
    assert json.loads(evidence)["erased"]["decisions"] == 3


def test_erased_again_there_is_nothing_to_do(stack):
    """Repeating completes what an interruption left, and is harmless otherwise; the evidence has the same name."""
    first = erase(stack, GONE)
    assert first.returncode == 0, first.stderr
    assert "0  decisions" in first.stdout
    names = {key.rsplit("/", 1)[1] for key in objects(stack, "ArchiveBucketName", "erasures/")}
    assert len(names) == 1


def test_a_card_number_is_not_taken_for_a_token(stack):
    """It is not repeated either."""
    ran = erase(stack, "4111111111111111")
    assert ran.returncode == 2
    assert "4111" not in ran.stdout + ran.stderr

"""The mapping process against the embedded base: real streams, real calls, a function that writes down its batches."""

import base64
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]

# The base without its own Kinesis poller, which would read the same mappings.
BASE = """
from ministack.services import lambda_svc
lambda_svc._poll_kinesis = lambda: False
from ministack.app import main
main()
"""

# What a record asks for in its data: "raise" fails the batch, "report" fails this record in a partial answer,
# "slow" takes a moment, and ":once" after it means only until the marker file exists.
FUNCTION = """
import base64, json, os, pathlib, time

def handler(event, context):
    folder = pathlib.Path(os.environ["FOLDER"])
    texts = [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]
    shard = event["Records"][0]["eventID"].split(":")[0]
    with (folder / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps({"shard": shard, "texts": texts, "began": time.time()}) + "\\n")
    if any("slow" in text for text in texts):
        time.sleep(1.5)
        (folder / "slow.done").touch()
    if any("raise" in text for text in texts):
        raise RuntimeError("as asked")
    return {"batchItemFailures": [
        {"itemIdentifier": record["kinesis"]["sequenceNumber"]}
        for record, text in zip(event["Records"], texts)
        if "report" in text and not (folder / "healed").exists()
    ]}
"""


def base_python() -> Path:
    """Return the interpreter of the base's own environment."""
    chosen = Path(os.environ.get("FRAUDSTREAM_AWS_PYTHON") or ROOT / ".local/venvs/aws/bin/python")
    if not chosen.exists():
        pytest.skip("the base's environment is not built; make setup does it, or FRAUDSTREAM_AWS_PYTHON names another")
    return chosen


def wait_until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Return the condition's first true value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return value


@pytest.fixture(scope="module")
def endpoint_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A base of our own on a free port."""
    python, folder = base_python(), tmp_path_factory.mktemp("base")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(folder),
    }
    with (folder / "base.log").open("w") as log:
        process = subprocess.Popen([python, "-c", BASE], env=environment, stdout=log, stderr=log, cwd=folder)
    try:
        wait_until(lambda: process.poll() is not None or socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        assert process.poll() is None, (folder / "base.log").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@dataclass(kw_only=True)
class Stage:
    """A stream, a function, a mapping between them, and the process that reads it."""

    endpoint_url: str
    folder: Path
    name: str
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def client(self, service: str) -> Any:
        """Return an AWS client for the base."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}),
        )

    def map(self, *, shards: int = 1, **settings: Any) -> str:
        """Make the stream, the function and the mapping; return the mapping's id."""
        self.client("kinesis").create_stream(StreamName=self.name, ShardCount=shards)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as code:
            code.writestr("handler.py", FUNCTION)
        self.client("lambda").create_function(
            FunctionName=self.name,
            Runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
            Role="arn:aws:iam::000000000000:role/function",
            Handler="handler.handler",
            Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": {"FOLDER": str(self.folder)}},
            Timeout=30,
        )
        return str(
            self.client("lambda").create_event_source_mapping(
                EventSourceArn=f"arn:aws:kinesis:us-east-1:000000000000:stream/{self.name}",
                FunctionName=self.name,
                **{"StartingPosition": "TRIM_HORIZON"} | settings,
            )["UUID"]
        )

    def put(self, *texts: str, key: str = "card") -> None:
        """Append records to the stream."""
        entries = [{"Data": text.encode(), "PartitionKey": key} for text in texts]
        answer = self.client("kinesis").put_records(StreamName=self.name, Records=entries)
        assert answer["FailedRecordCount"] == 0

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the mapping process."""
        command = [sys.executable, "-m", "local.streams", "--endpoint-url", self.endpoint_url]
        with (self.folder / "mapping.log").open("a") as log:
            process = subprocess.Popen(
                [*command, "--state", str(self.folder / "state")], cwd=ROOT, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def calls(self) -> list[list[str]]:
        """Return the batches that the function has seen."""
        return [call["texts"] for call in self.call_records()]

    def call_records(self) -> list[dict[str, Any]]:
        """Return what the function wrote down of each call."""
        path = self.folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def seen(self) -> list[str]:
        """Return every record that the function has seen, in order, with repetitions."""
        return [text for call in self.calls() for text in call]

    def checkpoints(self) -> list[dict[str, Any]]:
        """Return the checkpoints on disk."""
        return [json.loads(path.read_text()) for path in self.folder.glob("state/checkpoints/*/shardId-*.json")]

    def close(self) -> None:
        """Leave no process and no mapping behind."""
        for process in self.processes:
            process.kill()
            process.wait()
        for mapping in self.client("lambda").list_event_source_mappings()["EventSourceMappings"]:
            self.client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])


@pytest.fixture
def stage(endpoint_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    made = Stage(endpoint_url=endpoint_url, folder=tmp_path, name=f"s{abs(hash(request.node.name)) % 10**8}")
    yield made
    made.close()


def test_records_reach_the_function_in_order_and_a_clean_stop_keeps_the_place(stage: Stage) -> None:
    """SIGTERM ends the process with 0; the next one goes on with the first record that was not resolved."""
    stage.map(BatchSize=100)
    stage.put(*(f"n{n}" for n in range(250)))
    process = stage.start()
    wait_until(lambda: len(stage.seen()) == 250)
    assert stage.seen() == [f"n{n}" for n in range(250)]
    assert max(map(len, stage.calls())) <= 100
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0

    stage.put("later")
    stage.start()
    wait_until(lambda: "later" in stage.seen())
    assert stage.seen() == [*(f"n{n}" for n in range(250)), "later"]


def test_a_stop_finishes_the_running_call_and_checkpoints_it(stage: Stage) -> None:
    """The function ends its work, and what it did is not done again."""
    stage.map(BatchSize=10)
    stage.put("slow")
    process = stage.start()
    wait_until(stage.calls)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert (stage.folder / "slow.done").exists()
    assert [checkpoint["sequence_number"] is not None for checkpoint in stage.checkpoints()] == [True]


def test_a_killed_process_resumes_from_its_checkpoint(stage: Stage) -> None:
    """SIGKILL in the middle of a call: the batch under way comes again, the ones before it do not."""
    stage.map(BatchSize=2)
    stage.put("a", "b", "slow", "c")
    process = stage.start()
    wait_until(lambda: "slow" in stage.seen())
    process.kill()
    process.wait()
    stage.start()
    wait_until(lambda: len(stage.calls()) == 3)
    assert stage.calls() == [["a", "b"], ["slow", "c"], ["slow", "c"]]


def test_a_partial_answer_redelivers_from_the_reported_record(stage: Stage) -> None:
    """What came before the reported record is done; when the cause is gone, the rest goes through."""
    stage.map(BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"])
    stage.put("a", "b", "report", "c")
    stage.start()
    wait_until(lambda: len(stage.calls()) >= 2)
    (stage.folder / "healed").touch()
    wait_until(lambda: stage.checkpoints() and len(set(map(tuple, stage.calls()))) == 2)
    assert stage.calls()[0] == ["a", "b", "report", "c"]
    assert all(call == ["report", "c"] for call in stage.calls()[1:])


def test_a_poison_record_alone_ends_in_the_s3_destination_with_its_payload(stage: Stage) -> None:
    """Bisect isolates it, its retries are exhausted, S3 has the record itself, and the others are processed."""
    stage.client("s3").create_bucket(Bucket=stage.name)
    uuid = stage.map(
        BatchSize=10,
        MaximumRetryAttempts=1,
        BisectBatchOnFunctionError=True,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:s3:::{stage.name}"}},
    )
    stage.put("a", "b", "raise", "c", "d")
    stage.start()
    s3 = stage.client("s3")
    [entry] = wait_until(lambda: s3.list_objects_v2(Bucket=stage.name).get("Contents"))
    wait_until(lambda: "d" in stage.calls()[-1])
    assert entry["Key"].startswith(f"aws/lambda/{uuid}/shardId-000000000000/")
    document = json.loads(s3.get_object(Bucket=stage.name, Key=entry["Key"])["Body"].read())
    assert document["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert document["responseContext"]["functionError"]
    assert document["KinesisBatchInfo"]["batchSize"] == 1
    [record] = json.loads(document["payload"])["Records"]
    assert base64.b64decode(record["kinesis"]["data"]) == b"raise"
    assert {text for call in stage.calls() if "raise" not in call for text in call} == {"a", "b", "c", "d"}


def test_a_queue_gets_a_pointer_to_the_failed_batch(stage: Stage) -> None:
    """The message says where the records are, without them."""
    sqs = stage.client("sqs")
    url = sqs.create_queue(QueueName=stage.name)["QueueUrl"]
    destination = f"arn:aws:sqs:us-east-1:000000000000:{stage.name}"
    stage.map(MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": destination}})
    stage.put("raise", "a")
    stage.start()
    [message] = wait_until(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
    document = json.loads(message["Body"])
    assert document["KinesisBatchInfo"]["batchSize"] == 2
    assert "payload" not in document


def test_shards_and_lanes_run_side_by_side_and_keep_the_order_of_each_key(stage: Stage) -> None:
    """Two shards with three lanes each: all records arrive, each key in its order."""
    stage.map(shards=2, ParallelizationFactor=3, BatchSize=20)
    for n in range(30):
        for card in range(12):
            stage.put(f"card{card}:{n}", key=f"card{card}")
    stage.start()
    wait_until(lambda: len(stage.seen()) == 360)
    for card in range(12):
        prefix = f"card{card}:"
        assert [t for t in stage.seen() if t.startswith(prefix)] == [f"{prefix}{n}" for n in range(30)]
    assert len({call["shard"] for call in stage.call_records()}) == 2


def test_children_of_a_split_are_read_after_their_parent(stage: Stage) -> None:
    """The records of the parent that were read come first; the children are then read from their beginning."""
    stage.map(BatchSize=1)
    stage.put("slow", "parent")
    stage.start()
    wait_until(stage.calls)
    stage.client("kinesis").split_shard(
        StreamName=stage.name, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127)
    )
    stage.put("child1", key="a")
    stage.put("child2", key="b")
    wait_until(lambda: {"child1", "child2"} <= set(stage.seen()))
    assert stage.seen()[:2] == ["slow", "parent"]
    assert len(stage.seen()) == 4


def test_disabling_updating_and_deleting_a_mapping_take_effect(stage: Stage) -> None:
    """Nothing is read while it is off, it goes on where it was, and its place is forgotten when it is deleted."""
    uuid = stage.map(BatchSize=100)
    functions = stage.client("lambda")
    stage.put("a")
    stage.start()
    wait_until(lambda: stage.seen() == ["a"])
    functions.update_event_source_mapping(UUID=uuid, Enabled=False)
    log = stage.folder / "mapping.log"
    time.sleep(2.5)
    stage.put("b", "c", "d")
    time.sleep(1)
    assert stage.seen() == ["a"], log.read_text()
    functions.update_event_source_mapping(UUID=uuid, Enabled=True, BatchSize=1)
    wait_until(lambda: len(stage.seen()) == 4)
    assert stage.calls() == [["a"], ["b"], ["c"], ["d"]]
    functions.delete_event_source_mapping(UUID=uuid)
    wait_until(lambda: not stage.checkpoints())


def test_a_window_gathers_records(stage: Stage) -> None:
    """Records that come one by one within the window are one batch."""
    stage.map(BatchSize=100, MaximumBatchingWindowInSeconds=2)
    stage.start()
    wait_until(lambda: "reading" in (stage.folder / "mapping.log").read_text())
    for n in range(5):
        stage.put(f"n{n}")
        time.sleep(0.2)
    wait_until(lambda: len(stage.seen()) == 5)
    assert len(stage.calls()) == 1


def test_the_iterator_ages_are_published(stage: Stage) -> None:
    """Alarms and dashboard find the function's and the stream's ages in CloudWatch."""
    stage.map()
    stage.put("a")
    stage.start()
    cloudwatch = stage.client("cloudwatch")

    def names() -> set[str]:
        found = cloudwatch.list_metrics()["Metrics"]
        mine = [m["MetricName"] for m in found if stage.name in {d["Value"] for d in m["Dimensions"]}]
        return set(mine)

    wait_until(lambda: {"IteratorAge", "GetRecords.IteratorAgeMilliseconds"} <= names())


def test_a_second_process_on_the_same_state_is_refused(stage: Stage) -> None:
    """Two readers would deliver everything twice."""
    stage.start()
    wait_until((stage.folder / "state/lock").exists)
    time.sleep(0.5)
    assert stage.start().wait(20) == 1
    assert "another process" in (stage.folder / "mapping.log").read_text()

"""The mapping process against the embedded base: real streams, real calls, a function that writes down its batches."""

import base64
import json
import shutil
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import EmbeddedStack
from tests.integration.mapped_stage import Stage, wait_until
from tests.reliability.proof import proves

pytestmark = pytest.mark.integration


@pytest.fixture
def stage(aws: EmbeddedStack, tmp_path: Path) -> Iterator[Stage]:
    assert aws.info
    made = Stage(info=aws.info, folder=tmp_path, name=f"mapped-{uuid.uuid4().hex[:8]}")
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


@proves(faults=[1], invariants=[7])
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


@proves(faults=[9])
def test_a_poison_record_alone_ends_in_the_s3_destination_with_its_payload(stage: Stage) -> None:
    """Bisect isolates it, its retries are exhausted, S3 has the record itself, and the others are processed."""
    stage.client("s3").create_bucket(Bucket=stage.name)
    mapping = stage.map(
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
    assert entry["Key"].startswith(f"aws/lambda/{mapping}/shardId-000000000000/")
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


@proves(faults=[11], invariants=[7])
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


@proves(faults=[11], invariants=[7])
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
    mapping = stage.map(BatchSize=100)
    functions = stage.client("lambda")
    stage.put("a")
    stage.start()
    wait_until(lambda: stage.seen() == ["a"])
    functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    log = stage.folder / "mapping.log"
    time.sleep(2.5)
    stage.put("b", "c", "d")
    time.sleep(1)
    assert stage.seen() == ["a"], log.read_text()
    functions.update_event_source_mapping(UUID=mapping, Enabled=True, BatchSize=1)
    wait_until(lambda: len(stage.seen()) == 4)
    assert stage.calls() == [["a"], ["b"], ["c"], ["d"]]
    functions.delete_event_source_mapping(UUID=mapping)
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


def test_a_process_whose_state_was_removed_ends(stage: Stage) -> None:
    """Its lock no longer keeps others out, so it must not go on reading beside them."""
    process = stage.start()
    wait_until((stage.folder / "state/lock").exists)
    time.sleep(0.5)
    shutil.rmtree(stage.folder / "state")
    assert process.wait(20) == 0
    assert not (stage.folder / "state").exists()

"""The producer and the state machine runner, over small fakes of their AWS clients."""

from datetime import UTC, datetime, timedelta

import pytest

from local.machines import ExecutionError, run_machine
from local.producer import BYTES_A_CALL, Producer, PutRecordsError, batches
from local.stream_plan import Kind, Record
from tests.reliability.proof import proves


def _record(name: str, size: int = 10) -> Record:
    return Record(kind=Kind.TRANSACTION, transaction_id=name, partition_key="card_1", data=b"x" * size)


class FakeKinesis:
    """Takes records, except the entries it is told to refuse, call by call."""

    def __init__(self, refusals: list[set[int]] = ()) -> None:
        self.refusals = list(refusals)
        self.calls: list[list[dict]] = []

    def put_records(self, *, StreamName, Records):  # noqa: N803 as boto3 names them
        """Answer like the service."""
        refused = self.refusals.pop(0) if self.refusals else set()
        self.calls.append(Records)
        number = sum(map(len, self.calls))
        return {
            "Records": [
                {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "slow down"}
                if i in refused
                else {"ShardId": "shardId-0", "SequenceNumber": f"{number}-{i}"}
                for i in range(len(Records))
            ]
        }


def _producer(kinesis, waits=None) -> Producer:
    return Producer(kinesis, "stream", clock=lambda: 100.0, sleep=(waits if waits is not None else []).append)


def test_a_call_has_at_most_five_hundred_records() -> None:
    """1,200 records go out in calls of 500, 500 and 200, in order."""
    kinesis = FakeKinesis()
    _producer(kinesis).send([_record(f"t{i}") for i in range(1_200)])
    assert [len(call) for call in kinesis.calls] == [500, 500, 200]


def test_a_call_has_at_most_five_mebibytes() -> None:
    """Large records are cut into calls by their bytes, keys included."""
    cut = list(batches([_record(f"t{i}", size=1_000_000) for i in range(12)]))
    assert [len(batch) for batch in cut] == [5, 5, 2]
    assert all(sum(len(r.data) + len(r.partition_key) for r in batch) <= BYTES_A_CALL for batch in cut)


@proves(faults=[12])
def test_only_failed_entries_are_sent_again() -> None:
    """Entries 1 and 3 fail once; the second call has these two and nothing else."""
    kinesis, waits = FakeKinesis([{1, 3}]), []
    producer = _producer(kinesis, waits)
    records = [
        Record(kind=Kind.TRANSACTION, transaction_id=f"t{i}", partition_key="c", data=b"%d" % i) for i in range(5)
    ]
    producer.send(records)
    assert [entry["Data"] for entry in kinesis.calls[1]] == [b"1", b"3"]
    assert len(waits) == 1
    assert sorted(record.transaction_id for record in producer.receipts.values()) == ["t0", "t1", "t2", "t3", "t4"]


@proves(faults=[12])
def test_entry_that_never_goes_through_is_an_error() -> None:
    """After eight tries the producer gives up and names the stream and the error."""
    kinesis = FakeKinesis([{0}] * 8)
    with pytest.raises(PutRecordsError, match="stream refused 1 records 8 times: ProvisionedThroughput"):
        _producer(kinesis).send([_record("t0")])
    assert len(kinesis.calls) == 8


def test_first_sending_counts_for_latency() -> None:
    """A repeat does not reset when a transaction was sent."""
    times = iter([100.0, 200.0])
    producer = Producer(FakeKinesis(), "stream", clock=lambda: next(times))
    producer.send([_record("t0")])
    producer.send([_record("t0")])
    assert producer.first_sent_at == {"t0": 100.0}


class FakeStepFunctions:
    """An execution that enters one more state each time it is asked."""

    def __init__(self, states: list[str], end: str) -> None:
        self.states = states
        self.end = end
        self.asked = 0

    def describe_state_machine(self, **_):
        return {"definition": '{"States": {}}'}

    def start_execution(self, **_):
        """Start run-1."""
        return {"executionArn": "arn:aws:states:us-east-1:000000000000:execution:retrain:run-1"}

    def describe_execution(self, **_):
        """Enter one more state."""
        self.asked += 1
        done = self.asked >= len(self.states)
        return {"status": self.end if done else "RUNNING", "output": "{}", "error": "Gate", "cause": "no data"}

    def get_execution_history(self, **_):
        """Return the states entered, a second apart."""
        start = datetime(2026, 1, 1, tzinfo=UTC)
        return {
            "events": [
                {
                    "type": "TaskStateEntered",
                    "timestamp": start + timedelta(seconds=i),
                    "stateEnteredEventDetails": {"name": name},
                }
                for i, name in enumerate(self.states[: self.asked])
            ]
        }


def _run(machine: FakeStepFunctions, told: list[str]):
    return run_machine(
        machine,
        "arn:aws:states:us-east-1:000000000000:stateMachine:retrain",
        input_json="{}",
        on_state=told.append,
        sleep=lambda _: None,
    )


def test_each_state_is_told_once_in_order() -> None:
    """A run tells every state it enters, once, and returns how long each took."""
    told: list[str] = []
    run = _run(FakeStepFunctions(["Prepare", "Train", "Evaluate"], "SUCCEEDED"), told)
    assert told == ["Prepare", "Train", "Evaluate"]
    assert run.states == (("Prepare", 1.0), ("Train", 1.0), ("Evaluate", 0.0))
    assert run.name == "run-1"


def test_failed_machine_says_where_and_why() -> None:
    """The error names the machine, the last state entered, the error and its cause."""
    with pytest.raises(ExecutionError, match=r"retrain ended FAILED after the state Train \(Gate: no data\)"):
        _run(FakeStepFunctions(["Prepare", "Train"], "FAILED"), [])

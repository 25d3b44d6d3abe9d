"""Fakes for the tests of the mapping: a clock that jumps, a stream, a function, a destination."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Any

from .answers import Answer, NotInvoked
from .mapping import Mapping, parse_mapping
from .records import Record, RecordEncoder
from .retries import Discard
from .shard_source import RawRecord, Read

STREAM_ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/transactions"
FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:score"
ROLE_ARN = "arn:aws:iam::000000000000:role/score"
BUCKET_ARN = "arn:aws:s3:::quarantine"
SHARD_ID = "shardId-000000000000"
NOW_SECONDS = 1_800_000_000.0


def a_mapping(**settings: Any) -> Mapping:
    """Return a mapping with Lambda's defaults, changed by the given API settings."""
    entry = {
        "UUID": "00000000-0000-0000-0000-000000000001",
        "EventSourceArn": STREAM_ARN,
        "FunctionArn": FUNCTION_ARN,
        "StartingPosition": "TRIM_HORIZON",
        "State": "Enabled",
    }
    return parse_mapping(entry | settings)


def an_encoder() -> RecordEncoder:
    """Return the encoder of the fake stream."""
    return RecordEncoder(shard_id=SHARD_ID, stream_arn=STREAM_ARN, role_arn=ROLE_ARN)


def a_record(number: int, *, key: str = "card", data: bytes = b"{}", arrived_at: float = NOW_SECONDS) -> Record:
    """Return the record with that sequence number."""
    return an_encoder().encode(sequence_number=str(number), partition_key=key, arrived_at_seconds=arrived_at, data=data)


def numbers(records: Iterable[Record]) -> list[int]:
    """Return the records' sequence numbers."""
    return [int(record.sequence_number) for record in records]


class FakeClock:
    """A clock that jumps instead of waiting, and stops its sleepers once `stop_at_seconds` has come."""

    def __init__(self, stop_at_seconds: float = float("inf")) -> None:
        self.time = NOW_SECONDS
        self.stop_at_seconds = stop_at_seconds

    def now(self) -> float:
        """Return the fake time."""
        return self.time

    def sleep(self, seconds: float) -> bool:
        """Jump ahead; False once the stop has come."""
        self.time = min(self.time + seconds, max(self.time, self.stop_at_seconds))
        return self.time < self.stop_at_seconds


class FakeFunction:
    """A function that fails on poison records, by an error or by a partial answer, and remembers its calls."""

    def __init__(self, *, poison: Iterable[int] = (), partial: bool = False) -> None:
        self.poison = set(poison)
        self.partial = partial
        self.calls: list[list[int]] = []
        self.next_outcomes: list[Answer | NotInvoked] = []
        self.on_call: Callable[[], None] = lambda: None

    def __call__(self, records: Sequence[Record]) -> Answer | NotInvoked:
        """Answer as Lambda would; outcomes put into `next_outcomes` come first."""
        self.calls.append(numbers(records))
        self.on_call()
        if self.next_outcomes:
            return self.next_outcomes.pop(0)
        bad = [number for number in numbers(records) if number in self.poison]
        if bad and not self.partial:
            return Answer(request_id="request", payload=b'{"errorType":"Poison"}', function_error="Unhandled")
        failures = ",".join(f'{{"itemIdentifier":"{number}"}}' for number in bad)
        return Answer(request_id="request", payload=f'{{"batchItemFailures":[{failures}]}}'.encode())


class FakeDestination:
    """Keeps what was given up."""

    def __init__(self) -> None:
        self.discards: list[Discard] = []

    def send(self, discard: Discard) -> bool:
        """Take it."""
        self.discards.append(discard)
        return True


class FakeSource:
    """A shard whose records are appended by the test; each is (number, partition key, data)."""

    def __init__(self, *, after: int = 0) -> None:
        self.records: list[RawRecord] = []
        self.after = after
        self.closed = False
        self.error: Exception | None = None
        self.limits: list[int] = []

    def put(self, number: int, *, key: str = "card", data: bytes = b"{}", arrived_at: float = NOW_SECONDS) -> None:
        """Append a record."""
        self.records.append(RawRecord(str(number), key, arrived_at, data))

    def read(self, limit: int) -> Read:
        """Return the next records, as Kinesis would."""
        self.limits.append(limit)
        if self.error:
            raise self.error
        rest = [record for record in self.records if int(record.sequence_number) > self.after]
        given = rest[:limit]
        if given:
            self.after = int(given[-1].sequence_number)
        behind = len(rest) > len(given)
        return Read(given, 1000 if behind else 0, closed=self.closed and not behind)


def run_inline(work: Callable[[], None]) -> "Future[None]":
    """Do the work at once, in place of a thread."""
    future: Future[None] = Future()
    try:
        work()
        future.set_result(None)
    except Exception as error:
        future.set_exception(error)
    return future

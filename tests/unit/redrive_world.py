"""A quarantine bucket, a scoring function over the real pipeline, and what waits for a redrive, in memory."""

import io
import itertools
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any

from botocore.exceptions import ClientError
from fraudstream.contract import Bounds
from fraudstream.errors import StoreUnavailableError
from fraudstream.pipeline import Pipeline
from fraudstream.records import Record

from operate.redrive.bucket import QuarantineBucket
from operate.redrive.redriving import Redrive, Tally
from operate.redrive.scoring import Scoring
from tests.samples import NOW_MS
from tests.unit.test_pipeline import build

HOUR_MS = 3_600_000
STREAM_ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/"
Hook = Callable[[str, bool], object]
"""Called around each call of AWS with its name and whether it has taken effect."""


class CrashError(Exception):
    """The process died."""


@dataclass
class FakeS3:
    """A bucket that honours `IfMatch` and answers lists in pages of two. Equal bytes have equal ETags; time passes."""

    objects: dict[str, bytes] = field(default_factory=dict)
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    modified: dict[str, datetime] = field(default_factory=dict)
    writes: Iterator[int] = field(default_factory=itertools.count)

    def put(self, key: str, body: bytes) -> None:
        self.put_object(Bucket="", Key=key, Body=body)

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, Metadata: dict[str, str] | None = None) -> dict:  # noqa: N803
        self.objects[Key], self.metadata[Key] = Body, Metadata or {}
        self.etags[Key] = f'"{md5(Body).hexdigest()}"'  # noqa: S324
        self.modified[Key] = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=next(self.writes))
        return {"ETag": self.etags[Key]}

    def get_object(self, *, Bucket: str, Key: str, IfMatch: str) -> dict:  # noqa: N803
        self._check(Key, IfMatch)
        return {"Body": io.BytesIO(self.objects[Key]), "LastModified": self.modified[Key]}

    def delete_object(self, *, Bucket: str, Key: str, IfMatch: str) -> None:  # noqa: N803
        self._check(Key, IfMatch)
        del self.objects[Key]

    def list_objects_v2(self, *, Bucket: str, Prefix: str, ContinuationToken: str = "") -> dict:  # noqa: N803
        keys = sorted(key for key in self.objects if key.startswith(Prefix) and key > ContinuationToken)
        page = [{"Key": key, "ETag": self.etags[key], "LastModified": self.modified[key]} for key in keys[:2]]
        return {"Contents": page, "IsTruncated": len(keys) > 2, "NextContinuationToken": keys[1] if keys[1:] else ""}

    def _check(self, key: str, etag: str) -> None:
        if key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "S3")
        if self.etags[key] != etag:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "S3")


@dataclass
class FakeLambda:
    """The scoring function: what the handler does, over a pipeline. `trouble` may end a call in an error."""

    pipeline: Pipeline
    trouble: Callable[[list[Record]], None] = lambda records: None
    events: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert len(Payload) < 6_000_000
        event = json.loads(Payload)
        self.events.append(event)
        records = [Record.of_kinesis(entry) for entry in event["Records"]]
        try:
            self.trouble(records)
            outcome = self.pipeline.run(records, NOW_MS)
        except (StoreUnavailableError, RuntimeError) as error:
            body = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(body).encode())}
        failures = [{"itemIdentifier": outcome.unprocessed}] if outcome.unprocessed else []
        counts = {
            "Decided": outcome.decided,
            "Duplicates": outcome.duplicates,
            "Quarantined": outcome.quarantined,
            "Labels": outcome.labels,
            "RulesOnlyDecisions": outcome.by_scored_by["rules"],
        }
        answer = {"batchItemFailures": failures, "outcome": {"counts": counts, "reasons": outcome.by_reason}}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@dataclass
class Watched:
    """A client with a hook around its calls."""

    client: Any
    hook: Hook

    def __getattr__(self, name: str) -> Any:
        real = getattr(self.client, name)

        def call(**arguments: Any) -> Any:
            self.hook(name, False)  # noqa: FBT003
            result = real(**arguments)
            self.hook(name, True)  # noqa: FBT003
            return result

        return call


@dataclass
class World:
    """A stack: its quarantine bucket, and a scoring function with the present code."""

    s3: FakeS3 = field(default_factory=FakeS3)
    runs: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.pipeline = replace(build(), quarantine=self.s3)
        self.function = FakeLambda(self.pipeline)

    def before_the_fix(self, records: list[Record]) -> None:
        """Let code that refuses transactions older than an hour at arrival process a batch."""
        replace(self.pipeline, bounds=Bounds(max_event_age_ms=HOUR_MS)).run(records, NOW_MS)

    def give_up(self, records: list[Record], name: str = "2026-09-21T13.00.00-a") -> str:
        """Put a batch into the failure destination, as Lambda does; return its key."""
        key = f"aws/lambda/mapping/{records[0].shard_id}/2026/09/21/{name}"
        payload = json.dumps({"Records": [to_entry(record) for record in records]})
        info = {"shardId": records[0].shard_id, "batchSize": len(records)}
        self.s3.put(key, json.dumps({"version": "1.0", "KinesisBatchInfo": info, "payload": payload}).encode())
        return key

    def redrive(self, hook: Hook = lambda name, after: None, *, reason: str | None = None, prefix: str = "") -> Tally:
        """Run a redrive of its own name; `hook` sees its calls."""
        tally = Tally()
        self.work(hook, reason=reason, prefix=prefix).run(tally)
        return tally

    def work(self, hook: Hook = lambda name, after: None, *, reason: str | None = None, prefix: str = "") -> Redrive:
        return Redrive(
            bucket=QuarantineBucket(Watched(self.s3, hook), "quarantine", f"run{next(self.runs)}", prefix),
            scoring=Scoring(Watched(self.function, hook), "score", lambda seconds: None),
            stream_arn=(STREAM_ARN + "{}").format,
            reason=reason,
            on_object=lambda number, count: None,
        )

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.s3.objects if key.startswith(prefix))

    def queue(self) -> list[tuple[str, str]]:
        """Source and reason of every line in the quarantine, sorted."""
        lines = [json.loads(line) for key in self.keys("quarantine/") for line in self.s3.objects[key].splitlines()]
        return sorted((f"{line['shard_id']}:{line['sequence_number']}", line["reason"]) for line in lines)


def at(step: int, do: Callable[[], object]) -> Hook:
    """Return a hook that does something at the given step, counting two for each call: before and after its effect."""
    steps = itertools.count()
    return lambda name, after: do() if next(steps) == step else None


def crash_at(step: int) -> Hook:
    """Return a hook that dies at the given step."""

    def die() -> None:
        raise CrashError

    return at(step, die)


def to_entry(record: Record) -> dict[str, Any]:
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "card_a",
            "sequenceNumber": record.sequence_number,
            "data": b64encode(record.data).decode(),
            "approximateArrivalTimestamp": record.arrived_at_ms / 1000,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{record.shard_id}:{record.sequence_number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::000000000000:role/score",
        "awsRegion": "us-east-1",
        "eventSourceARN": STREAM_ARN + record.stream,
    }

"""A world for the reader of chargebacks: decisions, a bucket, a stream and a topic in memory."""

import json
from dataclasses import dataclass, field

from fraudstream.chargebacks.reading import Reading
from fraudstream.chargebacks.service import Chargebacks
from fraudstream.contract import Bounds, Decision, Label, decode_record
from fraudstream.ports import DecisionRecord

from tests.fakes import FakeDecisions, FakeObjects
from tests.samples import NOW_MS, iso

INCOMING = "chargebacks/incoming/"
DAY_MS = 86_400_000


def decision(number: int, **fields: object) -> Decision:
    """A decision by rules on a transaction of a day before now."""
    return Decision(
        **{
            "transaction_id": f"tx-{number}",
            "card_id": f"card_{number}",
            "terminal_id": "terminal_a",
            "event_time": iso(NOW_MS - DAY_MS + number),
            "amount_minor": 1250,
            "currency": "EUR",
            "decision": "review",
            "fraud_score": None,
            "scored_by": "rules",
            "rules_fired": (),
            "reasons": (),
            "model_version": None,
            "rules_version": "1",
            "features_version": "2",
            "decided_at": iso(NOW_MS - DAY_MS + 500),
        }
        | fields
    )


@dataclass
class FakeFiles:
    """A bucket that files are dropped in."""

    files: dict[str, bytes] = field(default_factory=dict)

    def read(self, key: str, limit_bytes: int) -> bytes | int | None:
        body = self.files.get(key)
        return len(body) if body is not None and len(body) > limit_bytes else body


@dataclass
class FakeStreams:
    """A stream that remembers what one call brought."""

    calls: list[list[tuple[bytes, str]]] = field(default_factory=list)

    def put_many(self, records: list[tuple[bytes, str]]) -> None:
        self.calls.append(list(records))

    @property
    def labels(self) -> list[Label]:
        found = [decode_record(data, now_ms=NOW_MS, bounds=Bounds()) for call in self.calls for data, _ in call]
        assert all(isinstance(label, Label) for label in found), found
        return found


@dataclass
class FakeNotices:
    """A topic that remembers."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    def send(self, subject: str, text: str) -> None:
        assert subject.isascii()
        assert 0 < len(subject) <= 100
        assert "\n" not in subject
        self.sent.append((subject, text))


@dataclass
class World:
    """Everything, and what a test asks of it."""

    decisions: FakeDecisions = field(default_factory=FakeDecisions)
    files: FakeFiles = field(default_factory=FakeFiles)
    reports: FakeObjects = field(default_factory=FakeObjects)
    stream: FakeStreams = field(default_factory=FakeStreams)
    notices: FakeNotices = field(default_factory=FakeNotices)
    slept: list[float] = field(default_factory=list)

    @property
    def service(self) -> Chargebacks:
        reading = Reading(
            decisions=self.decisions,
            stream=self.stream,
            bounds=Bounds(),
            clock=lambda: 0.0,
            sleep=self.slept.append,
        )
        return Chargebacks(
            files=self.files, reports=self.reports, notices=self.notices, reading=reading, bucket="archive-bucket"
        )

    def decide(self, *numbers: int, **fields: object) -> None:
        """Have some transactions decided, a day before now."""
        for number in numbers:
            made = decision(number, **fields)
            record = DecisionRecord(decision=made, features=b"", payload_hash="", source="shard:1")
            self.decisions.items[made.transaction_id] = record

    def drop(self, body: bytes | str, name: str = "march.csv", time_left_ms: int = 900_000) -> dict[str, object]:
        """Drop a file and return its report."""
        self.files.files[INCOMING + name] = body.encode() if isinstance(body, str) else body
        self.service.read(INCOMING + name, now_ms=NOW_MS, time_left_ms=lambda: time_left_ms)
        (key,) = [key for key in self.reports.objects if key.endswith(".json")]
        return json.loads(self.reports.objects[key])

    def deliver(self) -> None:
        """Let the labels on the stream reach their decisions."""
        self.decisions.label(self.stream.labels)

"""Following a stream: what is counted, how much is open at once, and when it ends."""

import base64
import json

import pandas as pd
import pytest
import zstandard

from local.live_view import Picture
from local.sending import Shipment
from local.stream_plan import Kind, Record
from local.streaming import StalledError, Streaming
from local.tally import Tally, percentiles

ALERT = {"alert_id": "t1", "subject": "Blocked", "decision": {"decision": "block"}, "reasons_in_words": []}


def _line(name: str, decision: str = "approve", decided_at: str = "2026-11-23T10:00:01.000Z") -> dict:
    return {
        "kind": "transaction",
        "transaction": {"transaction_id": name},
        "decision": {"decision": decision, "scored_by": "endpoint", "decided_at": decided_at},
        "features": [],
    }


def _label(name: str) -> dict:
    return {"kind": "label", "label": {"transaction_id": name, "label": "fraud", "label_time": "2026-01-01T00:00:00Z"}}


def _object(*lines: dict) -> bytes:
    return zstandard.compress("\n".join(map(json.dumps, lines)).encode())


def test_retried_batch_is_counted_once() -> None:
    """The same lines in two objects are one decision and one label each."""
    tally = Tally(sent_at={})
    for _ in range(2):
        tally.add_archive(_object(_line("t1", "block"), _line("t2"), _label("t0")), 0.0)
    assert tally.by("decision") == {"approve": 1, "block": 1}
    assert len(tally.labels) == 1


def test_alert_delivered_twice_is_one_alert() -> None:
    """Deliveries are counted beside alerts, so that copies are seen and do no harm."""
    tally = Tally(sent_at={})
    tally.add_alerts([ALERT, ALERT])
    assert (tally.alerts, tally.deliveries, len(tally.newest_alerts)) == ({"t1": ALERT}, 2, 1)


def test_latency_is_from_sending_to_the_decision() -> None:
    """A transaction sent at ten o'clock and decided a second later took a thousand milliseconds."""
    sent = pd.Timestamp("2026-11-23T10:00:00Z").timestamp()
    tally = Tally(sent_at={"t1": sent})
    tally.add_archive(_object(_line("t1")), sent + 1.5)
    assert tally.decided_after_ms == [1000.0]
    assert tally.archived_after_ms == [1500.0]


def test_percentiles_are_nearest_ranks() -> None:
    """Of a hundred values the 95th is p95; one value is every percentile; none has none."""
    assert percentiles(range(1, 101)) == {"p50": 50, "p95": 95, "p99": 99}
    assert percentiles([7.0]) == {"p50": 7.0, "p95": 7.0, "p99": 7.0}
    assert percentiles([]) == {}


def test_quarantine_object_is_counted_by_record() -> None:
    """A record quarantined at two tries of its batch is one record."""
    line = {
        "shard_id": "s",
        "sequence_number": "1",
        "reason": "not_json",
        "data_base64": base64.b64encode(b"x").decode(),
    }
    tally = Tally(sent_at={})
    for _ in range(2):
        tally.add_quarantine(json.dumps(line).encode())
    assert tally.quarantined == {("s", "1"): "not_json"}


class FakeProducer:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.sent: list[Record] = []
        self.first_sent_at: dict[str, float] = {}

    def send(self, records) -> None:
        """Take records."""
        self.sent += records
        self.first_sent_at |= {record.transaction_id: 0.0 for record in records}


class FakeWatched:
    """A system that decides at most `pace` of what was sent each time it is looked at."""

    def __init__(self, producer: FakeProducer, pace: int) -> None:
        self.producer = producer
        self.pace = pace
        self.most_open = 0

    def update(self, tally: Tally, now: float) -> None:
        """Decide some of what is open."""
        self.most_open = max(self.most_open, len(self.producer.sent) - len(tally.decisions))
        open_records = [r for r in self.producer.sent if r.transaction_id not in tally.decisions]
        tally.add_archive(_object(*(_line(r.transaction_id) for r in open_records[: self.pace])), now)


class Pictures:
    """A view that keeps what it is shown."""

    def __init__(self) -> None:
        self.shown: list[Picture] = []

    def show(self, picture: Picture) -> None:
        """Keep the picture."""
        self.shown.append(picture)


def _stream(count: int, pace: int):
    producer, pictures, now = FakeProducer(), Pictures(), [0.0]
    watched = FakeWatched(producer, pace)

    def sleep(seconds: float) -> None:
        now[0] += seconds

    streaming = Streaming(producer, watched, pictures, clock=lambda: now[0], wall=lambda: now[0], sleep=sleep)
    records = [Record(kind=Kind.TRANSACTION, transaction_id=f"t{i}", partition_key="c", data=b"") for i in range(count)]
    return streaming, Shipment(records=records), watched, pictures


def test_stream_ends_when_everything_is_decided() -> None:
    """All records are sent once, and the run returns when the last is decided."""
    streaming, shipment, watched, pictures = _stream(9_000, pace=450)
    tally = streaming.run(shipment)
    assert watched.producer.sent == shipment.records
    assert len(tally.decisions) == 9_000
    assert pictures.shown[-1].decided == 9_000


def test_open_records_are_bounded() -> None:
    """However slow the system is, about two thousand records are open and no more."""
    streaming, shipment, watched, _ = _stream(9_000, pace=100)
    streaming.run(shipment)
    assert 2_000 <= watched.most_open <= 2_500


def test_standstill_is_an_error_that_says_what_is_missing() -> None:
    """If nothing is decided any more, the run ends and counts what is missing."""
    streaming, shipment, _, _ = _stream(600, pace=0)
    with pytest.raises(StalledError, match="600 transactions are missing"):
        streaming.run(shipment)

"""Records at the edges of what is taken: size, number, and the clock."""

import json
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fraudstream.contract import Bounds, RejectReason, Transaction, decode_record
from fraudstream.contract.instants import EARLIEST_MS
from fraudstream.records import Record
from hypothesis import given, settings
from hypothesis import strategies as st

from events.generate import LARGEST_PAYLOAD_BYTES, compact, largest_batch
from tests.reliability.proof import proves, tried
from tests.samples import NOW_MS, iso, records, transaction
from tests.unit.test_pipeline import archived, build, quarantined

LIMIT = Bounds().max_record_bytes


def sized(size: int, number: int = 1) -> bytes:
    """A valid transaction of exactly so many bytes."""
    bare = json.dumps(transaction(number, note="")).encode()
    data = bare[:-2] + b"x" * (size - len(bare)) + b'"}'
    assert len(data) == size
    return data


@proves(faults=[10], invariants=[2, 3])
@pytest.mark.parametrize(("size", "taken"), [(LIMIT - 1, True), (LIMIT, True), (LIMIT + 1, False)])
def test_the_largest_record_taken_is_exact_to_the_byte(size, taken):
    """A record of the limit is decided like any other; a byte more and it is quarantined, its beginning kept."""
    pipeline = build()
    outcome = pipeline.run(records([transaction(2), sized(size), transaction(3)]), NOW_MS)
    assert (outcome.decided, outcome.quarantined) == ((3, 0) if taken else (2, 1))
    assert len(archived(pipeline)) == outcome.decided
    for line in quarantined(pipeline):
        assert line["reason"] == "too_large"
        assert sized(size).startswith(b64decode(line["data_base64"]))
        assert f"{size} bytes, {LIMIT} allowed" in line["detail"]


@proves(faults=[10])
def test_a_record_of_a_megabyte_the_largest_that_kinesis_takes_is_quarantined_small():
    """What is kept of it is 16 KiB at most, with a digest of all, whatever it holds."""
    for data in (sized(1_048_576), b"\x00" * 1_048_576, b"4" * 1_048_576, b"[" * 1_048_576, b'{"a":' * 209_715):
        pipeline = build()
        assert pipeline.run(records([data]), NOW_MS).by_reason == {RejectReason.TOO_LARGE: 1}
        [line] = quarantined(pipeline)
        assert len(b64decode(line["data_base64"])) <= 16_384
        tried()


def delivered(event: dict) -> list[Record]:
    """The records of a Kinesis event, as the handler reads them."""
    return [
        Record(
            data=b64decode(entry["kinesis"]["data"]),
            sequence_number=entry["kinesis"]["sequenceNumber"],
            shard_id=entry["eventID"].partition(":")[0],
            stream=entry["eventSourceARN"].rpartition("/")[2],
            arrived_at_ms=round(entry["kinesis"]["approximateArrivalTimestamp"] * 1000),
        )
        for entry in event["Records"]
    ]


def full(count: int) -> list[Record]:
    """So many records: in 6 MB where they fill it, as small as transactions are where 10,000 would not fit."""
    if count == 10_000:
        return records(transaction(n, card_id=f"card_{n % 4_000}") for n in range(count))
    event = largest_batch(NOW_MS, records=count)
    assert LARGEST_PAYLOAD_BYTES - 100 * count < len(compact(event)) <= LARGEST_PAYLOAD_BYTES
    return delivered(event)


@proves(faults=[10], invariants=[1, 2, 3, 4])
@pytest.mark.parametrize("count", [25, 1_000, 10_000])
def test_a_full_batch_is_decided_whole(count):
    """6 MB, the most that Lambda carries, or 10,000 records, the most a batch has; every ninth is poison."""
    batch = full(count)
    batch[::9] = [replace(record, data=record.data[:-1]) for record in batch[::9]]
    pipeline = build()
    outcome = pipeline.run(batch, NOW_MS + 20_000)
    poison = len(range(0, count, 9))
    assert (outcome.decided, outcome.quarantined) == (count - poison, poison)
    assert len(pipeline.decisions.items) == len(archived(pipeline)) == count - poison
    assert len(quarantined(pipeline)) == poison
    tried(count)


@proves(faults=[20], invariants=[2])
@pytest.mark.parametrize(
    ("event_time", "reason"),
    [
        (NOW_MS, "event_time_invalid"),
        (NOW_MS // 1000, "event_time_invalid"),
        (NOW_MS / 1000, "event_time_invalid"),
        (str(NOW_MS // 1000), "event_time_invalid"),
        (iso(NOW_MS // 1000), "event_time_too_old"),  # seconds taken for milliseconds: January 1970
        ("58692-09-24T10:13:20.000Z", "event_time_invalid"),  # milliseconds taken for seconds
        ("0001-01-01T00:00:00.000Z", "event_time_too_old"),
        ("9999-12-31T23:59:59.999Z", "event_time_in_future"),
        ("1970-01-01T00:00:00Z", "event_time_too_old"),
        (iso(NOW_MS + 86_400_000), "event_time_in_future"),
        (iso(NOW_MS + 3_600_000), "event_time_in_future"),  # a local time written as UTC, an hour ahead
        ("2026-03-29T02:30:00+01:00", "event_time_invalid"),
        ("2026-10-25T02:30:00+02:00", "event_time_invalid"),
        ("2026-10-25T02:30:00", "event_time_invalid"),
        ("2026-10-25T02:30:00 Europe/Paris", "event_time_invalid"),
        ("2026-06-30T23:59:60Z", "event_time_invalid"),  # a leap second
        ("2026-09-21T24:00:00Z", "event_time_invalid"),
        ("2026-09-21t13:33:20z", "event_time_invalid"),
        ("2026-W39-1T13:33:20Z", "event_time_invalid"),
        ("\u0662\u0660\u0662\u0666-09-21T13:33:20Z", "event_time_invalid"),
    ],
)
def test_a_wrong_clock_or_unit_is_quarantined(event_time, reason):
    """Never read as some other moment; the records beside it are decided."""
    pipeline = build()
    outcome = pipeline.run(records([transaction(1), transaction(2, event_time=event_time), transaction(3)]), NOW_MS)
    assert outcome.decided == 2
    assert [line["reason"] for line in quarantined(pipeline)] == [reason]


@proves(faults=[20])
def test_the_nights_when_clocks_change_have_every_hour_once():
    """Moments are UTC: the hour that local clocks skip or repeat is neither missing nor there twice."""
    for night in (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)):
        start = int(night.timestamp() * 1000)
        moments = [start + minutes * 60_000 for minutes in range(0, 480, 30)]
        read = []
        for number, moment in enumerate(moments):
            data = json.dumps(transaction(number, event_time=iso(moment))).encode()
            decoded = decode_record(data, now_ms=moment, bounds=Bounds())
            assert isinstance(decoded, Transaction)
            read.append(decoded.event_time_ms)
        assert read == moments
        tried(len(moments))


@proves(faults=[20], invariants=[2])
@given(
    arrived_ms=st.integers(NOW_MS - 10**11, NOW_MS + 10**11),
    skew_ms=st.integers(-(10**10), 10**7) | st.sampled_from([299_999, 300_000, 300_001, -86_400_000, -86_400_001]),
    later_ms=st.integers(0, 10**9),
)
@settings(max_examples=150, deadline=None)
def test_a_time_is_judged_by_when_the_record_arrived_whenever_it_is_processed(arrived_ms, skew_ms, later_ms):
    """At most five minutes ahead, at most a day old, to the millisecond; a retry weeks later comes to the same."""
    event_ms = arrived_ms + skew_ms
    verdicts = []
    for now_ms in (arrived_ms, arrived_ms + later_ms):
        pipeline = replace(build(), bounds=Bounds(max_event_age_ms=86_400_000))
        batch = records([transaction(1, event_time=iso(event_ms))], arrived_at_ms=arrived_ms)
        verdicts.append(dict(pipeline.run(batch, now_ms).by_reason))
    if skew_ms > 300_000:
        expected = {"event_time_in_future": 1}
    elif skew_ms < -86_400_000 or event_ms < EARLIEST_MS:
        expected = {"event_time_too_old": 1}
    else:
        expected = {}
    assert verdicts == [expected, expected]
    tried()

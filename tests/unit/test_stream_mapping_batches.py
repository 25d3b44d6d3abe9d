"""When records become a batch, which lane they wait in, and what the event looks like."""

import base64
import json

import pytest

from local.streams.batches import PAYLOAD_LIMIT_BYTES, Lane, lane_of
from local.streams.records import Record, event_payload, payload_bytes
from local.streams.testing import NOW_SECONDS, ROLE_ARN, SHARD_ID, STREAM_ARN, a_mapping, a_record, numbers


def lane_with(records: list[Record], *, read_at: float = NOW_SECONDS, **settings: object) -> Lane:
    lane = Lane(a_mapping(**settings))
    for record in records:
        lane.add(record, read_at)
    return lane


def test_without_a_window_whatever_is_there_is_a_batch() -> None:
    """MaximumBatchingWindowInSeconds 0 never waits for more."""
    lane = lane_with([a_record(1)], BatchSize=100)
    assert numbers(lane.take(NOW_SECONDS)) == [1]
    assert lane.take(NOW_SECONDS) == ()


def test_a_window_holds_a_short_batch_back_until_it_closes() -> None:
    """The window starts with the first record that was read."""
    lane = lane_with([a_record(1)], BatchSize=100, MaximumBatchingWindowInSeconds=5)
    lane.add(a_record(2), NOW_SECONDS + 4)
    assert lane.take(NOW_SECONDS + 4.9) == ()
    assert lane.due_at_seconds() == NOW_SECONDS + 5
    assert numbers(lane.take(NOW_SECONDS + 5)) == [1, 2]


def test_a_full_batch_does_not_wait_for_its_window() -> None:
    """BatchSize records are sent at once; the next ones start a window of their own."""
    lane = lane_with([a_record(n) for n in range(1, 6)], BatchSize=2, MaximumBatchingWindowInSeconds=5)
    assert numbers(lane.take(NOW_SECONDS)) == [1, 2]
    assert numbers(lane.take(NOW_SECONDS)) == [3, 4]
    assert lane.take(NOW_SECONDS) == ()


def test_the_end_of_a_shard_does_not_wait_for_the_window() -> None:
    """No more will come, so what is there is sent."""
    lane = lane_with([a_record(1)], BatchSize=2, MaximumBatchingWindowInSeconds=300)
    assert numbers(lane.take(NOW_SECONDS, flush=True)) == [1]


def test_an_event_stays_within_six_megabytes_of_base64() -> None:
    """Seven records of 700 kB do not fit; the batch is cut, its event is within the limit, nothing is lost."""
    lane = lane_with([a_record(n, data=b"x" * 700_000) for n in range(1, 8)], BatchSize=10_000)
    first, second = lane.take(NOW_SECONDS), lane.take(NOW_SECONDS)
    assert numbers(first) + numbers(second) == [1, 2, 3, 4, 5, 6, 7]
    assert len(event_payload(first)) <= PAYLOAD_LIMIT_BYTES
    assert payload_bytes(len(first) + 1, sum(len(r.event_json) for r in [*first, second[0]])) > PAYLOAD_LIMIT_BYTES


@pytest.mark.parametrize(("spare_bytes", "fits"), [(0, True), (-1, False)])
def test_the_limit_is_kept_to_the_byte(spare_bytes: int, *, fits: bool) -> None:
    """An event of exactly the limit is one batch; one byte more makes two."""
    first, smallest = a_record(1, data=b"x" * 3_000_000), a_record(2, key="")
    room = PAYLOAD_LIMIT_BYTES - len(event_payload([first, smallest])) - spare_bytes
    lane = lane_with([first, a_record(2, key="k" * room)], BatchSize=10_000)
    batch = lane.take(NOW_SECONDS)
    assert numbers(batch) == ([1, 2] if fits else [1])
    assert len(event_payload(batch)) == PAYLOAD_LIMIT_BYTES or not fits


def test_a_full_payload_does_not_wait_for_its_window() -> None:
    """Six megabytes are a full batch, however few the records."""
    big = [a_record(n, data=b"x" * 1_000_000) for n in range(1, 6)]
    lane = lane_with(big, BatchSize=10_000, MaximumBatchingWindowInSeconds=300)
    assert numbers(lane.take(NOW_SECONDS)) == [1, 2, 3, 4]


def test_a_record_too_large_for_any_event_is_sent_alone() -> None:
    """It must not block the lane; Lambda refuses it, and its retries and age decide."""
    lane = lane_with([a_record(1, data=b"x" * 7_000_000), a_record(2)], BatchSize=10)
    assert numbers(lane.take(NOW_SECONDS)) == [1]
    assert numbers(lane.take(NOW_SECONDS)) == [2]


def test_the_size_of_an_event_is_known_before_it_is_built() -> None:
    """The counted bytes are the bytes sent, also for keys that are not ASCII."""
    for count in (1, 2, 5):
        records = [a_record(n, key="carte é", data=b"\x00\xff") for n in range(count)]
        assert payload_bytes(count, sum(len(r.event_json) for r in records)) == len(event_payload(records).encode())


def test_the_event_has_the_shape_of_lambdas_kinesis_event() -> None:
    """Every field that AWS documents is there, under its name and with its type."""
    record = a_record(49, key="card-1", data=b'{"a": 1}', arrived_at=1_545_084_650.987)
    assert json.loads(event_payload([record])) == {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "card-1",
                    "sequenceNumber": "49",
                    "data": base64.b64encode(b'{"a": 1}').decode(),
                    "approximateArrivalTimestamp": 1_545_084_650.987,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"{SHARD_ID}:49",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": ROLE_ARN,
                "awsRegion": "us-east-1",
                "eventSourceARN": STREAM_ARN,
            }
        ]
    }


def test_a_partition_key_always_has_the_same_lane_and_keys_spread_over_all() -> None:
    """Order per key needs one lane per key; parallelism needs all lanes."""
    keys = [f"card-{n}" for n in range(200)]
    lanes = [lane_of(key, 10) for key in keys]
    assert lanes == [lane_of(key, 10) for key in keys]
    assert set(lanes) == set(range(10))

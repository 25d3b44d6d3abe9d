"""Which records a redrive can send, how they are cut into calls, and what an answer means."""

import io
import json
from base64 import b64encode

import pytest
from fraudstream.contract.masking import mask_card_numbers
from fraudstream.records import Record
from hypothesis import given
from hypothesis import strategies as st

from operate.redrive.bucket import aside_key
from operate.redrive.contents import Waiting, read
from operate.redrive.scoring import MAX_EVENT_BYTES, Scoring, ScoringFailedError, batches
from tests.reliability.proof import proves, tried
from tests.samples import records, transaction
from tests.unit.redrive_world import to_entry

KEY = "quarantine/date=2026-09-21/hour=13/shardId-000000000000/1-2.refused.jsonl"


def line(data: bytes, **fields: object) -> bytes:
    """A line of the quarantine."""
    known = {
        "stream": "transactions",
        "shard_id": "shardId-000000000000",
        "sequence_number": "1",
        "reason": "not_json",
        "detail": "not JSON",
        "arrived_at_ms": 1_790_000_000_123,
        "data_base64": b64encode(data).decode(),
    }
    return json.dumps(known | fields).encode()


def only(body: bytes) -> Waiting:
    [record] = read(KEY, body, "arn:aws:kinesis:us-east-1:1:stream/{}".format)
    return record


def waiting(number: int, shard: str = "shard-0", size: int = 100) -> Waiting:
    return Waiting(
        shard_id=shard, sequence_number=str(number), arrived_at_ms=0, reason=None, entry="{}".ljust(size, " ")
    )


class Answering:
    """A function that gives answers in turn, and keeps what it was sent."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.events: list[bytes] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict:  # noqa: N803
        self.events.append(Payload)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "broken"}')}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


def send(function: Answering, *found: Waiting, pauses: list[float] | None = None):
    return Scoring(function, "score", (pauses if pauses is not None else []).append).send(found)


def failed_from(number: int | None) -> dict:
    named = [] if number is None else [{"itemIdentifier": str(number)}]
    return {"batchItemFailures": named, "outcome": {"counts": {"Decided": 1}, "reasons": {}}}


@proves(faults=[30], invariants=[1])
def test_a_quarantined_record_is_sent_as_the_stream_delivered_it():
    """Same bytes, shard, sequence number, stream and arrival, to the millisecond: so it is known as the same record."""
    [record] = records([transaction(1)], arrived_at_ms=1_790_000_000_123)
    body = line(record.data, sequence_number=record.sequence_number)
    assert Record.of_kinesis(json.loads(only(body).entry)) == record
    assert only(body).source == record.source


def test_a_given_up_record_is_sent_as_it_stands_in_the_payload():
    """Whether the payload is JSON text, as Lambda writes it, or an object."""
    entry = to_entry(records([transaction(1)])[0])
    for payload in ({"Records": [entry]}, json.dumps({"Records": [entry]})):
        [record] = read("aws/lambda/x", json.dumps({"payload": payload}).encode(), str)
        assert json.loads(record.entry) == entry
        assert (record.reason, record.held) == (None, None)


@pytest.mark.parametrize(
    "data",
    [
        b'{"card_id": "4111 1111 1111 1111"',
        b"note 4111-1111-1111-1111.",
        b"4.111111111111111E15,",
        b'{"card_id": "4111.1111.1111.1111"}',
        b'"\\u0034111111111111111"',
        "\uff14".encode() + "\uff11".encode() * 15,
        b"1" * 60,
    ],
)
@proves(faults=[30], invariants=[11])
def test_a_record_of_which_a_card_number_was_masked_is_not_sent(data):
    """Its bytes are not those that came, so a decision on them would not be of that transaction."""
    masked = mask_card_numbers(data)
    assert masked != data
    assert only(line(masked)).held == "masked"


@proves(faults=[30], invariants=[11])
@given(st.from_regex(rb'[a-z"{} ]{0,9}[0-9](?:[ \-./]{0,2}[0-9]){11,30}[a-z"{} ]{0,9}', fullmatch=True))
def test_whatever_was_masked_is_known_as_masked(data):
    """By its bytes alone, for lines written before lines said so."""
    tried()
    masked = mask_card_numbers(data)
    assert (only(line(masked)).held == "masked") >= (masked != data)


def test_a_line_that_says_whether_its_bytes_are_whole_is_believed():
    """A producer may write stars, too."""
    stars = b'{"card": "************1111"}'
    assert only(line(stars)).held == "masked"
    assert only(line(stars, whole=True)).held is None
    assert only(line(b"x", whole=False)).held == "masked"
    assert only(line(b"x", reason="card_number_in_payload")).held == "masked"


def test_a_record_of_which_only_the_beginning_was_kept_is_not_sent():
    """It would be refused as something that it is not."""
    assert only(line(b'{"a":', reason="too_large")).held == "cut"
    assert only(line(b'{"a":', reason="too_large", whole=False)).held == "cut"


@proves(faults=[10])
def test_calls_stay_below_lambdas_limit_one_byte_either_side():
    """Two entries that fit together exactly go together; with a byte more they go apart."""
    room = MAX_EVENT_BYTES - len('{"redrive":true,"Records":[]}') - 2
    for extra, calls in ((0, 1), (1, 2)):
        found = [waiting(1, size=room // 2), waiting(2, size=room - room // 2 + extra)]
        assert len(list(batches(found))) == calls


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 2_000_000)), max_size=30))
def test_cutting_keeps_every_record_and_the_order_of_each_shard(shapes):
    """Whatever the sizes and shards."""
    found = [waiting(n, f"shard-{shard}", size) for n, (shard, size) in enumerate(shapes)]
    cut = list(batches(found))
    assert sorted(record.sequence_number for batch in cut for record in batch) == sorted(
        record.sequence_number for record in found
    )
    for shard in {record.shard_id for record in found}:
        sent = [record for batch in cut for record in batch if record.shard_id == shard]
        assert sent == [record for record in found if record.shard_id == shard]
    assert all(len({record.shard_id for record in batch}) == 1 for batch in cut)


@proves(faults=[10], invariants=[7, 8])
def test_a_partial_answer_is_gone_on_from_where_it_says():
    """The rest is sent again, and counts add up; progress does not use up tries."""
    function = Answering(*(failed_from(number) for number in (1, 2, 3, 4, 5, None)))
    answered = send(function, *(waiting(number) for number in range(6)))
    assert [event.count(b"{}") for event in function.events] == [6, 5, 4, 3, 2, 1]
    assert answered.counts["Decided"] == 6


@proves(faults=[8], invariants=[8])
@pytest.mark.parametrize("answer", [None, [], {"batchItemFailures": None}, failed_from(0), failed_from(99)])
def test_an_answer_that_resolves_nothing_is_tried_three_times_with_growing_pauses(answer):
    """Nonsense, too: what cannot be understood is not done."""
    pauses: list[float] = []
    with pytest.raises(ScoringFailedError, match="resolves no record"):
        send(Answering(answer, answer, answer), waiting(0), waiting(1), pauses=pauses)
    assert pauses == [1.0, 2.0]


def test_an_error_that_passes_is_survived():
    """A throttled table is no reason to stop."""
    function = Answering(RuntimeError(), RuntimeError(), failed_from(None))
    assert send(function, waiting(0)).counts["Decided"] == 1


def test_a_function_that_does_not_say_what_it_did_is_counted_as_such():
    """An older one answers with the failures alone."""
    answered = send(Answering({"batchItemFailures": []}), waiting(0), waiting(1))
    assert (answered.unsaid, dict(answered.counts)) == (2, {})


def test_lines_left_behind_have_a_key_of_what_they_say():
    """The same lines the same key, others another, and the key does not grow with every redrive."""
    key = aside_key(KEY, b"a\n")
    assert key.startswith(KEY.removesuffix(".jsonl"))
    assert aside_key(KEY, b"a\n") == key
    assert aside_key(KEY, b"b\n") != key
    assert len(aside_key(key, b"b\n")) == len(key)

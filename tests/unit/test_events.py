"""The sample events are what their names say."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import yaml
from fraudstream.contract import Bounds, Label, Rejected, RejectReason, Transaction, decode_record

from events import generate

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"


def event(name: str) -> dict[str, Any]:
    return json.loads((EVENTS / f"{name}.json").read_text())


def decoded(event: dict[str, Any]) -> list[tuple[str, Transaction | Label | Rejected]]:
    records = [record["kinesis"] for record in event["Records"]]
    return [
        (r["partitionKey"], decode_record(b64decode(r["data"]), now_ms=generate.THEN_MS, bounds=Bounds()))
        for r in records
    ]


NAMES = sorted(generate.batches(generate.THEN_MS))


def test_the_committed_events_are_those_of_the_generator() -> None:
    """`make events` changes nothing, and nothing else is lying about."""
    assert sorted(p.name for p in EVENTS.glob("*.json")) == sorted([*NAMES, "local-env.json"])
    for name, batch in generate.batches(generate.THEN_MS).items():
        assert json.loads((EVENTS / name).read_text()) == batch


def test_the_committed_events_are_small() -> None:
    """The largest batch is made when it is needed."""
    assert sum(path.stat().st_size for path in EVENTS.glob("*.json")) < 1_000_000


@pytest.mark.parametrize("name", NAMES)
def test_an_event_looks_as_lambda_delivers_it(name: str) -> None:
    """One shard, rising sequence numbers of 56 digits, arrival times in seconds, ids of shard and number."""
    records = event(name.removesuffix(".json"))["Records"]
    numbers = [record["kinesis"]["sequenceNumber"] for record in records]
    assert numbers == sorted(set(numbers))
    assert {len(number) for number in numbers} == {56}
    for record, number in zip(records, numbers, strict=True):
        assert record["eventID"] == f"shardId-000000000000:{number}"
        assert record["eventSource"] == "aws:kinesis"
        assert 0 <= record["kinesis"]["approximateArrivalTimestamp"] - generate.THEN_MS / 1_000 < 1
        assert record["eventSourceARN"].startswith("arn:aws:kinesis:us-east-1:000000000000:stream/")


def test_the_normal_batch_is_ten_transactions() -> None:
    """All valid, all different."""
    records = [record for _, record in decoded(event("normal-batch"))]
    assert [type(record) for record in records] == [Transaction] * 10
    assert len({record.transaction_id for record in records}) == 10


def test_the_labels_are_of_the_normal_batch() -> None:
    """Both values, every source; run after the normal batch they find their transactions."""
    labels = [record for _, record in decoded(event("labels"))]
    sent = {record.transaction_id: record for _, record in decoded(event("normal-batch"))}
    assert all(isinstance(record, Label) for record in labels)
    for record in labels:
        about = sent[record.transaction_id]
        assert (record.card_id, record.terminal, record.event_time_ms) == (
            about.card_id,
            about.terminal,
            about.event_time_ms,
        )
    assert {record.label for record in labels} == {"fraud", "legitimate"}
    assert {record.source for record in labels} == {"chargeback", "analyst", "customer"}


def test_the_mixed_batch_has_every_reason_and_good_records_between() -> None:
    """The partition key of a bad record is the reason it is there for."""
    records = decoded(event("mixed-garbage"))
    refused = [(key, record.reason) for key, record in records if isinstance(record, Rejected)]
    assert all(key == reason for key, reason in refused)
    assert {reason for _, reason in refused} == set(RejectReason) - {RejectReason.ID_CONFLICT}
    good = [record for key, record in records if not isinstance(record, Rejected)]
    assert sum(isinstance(record, Label) for record in good) == 1
    assert sum(isinstance(record, Transaction) for record in good) == 4


def test_the_mixed_batch_has_a_conflict_of_ids() -> None:
    """Two transactions of one id with different payloads: only who knows the first can refuse the second."""
    by_key = dict(decoded(event("mixed-garbage")))
    conflict = by_key["id_conflict"]
    first = [
        r for k, r in decoded(event("mixed-garbage")) if getattr(r, "transaction_id", "") == conflict.transaction_id
    ]
    assert [record.payload_hash == conflict.payload_hash for record in first] == [False, True]


def test_a_batch_of_nothing_but_garbage_is_one() -> None:
    """Nothing in it is decided."""
    records = decoded(event("all-garbage"))
    assert len(records) > 20
    assert all(isinstance(record, Rejected) for _, record in records)


def test_the_duplicates_are_repeats_and_one_conflict() -> None:
    """The same bytes, the same payload written otherwise, and another payload under the same id."""
    records = [record for _, record in decoded(event("duplicates"))]
    assert all(isinstance(record, Transaction) for record in records)
    first, again, rewritten, second, conflict, second_again = records
    assert len({record.transaction_id for record in (first, again, rewritten, conflict)}) == 1
    assert first.payload_hash == again.payload_hash == rewritten.payload_hash != conflict.payload_hash
    assert rewritten.raw != first.raw
    assert second.payload_hash == second_again.payload_hash


def test_the_largest_batch_fills_what_lambda_takes() -> None:
    """A thousand valid transactions, within 6 MB and near it."""
    batch = generate.largest_batch(generate.THEN_MS)
    size = len(generate.compact(batch))
    assert 0.98 * 6_291_456 < size <= 6_291_456
    records = decoded(batch)
    assert len(records) == 1_000
    assert all(isinstance(record, Transaction) for _, record in records)


def test_events_of_now_are_taken_now() -> None:
    """`--now` makes batches that a bound on the age of events lets pass."""
    now_ms = 1_900_000_000_000
    for record in generate.batches(now_ms)["normal-batch.json"]["Records"]:
        data = b64decode(record["kinesis"]["data"])
        bounds = Bounds(max_event_age_ms=60_000)
        assert isinstance(decode_record(data, now_ms=now_ms, bounds=bounds), Transaction)


class _TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as plain values."""


def _plain(_loader: yaml.Loader, _tag: str, node: yaml.Node) -> Any:
    return node.value


_TemplateLoader.add_multi_constructor("!", _plain)


def test_the_local_environment_is_for_the_variables_of_the_template() -> None:
    """`sam local invoke` passes on only what the template declares."""
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader=_TemplateLoader)  # noqa: S506 a SafeLoader
    common = template["Globals"]["Function"]["Environment"]["Variables"]
    outputs = template["Outputs"]
    for function, variables in json.loads((EVENTS / "local-env.json").read_text()).items():
        own = template["Resources"][function]["Properties"]["Environment"]["Variables"]
        assert variables.keys() <= own.keys() | common.keys()
        named = {value[1:-1] for value in variables.values() if value.startswith("{")}
        assert named - {"endpoint_url"} <= outputs.keys()


def test_the_local_environment_points_out_of_the_container() -> None:
    """Inside it the stack of `make local` is not at 127.0.0.1."""
    template = json.loads((EVENTS / "local-env.json").read_text())
    names = {value[1:-1] for variables in template.values() for value in variables.values() if value.startswith("{")}
    outputs = {name: f"the {name}" for name in names} | {"endpoint_url": "http://127.0.0.1:4567"}
    filled = generate.local_env(template, outputs)["ScoreTransactionsFunction"]
    assert filled["AWS_ENDPOINT_URL"] == "http://host.docker.internal:4567"
    assert filled["DECISIONS_TABLE"] == "the DecisionsTableName"
    assert filled["MAX_EVENT_AGE_DAYS"] == "0"
    assert "{" not in "".join(filled.values())

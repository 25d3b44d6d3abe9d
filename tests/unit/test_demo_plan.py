"""What the demo sends, and in which order."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from mapping import Mapping
from moments import epoch_ms
from raw_data import to_transactions

from local.demo_data import DemoDataError, from_file, simulated
from local.sending import shipment
from local.strays import CARD_NUMBER, conflict, garbage
from local.stream_plan import Kind, Record, interleave, scattered, with_repeats

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WORLD = {"cards": 300, "terminals": 150, "online_shops": 30, "daily_transactions": 300, "fraud_share": 0.009}


@pytest.fixture(scope="module")
def data():
    return simulated(transactions=900, seed=5, history_days=30, **WORLD)


def _records(count, kind=Kind.TRANSACTION):
    return [Record(kind=kind, transaction_id=f"t{i}", partition_key="c", data=b"%d" % i) for i in range(count)]


def test_history_ends_where_the_stream_begins(data) -> None:
    """Every transaction of the history is earlier than every streamed one."""
    assert epoch_ms(data.history["event_time"]).max() <= data.split_ms
    assert epoch_ms(data.streamed["event_time"]).min() == data.split_ms
    assert len(data.streamed) == 900


def test_history_is_the_same_however_much_is_streamed(data) -> None:
    """TRANSACTIONS changes the stream alone, so that the same model is trained."""
    shorter = simulated(transactions=100, seed=5, history_days=30, **WORLD)
    assert shorter.history.equals(data.history)
    assert shorter.streamed.equals(data.streamed.head(100))


def test_history_holds_only_labels_known_by_then(data) -> None:
    """No label of the history became known after the stream began, and some frauds of it are unlabelled."""
    known = data.history["label"].notna()
    assert epoch_ms(data.history.loc[known, "label_time"]).max() <= data.split_ms
    assert (data.history["label"] == "fraud").any()


def test_streamed_transactions_carry_no_label(data) -> None:
    """Neither the truth nor a label is on a transaction that is sent."""
    assert not {"label", "label_time", "is_fraud", "pattern", "label_source"} & set(data.streamed.columns)
    assert set(data.is_fraud) == set(data.streamed["transaction_id"])


def test_labels_of_history_and_of_the_stream_arrive_during_the_stream(data) -> None:
    """What is sent as a label is exactly what becomes known from the first to the last streamed transaction."""
    times = epoch_ms(data.labels["label_time"])
    assert (np.diff(times) >= 0).all()
    assert times.min() > data.split_ms
    assert times.max() <= data.end_ms
    historic = set(data.history["transaction_id"])
    assert any(name in historic for name in data.labels["transaction_id"])


def test_labels_sent_and_labels_in_the_history_are_different_ones(data) -> None:
    """No label is both in the uploaded history and in the stream."""
    uploaded = set(data.history.loc[data.history["label"].notna(), "transaction_id"])
    assert not uploaded & set(data.labels["transaction_id"])


def test_history_is_what_the_feature_engine_takes(data) -> None:
    """The history converts into the engine's columns, row for row."""
    assert len(to_transactions(data.history)) == len(data.history)


def test_shipment_holds_everything_once_and_strays_besides(data) -> None:
    """Each transaction and label is sent, twenty transactions twice, and eight records of garbage."""
    shipped = shipment(data, now=NOW)
    sent = [record.transaction_id for record in shipped.records if record.kind is Kind.TRANSACTION]
    assert sent == data.streamed["transaction_id"].tolist()
    assert shipped.count(Kind.LABEL) == len(data.labels)
    assert shipped.count(Kind.REPEAT) == 20
    assert shipped.count(Kind.GARBAGE) == 8


def test_no_label_is_sent_before_its_time(data) -> None:
    """Each label stands behind every transaction of an earlier moment and before every later one."""
    latest = 0
    for record in shipment(data, now=NOW).records:
        if record.kind in (Kind.TRANSACTION, Kind.LABEL):
            event = json.loads(record.data)
            text = event["label_time"] if record.kind is Kind.LABEL else event["event_time"]
            assert text >= str(latest)
            latest = text


def test_conflict_comes_after_the_transaction_it_contradicts(data) -> None:
    """The first decision must stand, so the other payload is sent later."""
    records = shipment(data, now=NOW).records
    contradicted = json.loads(records[-1].data)["transaction_id"]
    assert contradicted in {record.transaction_id for record in records[:-1]}


def test_labels_precede_transactions_of_the_same_moment() -> None:
    """A label known when a payment comes is sent before it."""
    merged = interleave(_records(2), np.array([10, 20]), _records(1, Kind.LABEL), np.array([20]))
    assert [record.kind for record in merged] == [Kind.TRANSACTION, Kind.LABEL, Kind.TRANSACTION]


def test_repeats_have_the_bytes_of_the_first() -> None:
    """A repeat is the same record again, some at once and some later."""
    sent = with_repeats(_records(100), count=4, distance=30)
    repeats = [i for i, record in enumerate(sent) if record.kind is Kind.REPEAT]
    assert len(repeats) == 4
    for i in repeats:
        earlier = [record for record in sent[:i] if record.transaction_id == sent[i].transaction_id]
        assert [record.data for record in earlier] == [sent[i].data]
    assert [record for record in sent if record.kind is Kind.TRANSACTION] == _records(100)


def test_strays_leave_the_order_of_the_others() -> None:
    """Garbage among the records moves none of them past another."""
    sent = scattered(_records(10), _records(3, Kind.GARBAGE))
    assert [record for record in sent if record.kind is Kind.TRANSACTION] == _records(10)
    assert len(sent) == 13


def test_only_one_stray_holds_the_card_number() -> None:
    """The card number is in card_id of one record, and no partition key shows it."""
    sample = json.dumps({"transaction_id": "t", "card_id": "c", "amount_minor": 5, "currency": "EUR"}).encode()
    strays = garbage(sample, now=NOW)
    assert sum(CARD_NUMBER.encode() in stray.data for stray in strays) == 1
    assert all(CARD_NUMBER not in stray.partition_key for stray in strays)


def test_conflict_differs_in_the_amount_alone() -> None:
    """The other payload of an id is the same but for its amount."""
    record = Record(
        kind=Kind.TRANSACTION, transaction_id="t", partition_key="c", data=b'{"transaction_id":"t","amount_minor":5}'
    )
    assert json.loads(conflict(record).data) == {"transaction_id": "t", "amount_minor": 6}


def _file(tmp_path, frauds: int):
    rows = 4_000
    times = pd.date_range("2024-01-01", periods=rows, freq="10min")
    table = pd.DataFrame(
        {
            "id": [f"t{i}" for i in range(rows)],
            "TX_DATETIME": times,
            "CUSTOMER_ID": [f"c{i % 90}" for i in range(rows)],
            "TERMINAL_ID": [f"m{i % 40}" for i in range(rows)],
            "TX_AMOUNT": 12.5,
            "TX_FRAUD": [int(i % max(1, rows // frauds) == 0) for i in range(rows)],
        }
    )
    path = tmp_path / "mine.parquet"
    table.to_parquet(path)
    return path


def test_own_file_streams_its_end_with_labels_a_week_late(tmp_path) -> None:
    """The last rows are streamed; labels without a time become known seven days after the transaction."""
    data = from_file(_file(tmp_path, frauds=400), Mapping(), transactions=500)
    assert data.streamed["transaction_id"].iloc[-1] == "t3999"
    delay = epoch_ms(data.labels["label_time"]) - epoch_ms(data.labels["event_time"])
    assert (delay == 7 * 86_400_000).all()
    assert set(data.labels["label"]) == {"fraud"}, "what silence says needs no label"


def test_at_most_a_quarter_of_a_file_is_streamed(tmp_path) -> None:
    """A wish for more transactions than the file can spare is cut, so that there is something to learn from."""
    data = from_file(_file(tmp_path, frauds=400), Mapping(), transactions=10_000)
    assert len(data.streamed) == 1_000


def test_file_without_enough_frauds_is_refused_with_advice(tmp_path) -> None:
    """Too few known frauds to learn from is an error that says what to do."""
    with pytest.raises(DemoDataError, match="--column label="):
        from_file(_file(tmp_path, frauds=10), Mapping(), transactions=500)


def test_ids_that_occur_twice_are_named(tmp_path) -> None:
    """The first few are enough to find the others."""
    path = _file(tmp_path, frauds=400)
    table = pd.read_parquet(path)
    pd.concat([table, table.head(5)]).to_parquet(path)
    with pytest.raises(DemoDataError, match="occur twice: t0, t1, t2 and 2 more; every"):
        from_file(path, Mapping(), transactions=500)

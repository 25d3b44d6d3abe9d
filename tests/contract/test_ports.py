"""The fakes of the unit tests and the real adapters, over the embedded AWS, keep the same promises."""

from dataclasses import replace

import msgspec
import pytest
from fraudstream.adapters.calls import Calls
from fraudstream.contract import Decision, Disposition, Label, Payment, Reason, decode_record
from fraudstream.contract.bounds import Bounds
from fraudstream.ports import DecisionRecord

from tests.fakes import FakeDecisions, FakeHistories
from tests.samples import NOW_MS, iso, label, records
from tests.tables import make_stores

pytestmark = pytest.mark.integration


@pytest.fixture(params=["fake", "embedded AWS", "embedded AWS, eight threads"])
def ports(request):
    """Histories and decisions: fakes, or the real adapters."""
    if request.param == "fake":
        return FakeHistories(), FakeDecisions()
    aws = request.getfixturevalue("aws")
    stores = make_stores(aws.client, Calls(8 if "eight" in request.param else 1))
    return stores.histories, stores.decisions


def record_of(number: int, **fields: object) -> DecisionRecord:
    """A decision with everything a decision can have."""
    values = {
        "transaction_id": f"tx-{number}",
        "card_id": "card_a",
        "terminal_id": "terminal_a",
        "event_time": iso(NOW_MS),
        "amount_minor": 2**53 - 1,
        "currency": "EUR",
        "decision": "review",
        "fraud_score": 0.1 + 0.2,
        "scored_by": "endpoint",
        "rules_fired": ("far_above_usual",),
        "reasons": (Reason(feature="amount", value=None, contribution=0.3333333333333333),),
        "model_version": "m-1",
        "rules_version": "r-1",
        "features_version": "1",
        "decided_at": iso(NOW_MS),
    }
    return DecisionRecord(
        decision=Decision(**values | fields), features=b"\x00\xff" * 9, payload_hash="ab" * 16, source="shard-0:1"
    )


def label_of(number: int, when_ms: int, value: str) -> Label:
    """A label as the stream delivers it."""
    payload = label(number, label=value, label_time=iso(when_ms))
    return decode_record(records([payload])[0].data, now_ms=NOW_MS, bounds=Bounds())


def test_what_is_saved_at_version_zero_is_loaded_at_version_one(ports):
    """Saving creates an item, and loading gives back its bytes."""
    histories, _ = ports
    assert histories.save({"card#a": b"\x01\x00\xff"}, {}, NOW_MS) == []
    loaded = histories.load(["card#a", "card#unknown"])
    assert {key: (value.packed, value.version) for key, value in loaded.items()} == {"card#a": (b"\x01\x00\xff", 1)}


def test_a_save_at_an_older_version_loses_and_changes_nothing(ports):
    """Of two writers that read the same version, the second is told, and the first one's bytes stand."""
    histories, _ = ports
    histories.save({"card#a": b"first", "card#b": b"b"}, {}, NOW_MS)
    assert histories.save({"card#a": b"second", "card#b": b"b2"}, {"card#a": 0, "card#b": 1}, NOW_MS) == ["card#a"]
    assert histories.save({"card#a": b"third"}, {"card#a": 7}, NOW_MS) == ["card#a"]
    loaded = histories.load(["card#a", "card#b"])
    assert {key: value.packed for key, value in loaded.items()} == {"card#a": b"first", "card#b": b"b2"}


def test_more_items_than_one_call_takes_are_all_written_and_read(ports):
    """Batches of 25 writes and 100 reads are no limit for the caller."""
    histories, _ = ports
    packed = {f"card#{number}": bytes([number]) for number in range(230)}
    assert histories.save(packed, {}, NOW_MS) == []
    assert {key: value.packed for key, value in histories.load(list(packed)).items()} == packed
    assert histories.load([]) == {}


def test_a_decision_is_noted_as_completed_and_is_otherwise_as_it_was(ports):
    """Once or twice makes no difference; of a decision that nobody made there is nothing to note."""
    _, decisions = ports
    decisions.record([record_of(1), record_of(2)])
    for _ in range(2):
        decisions.complete(["tx-1", "tx-unknown"])
    assert decisions.read(["tx-1", "tx-2", "tx-unknown"]) == {
        "tx-1": replace(record_of(1), completed=True),
        "tx-2": record_of(2),
    }


def test_a_decision_comes_back_exactly_as_it_was_recorded(ports):
    """Scores to the bit, large amounts, reasons with missing values, binary features."""
    _, decisions = ports
    by_rules = record_of(2, scored_by="rules", fraud_score=None, model_version=None, reasons=(), rules_fired=())
    assert decisions.record([record_of(1), by_rules]) == set()
    assert decisions.read({"tx-1", "tx-2", "tx-3"}) == {"tx-1": record_of(1), "tx-2": by_rules}


def test_what_a_flagged_transaction_said_of_its_payment_comes_back(ports):
    """All of it or little, coordinates to the bit; by the model and by rules; beside one that said nothing."""
    _, decisions = ports
    much = Payment(
        merchant_city="\u6771\u4eac <b>", merchant_lat=0.1 + 0.2, merchant_lon=-179.99999999999997, mcc="0000"
    )
    unscored = {"scored_by": "rules", "fraud_score": None, "model_version": None}
    made = [record_of(1, payment=much), record_of(2, payment=Payment(entry_mode="chip"), **unscored), record_of(3)]
    assert decisions.record(made) == set()
    assert decisions.read(["tx-1", "tx-2", "tx-3"]) == {record.decision.transaction_id: record for record in made}
    assert decisions.find("tx-1") == made[0].decision


def test_rules_in_the_shadow_come_back_apart_from_those_that_decided(ports):
    """In the table they share an attribute with the others; nothing else of the decision tells of them."""
    _, decisions = ports
    mixed = record_of(1, rules_fired=("a", "b"), shadow_rules_fired=("c", "d"))
    alone = record_of(2, rules_fired=(), shadow_rules_fired=("c",))
    decisions.record([mixed, alone])
    assert decisions.read(["tx-1", "tx-2"]) == {"tx-1": mixed, "tx-2": alone}
    assert decisions.find("tx-1").shadow_rules_fired == ("c", "d")


def test_the_first_decision_wins(ports):
    """A second decision for an id is refused by name, and the others of its batch are written."""
    _, decisions = ports
    decisions.record([record_of(1)])
    second = replace(record_of(1, decision="block"), source="shard-0:2")
    assert decisions.record([second, record_of(2)]) == {"tx-1"}
    assert decisions.read(["tx-1", "tx-2"]) == {"tx-1": record_of(1), "tx-2": record_of(2)}


def test_a_decision_is_found_with_the_label_that_joined_it(ports):
    """As it was made until a label is noted, then with label, time and source; nothing for an unknown id."""
    _, decisions = ports
    decisions.record([record_of(1)])
    assert decisions.find("tx-9") is None
    assert decisions.find("tx-1") == record_of(1).decision
    decisions.label([label_of(1, NOW_MS - 1000, "fraud")])
    labelled = {"label": "fraud", "label_time": iso(NOW_MS - 1000), "label_source": "chargeback"}
    assert decisions.find("tx-1") == msgspec.structs.replace(record_of(1).decision, **labelled)


def test_a_decision_that_is_read_tells_what_it_turned_out_to_be(ports):
    """So that a retry knows of a label that came between its tries; two records are compared without it."""
    _, decisions = ports
    decisions.record([record_of(1)])
    assert decisions.read(["tx-1"])["tx-1"].disposition is None
    decisions.label([label_of(1, NOW_MS - 1000, "fraud")])
    found = Disposition(label="fraud", label_time=iso(NOW_MS - 1000), source="chargeback")
    assert decisions.read(["tx-1"])["tx-1"].disposition == found


def test_of_several_labels_the_latest_holds_and_unknown_ids_are_no_error(ports):
    """Labels may come twice, out of order, in one batch, or for a transaction nobody decided."""
    _, decisions = ports
    decisions.record([record_of(1)])
    early, late = label_of(1, NOW_MS - 5000, "fraud"), label_of(1, NOW_MS - 1000, "legitimate")
    assert decisions.label([label_of(9, NOW_MS - 1000, "fraud")]) == 0
    assert decisions.label([late]) == 1
    assert decisions.label([early]) == 0
    assert decisions.label([late, early]) == 1
    assert decisions.label([]) == 0
    assert decisions.read(["tx-1"]) == {"tx-1": record_of(1)}

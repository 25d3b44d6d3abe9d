"""The HTTP API: each status says whose turn it is, and a 200 is never wrong."""

import base64
import json
import re
from collections.abc import Iterator

import pytest
from fraudstream.adapters import composition
from fraudstream.contract import Bounds, Label, decode_record
from fraudstream.errors import EndpointUnavailableError, SettingsError, StoreUnavailableError
from fraudstream.settings import Settings

from tests.reliability.proof import proves
from tests.samples import NOW_MS, label, records, transaction
from tests.unit.serve_api_world import World, serving
from tests.unit.test_settings import ENVIRONMENT

PAN = "4111111111111111"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The routes over fakes."""
    with serving(monkeypatch) as made:
        yield made


def test_a_transaction_is_answered_with_its_decision(world):
    """The body is the decision as the table has it: schema, score, reasons."""
    status, decision = world.post(transaction(1, amount_minor=2_000_000))
    assert status == 200
    assert decision["decision"] == "block"
    assert decision["reasons"][0]["feature"] == "amount"
    assert decision == world.standing("tx-1")
    assert len(world.pipeline.archive.objects) == 1
    assert set(world.pipeline.histories.items) == {"card#card_a", "terminal#terminal_a"}


@proves(faults=[31], invariants=[13])
def test_the_same_transaction_again_is_told_the_standing_decision(world):
    """However it is written, and whatever the model says by then: no second decision, archive object or memory."""
    first = world.post(transaction(1))
    left = (set(world.pipeline.archive.objects), dict(world.pipeline.histories.items))
    score = world.pipeline.scorer.score
    world.pipeline.scorer.score = lambda features, explain: score(features + 1e9, explain)
    assert world.post(transaction(2))[1]["decision"] == "block"
    world.pipeline.histories.items = dict(left[1])
    again = world.post(json.dumps(dict(reversed(transaction(1).items())), indent=1))
    assert first[0] == 200
    assert first[1]["decision"] == "approve"
    assert again == first
    assert len(world.pipeline.archive.objects) == len(left[0]) + 1
    assert world.pipeline.histories.items == left[1]


def test_a_transaction_decided_on_the_stream_is_told_that_decision(world):
    """The API and the stream share decisions; a repeat has no new effect."""
    world.pipeline.run(records([transaction(1)]), NOW_MS - 5_000)
    archived = dict(world.pipeline.archive.objects)
    status, decision = world.post(transaction(1))
    assert status == 200
    assert decision == world.standing("tx-1")
    assert world.pipeline.archive.objects == archived


def test_a_transaction_decided_here_is_a_repeat_on_the_stream(world):
    """Whoever comes second finds the decision."""
    world.post(transaction(1))
    outcome = world.pipeline.run(records([transaction(1)]), NOW_MS)
    assert (outcome.decided, outcome.duplicates) == (0, 1)
    assert outcome.standing["tx-1"] == world.pipeline.decisions.items["tx-1"].decision


@proves(faults=[31], invariants=[13])
def test_what_a_failed_request_left_undone_is_done_when_it_is_sent_again(world):
    """A store that goes away between decision and histories costs a 503, and after the next try nothing is missing."""
    save = world.pipeline.histories.save
    world.pipeline.histories.save = lambda *_: (_ for _ in ()).throw(StoreUnavailableError("away"))
    assert world.post(transaction(1))[0] == 503
    assert world.pipeline.histories.items == {}
    world.pipeline.histories.save = save
    status, decision = world.post(transaction(1))
    assert status == 200
    assert decision == world.standing("tx-1")
    assert set(world.pipeline.histories.items) == {"card#card_a", "terminal#terminal_a"}


@proves(faults=[4, 31])
def test_one_id_with_two_payloads_is_a_conflict_and_each_payload_is_kept_aside(world):
    """409 for the second and the third; the first decision stands, and the quarantine has both others."""
    world.post(transaction(1))
    standing = world.pipeline.decisions.items["tx-1"]
    for amount in (2, 3):
        status, problem = world.post(transaction(1, amount_minor=amount))
        assert (status, problem["reason"]) == (409, "id_conflict")
    assert world.pipeline.decisions.items["tx-1"] is standing
    assert [line["reason"] for line in world.quarantined().values()] == ["id_conflict"] * 2


@proves(faults=[31], invariants=[2])
@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("{", 400, "not_json"),
        ("", 400, "not_json"),
        ("[]", 400, "not_an_object"),
        ('{"a": 1, "a": 2}', 400, "duplicate_key"),
        ("\ud800", 400, "not_utf8"),
        ("x" * 300_000, 400, "too_large"),
        ({}, 422, "field_missing"),
        (transaction(1, amount_minor=-1), 422, "amount_invalid"),
        (transaction(1, card_id=PAN), 422, "card_number_in_card_id"),
        (transaction(1, transaction_id=PAN), 422, "card_number_in_payload"),
        (transaction(1, is_fraud=0), 422, "label_on_transaction"),
    ],
)
def test_what_is_refused_is_told_why_and_quarantined(world, body, status, reason):
    """Reason and detail come back; the key of what is kept is safe, and no card number is anywhere."""
    answered, problem = world.post(body)
    assert (answered, problem["reason"]) == (status, reason)
    assert problem["detail"]
    [(key, line)] = world.quarantined().items()
    assert line["reason"] == reason
    assert re.fullmatch(r"quarantine/date=[\d-]{10}/hour=\d\d/api/[a-p]{32}-[a-p]{32}-[a-p]{16}\.refused\.jsonl", key)
    assert PAN not in json.dumps(problem) + key + base64.b64decode(line["data_base64"]).decode("utf-8", "replace")
    assert world.pipeline.decisions.items == {}


def test_a_body_that_came_encoded_is_read(world):
    """API Gateway encodes what has no content type of text."""
    body = base64.b64encode(json.dumps(transaction(1)).encode()).decode()
    assert world.post(body, isBase64Encoded=True)[0] == 200
    assert world.post(base64.b64encode(b"\xff").decode(), isBase64Encoded=True)[1]["reason"] == "not_utf8"


def test_a_label_is_no_transaction(world):
    """A label has a route of its own; here it is refused, not decided and not taken."""
    world.post(transaction(1))
    status, problem = world.post(label(1))
    assert (status, problem["reason"]) == (422, "type_unknown")
    assert world.stream.records == []
    assert world.pipeline.decisions.labels == {}


@proves(faults=[31])
@pytest.mark.parametrize("error", [EndpointUnavailableError("away"), StoreUnavailableError("away")])
def test_while_the_model_or_a_store_is_away_nothing_is_decided(world, error):
    """503 with a time to come back, and no decision that could be wrong."""
    world.pipeline.scorer.failure = error
    status, problem, headers = world.ask("POST", "/transactions", transaction(1))
    assert (status, problem["reason"]) == (503, "unavailable")
    assert int(headers["Retry-After"]) > 0
    assert world.pipeline.decisions.items == {}


@proves(faults=[31])
def test_what_nobody_expected_is_no_answer(world):
    """A mistake of ours reaches API Gateway as an error, and its caller as a 500."""
    world.pipeline.scorer.failure = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        world.post(transaction(1))


def test_a_decision_is_read_back_with_its_label(world):
    """Without a label none is there; later it is part of the decision."""
    _, decided = world.post(transaction(1))
    assert world.ask("GET", "/decisions/tx-1")[:2] == (200, decided)
    world.pipeline.run(records([label(1)]), NOW_MS)
    status, labelled, _ = world.ask("GET", "/decisions/tx-1")
    assert status == 200
    assert labelled == decided | {"label": "fraud", "label_time": label(1)["label_time"], "label_source": "chargeback"}


@pytest.mark.parametrize("name", ["tx-2", "x" * 65, "ü ü", "a|b;c"])
def test_a_decision_nobody_made_is_not_found(world, name):
    """404, whatever the id looks like."""
    assert world.ask("GET", f"/decisions/{name}")[0] == 404


@pytest.mark.parametrize("place", [{"terminal_id": "terminal_a"}, {"terminal_id": None, "merchant_id": "m-1"}])
def test_a_label_is_completed_from_its_decision_and_sent_through_the_stream(world, place):
    """What arrives on the stream is a label of the contract that finds both histories; the card is its key."""
    world.post(transaction(1, **place))
    sent = {"transaction_id": "tx-1", "label": "fraud", "source": "analyst"}
    status, body, _ = world.ask("POST", "/labels", sent)
    assert (status, body) == (202, {"transaction_id": "tx-1"})
    [(data, key)] = world.stream.records
    taken = decode_record(data, now_ms=NOW_MS, bounds=Bounds())
    assert isinstance(taken, Label)
    assert (taken.card_id, taken.terminal, key) == ("card_a", place.get("terminal_id") or "merchant#m-1", "card_a")
    assert (taken.label, taken.source, taken.label_time_ms) == ("fraud", "analyst", NOW_MS)
    assert world.pipeline.run(records([data]), NOW_MS).labelled == 1


def test_a_label_says_nothing_of_card_and_terminal_that_the_decision_does_not(world):
    """Whatever the body claims, the label finds the histories of the transaction."""
    world.post(transaction(1))
    assert world.ask("POST", "/labels", label(1, card_id="card_b", terminal_id="terminal_b", merchant_id="m"))[0] == 202
    [(data, _)] = world.stream.records
    taken = decode_record(data, now_ms=NOW_MS, bounds=Bounds())
    assert (taken.card_id, taken.terminal_id, taken.merchant_id) == ("card_a", "terminal_a", None)


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"transaction_id": "tx-9"}, 404, "not_found"),
        ({"transaction_id": 7}, 422, "transaction_id_invalid"),
        ({"transaction_id": PAN}, 422, "card_number_in_payload"),
        ({"card_id": PAN}, 422, "card_number_in_card_id"),
        ({"label": "maybe"}, 422, "label_invalid"),
        ({"source": None}, 422, "field_invalid"),
        ({"label_time": "yesterday"}, 422, "label_time_invalid"),
        ({"label_time": "2026-01-01T00:00:00Z"}, 422, "label_before_event"),
        ({"type": "transaction"}, 422, "type_unknown"),
        ({"note": 1e999}, 400, "number_invalid"),
    ],
)
def test_a_label_that_is_wrong_never_reaches_the_stream(world, change, status, reason):
    """It is told why, in the contract's words."""
    world.post(transaction(1))
    body = {"transaction_id": "tx-1", "label": "fraud", "source": "analyst"} | change
    answered, problem, _ = world.ask("POST", "/labels", body)
    assert (answered, problem["reason"]) == (status, reason)
    assert PAN not in json.dumps(problem)
    assert world.stream.records == []


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [("{", 400, "not_json"), ("x" * 300_000, 400, "too_large"), (transaction(1), 422, "type_unknown")],
)
def test_what_is_no_label_is_refused(world, body, status, reason):
    """Neither garbage nor a transaction comes in by this door."""
    answered, problem, _ = world.ask("POST", "/labels", body)
    assert (answered, problem["reason"]) == (status, reason)


def test_while_the_stream_is_away_a_label_is_not_taken(world):
    """503: its sender still has it."""
    world.post(transaction(1))
    world.stream.failure = StoreUnavailableError("away")
    body = {"transaction_id": "tx-1", "label": "fraud", "source": "analyst"}
    assert world.ask("POST", "/labels", body)[0] == 503


@proves(invariants=[11])
def test_logs_have_no_payload(world, caplog):
    """A line a request, with route and status; no card, no amount, nothing of the path."""
    world.post(transaction(1, card_id="tok_secret", amount_minor=987_654))
    world.ask("GET", "/decisions/tx-secret")
    lines = [(line.getMessage(), line.route, line.status) for line in caplog.records]
    assert lines == [("request", "POST /transactions", 200), ("request", "GET /decisions/{transaction_id}", 404)]
    assert not re.search("secret|987654", " ".join(str(vars(line)) for line in caplog.records))


def test_the_api_is_told_which_stream_takes_labels():
    """Without it, it would start and fail at the first label."""
    with pytest.raises(SettingsError, match="TRANSACTION_STREAM"):
        composition.build_api(Settings.read(ENVIRONMENT))

"""The routes people review with: what waits, what a card did, what an analyst found, what decides."""

import json
from collections.abc import Iterator

import pytest
from fraudstream.contract import Bounds, Label, decode_record
from fraudstream.errors import StoreUnavailableError
from fraudstream.hashing import short_hashes
from fraudstream.policy import Trouble, default_policy

from tests.reliability.proof import proves
from tests.samples import NOW_MS, iso, transaction
from tests.unit.serve_api_world import ANALYST, World, serving

PAN = "4111111111111111"
FRAUDULENT = 2_000_000
"""An amount that the fake model is sure of."""
AHEAD = iso(NOW_MS + 3_600_000)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The routes over fakes."""
    with serving(monkeypatch) as made:
        yield made


def flagged(world: World, number: int, **fields: object) -> None:
    """Decide a transaction that is flagged."""
    status, decision = world.post(transaction(number, amount_minor=FRAUDULENT, **fields))
    assert (status, decision["decision"]) == (200, "block")


def sent(world: World) -> list[Label]:
    """The labels on the stream."""
    found = [decode_record(data, now_ms=NOW_MS, bounds=Bounds()) for data, _ in world.stream.records]
    return [label for label in found if isinstance(label, Label)]


def test_a_flagged_transaction_waits_in_the_queue_until_somebody_disposed_of_it(world):
    """The whole review: flagged, seen, found, noted on decision and card, gone from the queue."""
    flagged(world, 1)
    [case] = world.get("/queue")[1]["cases"]
    assert (case["card_id"], case["transactions"][0]["transaction_id"]) == ("card_a", "tx-1")
    status, body = world.post({"transaction_id": "tx-1", "disposition": "fraud"}, "/dispositions")
    assert (status, body) == (202, {"transaction_ids": ["tx-1"]})
    world.deliver()
    assert world.get("/queue") == (200, {"cases": [], "cursor": None})
    assert world.get("/decisions/tx-1")[1]["label_source"] == "analyst"
    card = world.get("/cards/card_a")[1]
    assert card["transactions"][0]["label"] == "fraud"
    assert card["case"]["transactions"][0]["disposition"]["label"] == "fraud"


def test_a_finding_says_who_found_it_and_no_name(world):
    """A digest of issuer and subject, the same for the same person; the note is kept with it."""
    flagged(world, 1)
    for _ in range(2):
        body = {"transaction_id": "tx-1", "disposition": "legitimate", "note": "The holder called."}
        context = {"authorizer": ANALYST}
        world.post(body, "/dispositions", requestContext=context)
    first, second = sent(world)
    assert (first.label, first.source, first.label_time_ms) == ("legitimate", "analyst", NOW_MS)
    assert first.unknown == second.unknown
    assert first.unknown["note"] == "The holder called."
    assert first.unknown["said_by"].startswith("jwt-")
    assert "ada" not in first.raw.decode()


def test_who_says_a_label_is_not_taken_from_the_label(world):
    """The caller that API Gateway authorised is written over whatever the body claims."""
    flagged(world, 1)
    body = {"transaction_id": "tx-1", "label": "fraud", "source": "customer", "said_by": "somebody else"}
    authorizer = {"iam": {"userArn": "arn:aws:iam::111122223333:user/ada"}}
    assert world.post(body, "/labels", requestContext={"authorizer": authorizer})[0] == 202
    [label] = sent(world)
    assert label.unknown == {"said_by": "iam-gjjplhdbdmcicoelgeffbkdgdkapcpgj"}


def test_a_card_is_disposed_of_as_a_whole(world):
    """Every open transaction of its case gets the finding; sent again, once it came through, none is open."""
    for number in (1, 2, 3):
        flagged(world, number)
    world.post({"transaction_id": "tx-1", "disposition": "legitimate"}, "/dispositions")
    world.deliver()
    body = {"card_id": "card_a", "disposition": "fraud"}
    assert world.post(body, "/dispositions") == (202, {"transaction_ids": ["tx-2", "tx-3"]})
    world.deliver()
    assert world.post(body, "/dispositions") == (202, {"transaction_ids": []})
    assert world.get("/decisions/tx-1")[1]["label"] == "legitimate"


def test_what_an_analyst_did_not_see_is_left_open(world):
    """A transaction decided after `seen_at` is not disposed of with the others."""
    flagged(world, 1)
    seen = {"card_id": "card_a", "disposition": "fraud", "seen_at": iso(NOW_MS - 1)}
    assert world.post(seen, "/dispositions") == (202, {"transaction_ids": []})
    assert world.post(seen | {"seen_at": iso(NOW_MS)}, "/dispositions") == (202, {"transaction_ids": ["tx-1"]})


def test_a_finding_of_a_moment_ago_is_not_before_its_event(world):
    """A terminal's clock may be ahead of ours: then the label is as late as the event."""
    flagged(world, 1, event_time=iso(NOW_MS + 30_000))
    assert world.post({"transaction_id": "tx-1", "disposition": "fraud"}, "/dispositions")[0] == 202
    assert sent(world)[0].label_time_ms == NOW_MS + 30_000


@proves(faults=[31], invariants=[11])
@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"transaction_id": "nobody"}, 404, "not_found"),
        ({"transaction_id": " "}, 422, "transaction_id_invalid"),
        ({"transaction_id": PAN}, 422, "card_number_in_payload"),
        ({"transaction_id": None}, 422, "transaction_id_invalid"),
        ({"disposition": "maybe"}, 422, "field_invalid"),
        ({"disposition": None}, 422, "field_invalid"),
        ({"note": f"his card is {PAN}"}, 422, "card_number_in_payload"),
        ({"note": "4111 1111 1111 1111"}, 422, "card_number_in_payload"),
        ({"note": int(PAN)}, 422, "card_number_in_payload"),
        ({PAN: ""}, 422, "card_number_in_payload"),
        ({"note": "x" * 501}, 422, "field_invalid"),
        ({"note": "\u202e"}, 422, "character_forbidden"),
        ({"note": "\ud800"}, 422, "character_forbidden"),
        ({"card_id": "card_a"}, 422, "field_invalid"),
        ({"seen_at": AHEAD}, 422, "field_invalid"),
        ({"lable": "fraud"}, 422, "field_invalid"),
        ({"note": 1e999}, 400, "number_invalid"),
    ],
)
def test_a_wrong_finding_never_reaches_the_stream(world, change, status, reason):
    """It is told why, without being quoted."""
    flagged(world, 1)
    answered, problem = world.post({"transaction_id": "tx-1", "disposition": "fraud"} | change, "/dispositions")
    assert (answered, problem["reason"]) == (status, reason)
    assert PAN not in json.dumps(problem)
    assert world.stream.records == []


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"card_id": PAN, "disposition": "fraud"}, 422, "card_number_in_card_id"),
        ({"card_id": "card_z", "disposition": "fraud"}, 404, "not_found"),
        ({"card_id": "card_a", "disposition": "fraud", "seen_at": "today"}, 422, "field_invalid"),
        ({"disposition": "fraud"}, 422, "field_invalid"),
        ({"transaction_id": "tx-1"}, 422, "field_missing"),
        ("{", 400, "not_json"),
        ("", 400, "not_json"),
        ('{"disposition": "fraud", "disposition": "fraud"}', 400, "duplicate_key"),
        ("[" * 50_000, 400, "too_large"),
        ('{"note": ' + "[" * 8_000 + "]" * 8_000 + "}", 400, "too_deep"),
    ],
)
def test_what_is_no_finding_is_refused(world, body, status, reason):
    """With the contract's reasons."""
    answered, problem = world.post(body, "/dispositions")
    assert (answered, problem["reason"]) == (status, reason)


def test_while_the_stream_is_away_a_finding_is_not_taken(world):
    """503, with a time to come back."""
    flagged(world, 1)
    world.stream.failure = StoreUnavailableError("away")
    body = {"transaction_id": "tx-1", "disposition": "fraud"}
    status, _, headers = world.ask("POST", "/dispositions", body)
    assert status == 503
    assert int(headers["Retry-After"]) > 0


def test_the_queue_is_read_page_by_page(world):
    """Each case once, the riskiest or the oldest first."""
    for number in range(5):
        flagged(world, number, card_id=f"card_{number}")
    for order in ("risk", "age"):
        seen, cursor = [], {}
        while True:
            status, page = world.get("/queue", order=order, limit="2", **cursor)
            assert status == 200
            seen += [case["card_id"] for case in page["cases"]]
            if page["cursor"] is None:
                break
            cursor = {"cursor": page["cursor"]}
        assert sorted(seen) == [f"card_{number}" for number in range(5)]


@proves(faults=[31])
@pytest.mark.parametrize(
    "query",
    [
        {"order": "luck"},
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "-1"},
        {"limit": "1.5"},
        {"limit": "\u0665"},
        {"limit": ""},
        {"limit": "9" * 5_000},
        {"snoozed": "yes"},
        {"ordr": "age"},
        {"order": "risk,age"},
        {"cursor": ""},
        {"cursor": "x"},
        {"cursor": "x" * 9_999},
        {"cursor": "\x00"},
    ],
)
def test_a_wrong_parameter_of_the_queue_is_refused(world, query):
    """422, and which."""
    status, problem = world.get("/queue", **query)
    assert status == 422
    assert problem["reason"] in ("parameter_invalid", "cursor_invalid")


def test_a_snoozed_case_is_out_of_the_queue_until_it_is_asked_for_or_woken(world):
    """Snoozing is repeatable and can be taken back."""
    flagged(world, 1)
    for _ in range(2):
        status, case = world.post({"until": AHEAD}, "/cards/card_a/snooze")
        assert (status, case["snoozed_until"]) == (200, AHEAD)
    assert world.get("/queue")[1]["cases"] == []
    assert len(world.get("/queue", snoozed="true")[1]["cases"]) == 1
    assert "snoozed_until" not in world.post({"until": None}, "/cards/card_a/snooze")[1]
    assert len(world.get("/queue")[1]["cases"]) == 1


def test_snoozed_cases_do_not_hide_those_behind_them(world):
    """A page is filled from the next one where cases of it are put aside."""
    for number in range(4):
        flagged(world, number, card_id=f"card_{number}")
    for number in range(2):
        world.post({"until": AHEAD}, f"/cards/card_{number}/snooze")
    assert len(world.get("/queue", limit="2")[1]["cases"]) == 2


@pytest.mark.filterwarnings("ignore:No application metrics")  # a request within a request
def test_another_writer_of_the_case_loses_nothing_to_a_snooze(world):
    """The case is read again and put aside as it then is."""
    flagged(world, 1)
    save = world.pipeline.cases.save

    def beaten(*arguments: object) -> list[str]:
        world.pipeline.cases.save = save
        flagged(world, 2)
        return ["card_a"]

    world.pipeline.cases.save = beaten
    status, case = world.post({"until": AHEAD}, "/cards/card_a/snooze")
    assert (status, case["count"], case["snoozed_until"]) == (200, 2, AHEAD)


@pytest.mark.parametrize(
    ("card", "body", "status", "reason"),
    [
        ("card_z", {"until": AHEAD}, 404, "not_found"),
        ("x" * 65, {"until": AHEAD}, 404, "not_found"),
        (PAN, {"until": AHEAD}, 422, "card_number_in_card_id"),
        ("card_a", {"until": iso(NOW_MS)}, 422, "until_invalid"),
        ("card_a", {"until": iso(NOW_MS + 31 * 86_400_000)}, 422, "until_invalid"),
        ("card_a", {"until": "tomorrow"}, 422, "until_invalid"),
        ("card_a", {"until": 1}, 422, "field_invalid"),
        ("card_a", {}, 422, "field_missing"),
        ("card_a", "[]", 400, "not_an_object"),
    ],
)
def test_a_wrong_snooze_is_refused(world, card, body, status, reason):
    """The case stays where it is."""
    flagged(world, 1)
    answered, problem = world.post(body, f"/cards/{card}/snooze")
    assert (answered, problem["reason"]) == (status, reason)
    assert len(world.get("/queue")[1]["cases"]) == 1


def test_a_card_shows_what_its_history_keeps(world):
    """Newest first, with time, amount, terminal and, where the card was there, the place."""
    place = {"merchant_lat": 52.37, "merchant_lon": 4.9}
    world.post(transaction(1, **place))
    world.post(transaction(2, amount_minor=7, terminal_id="terminal_b", entry_mode="ecom"))
    status, card = world.get("/cards/card_a")
    assert status == 200
    newest, oldest = card["transactions"]
    assert (newest["amount_minor"], oldest["amount_minor"]) == (7, 1250)
    assert newest["event_time"] == transaction(2)["event_time"]
    assert newest["terminal_hash"] == int(short_hashes(["terminal_b"])[0])
    assert "place" not in newest
    assert oldest["place"] == {"latitude": pytest.approx(52.37, abs=0.003), "longitude": pytest.approx(4.9, abs=0.006)}
    assert (card["days"], "case" in card, "label" in newest) == ([], False, False)


@pytest.mark.parametrize(
    ("card", "status"), [("card_z", 404), ("x" * 65, 404), ("ü ü", 404), (PAN, 422), ("4111 1111 1111 1111", 422)]
)
def test_a_card_nobody_has_seen_is_not_found(world, card, status):
    """And a card number is refused before any table is asked."""
    answered, problem = world.get(f"/cards/{card}")
    assert answered == status
    assert "4111" not in json.dumps(problem)


def test_the_live_rules_are_told_with_their_version(world):
    """The document is what decisions name as their rules_version."""
    status, rules = world.get("/rules")
    assert status == 200
    assert rules["version"] == default_policy().version == rules["document"]["version"]
    assert (rules["author"], rules["at"], len(rules["sha256"])) == (None, None, 64)


def test_troubles_with_the_rules_are_counted(world, capsys):
    """Whatever the route: a refused document is nobody's secret."""

    class Refused:
        def current(self, now_ms: int) -> object:
            return default_policy()

        def troubles(self) -> list[Trouble]:
            return [Trouble(metric="RulesRefused", reason="rules[2].when: no such field")]

    object.__setattr__(world.api.rules, "policies", Refused())
    world.get("/rules")
    emitted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "RulesRefused" in line]
    assert any(line.get("RulesRefused") == [1.0] for line in emitted)

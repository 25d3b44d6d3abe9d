"""The routes people look around with: what a terminal took lately, and what recent cases are like a transaction."""

import json
from collections.abc import Iterator

import pytest
from fraudstream.api.similar import DAYS, LOOKED_AT
from fraudstream.errors import StoreUnavailableError
from fraudstream.hashing import short_hashes
from msgspec.structs import replace

from tests.samples import NOW_MS, iso, label, records, transaction
from tests.unit.serve_api_world import World, serving

PAN = "4111111111111111"
FRAUDULENT = 2_000_000
"""An amount that the fake model is sure of."""
DAY_MS = 86_400_000


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The routes over fakes."""
    with serving(monkeypatch) as made:
        yield made


def flagged(world: World, number: int, **fields: object) -> None:
    """Decide a transaction that is flagged."""
    body = transaction(number, amount_minor=FRAUDULENT) | fields
    status, decision = world.post(body)
    assert (status, decision["decision"]) == (200, "block")


def opened(world: World, card: str, days_ago: int) -> None:
    """Say that a card's case was opened so many days ago."""
    stored = world.pipeline.cases.items[card]
    case = replace(stored.case, opened_at=iso(NOW_MS - days_ago * DAY_MS))
    world.pipeline.cases.items[card] = replace_stored(stored, case)


def replace_stored(stored, case):
    """A stored case with another content."""
    return type(stored)(case=case, version=stored.version)


def similar(world: World, name: str, **query: str) -> dict:
    """What the route says of a transaction."""
    status, found = world.get(f"/decisions/{name}/similar", **query)
    assert status == 200
    return found


# Decisions


def test_a_flagged_decision_says_where_and_how_was_paid(world):
    """As the sender wrote it, read back to the bit; sent again, the same."""
    said = {"entry_mode": "ecom", "merchant_id": "m", "merchant_city": "Gda\u0144sk", "merchant_lat": 54.3520252}
    body = transaction(1, amount_minor=FRAUDULENT) | said | {"ip": "192.0.2.1", "device_id": "d", "customer_id": "c"}
    status, decision = world.post(body)
    assert (status, decision["payment"]) == (200, said)
    assert world.get("/decisions/tx-1") == (200, decision) == world.post(body)


def test_an_approved_decision_takes_no_room_for_it(world):
    """Nor does a flagged one of which nothing was said."""
    assert "payment" not in world.post(transaction(1))[1]
    bare = {name: value for name, value in transaction(2, amount_minor=FRAUDULENT).items() if name != "entry_mode"}
    assert "payment" not in world.post(bare)[1]


# Terminals


def test_a_terminal_shows_what_was_paid_there_newest_first(world):
    """Time, amount, the card as a number, and what it turned out to be, with the time it became known."""
    world.post(transaction(1))
    world.post(transaction(2, card_id="card_b", amount_minor=7))
    world.pipeline.run(records([label(1)]), NOW_MS)
    status, terminal = world.get("/terminals/terminal_a")
    assert status == 200
    newest, oldest = terminal["transactions"]
    assert (terminal["terminal_id"], terminal["days"]) == ("terminal_a", [])
    assert newest == {
        "event_time": transaction(2)["event_time"],
        "amount_minor": 7,
        "card_hash": int(short_hashes(["card_b"])[0]),
    }
    assert (oldest["label"], oldest["card_hash"]) == ("fraud", int(short_hashes(["card_a"])[0]))
    assert oldest["known_at"] > oldest["event_time"]


def test_a_merchant_without_terminals_is_asked_for_by_its_own_id(world):
    """A number sign in a path is lost on the way; and a terminal of the merchant's name is another one."""
    world.post({k: v for k, v in transaction(1, merchant_id="m-1").items() if k != "terminal_id"})
    world.post(transaction(2, terminal_id="m-1", amount_minor=7))
    merchant = world.get("/terminals/m-1", merchant="true")[1]
    assert (merchant["terminal_id"], merchant["transactions"][0]["amount_minor"]) == ("merchant#m-1", 1250)
    assert world.get("/terminals/merchant#m-1") == (200, merchant)
    assert world.get("/terminals/m-1", merchant="false")[1]["transactions"][0]["amount_minor"] == 7
    assert world.get("/decisions/tx-1")[1]["terminal_id"] == merchant["terminal_id"]


def test_older_transactions_of_a_busy_terminal_are_told_by_the_day(world):
    """What is folded is counted and summed."""
    old = [transaction(n, card_id=f"card_{n}", event_time=iso(NOW_MS - 9 * DAY_MS + n)) for n in range(200)]
    world.pipeline.run(records(old), NOW_MS)
    world.post(transaction(900))
    terminal = world.get("/terminals/terminal_a")[1]
    listed = len(terminal["transactions"])
    assert sum(day["count"] for day in terminal["days"]) + listed == 201
    assert sum(day["amount_minor"] for day in terminal["days"]) == (201 - listed) * 1250


@pytest.mark.parametrize(
    ("name", "query", "status", "reason"),
    [
        ("terminal_z", {}, 404, "not_found"),
        ("terminal_a", {"merchant": "true"}, 404, "not_found"),
        ("x" * 65, {}, 404, "not_found"),
        ("merchant#", {}, 404, "not_found"),
        ("ü ü", {}, 404, "not_found"),
        (PAN, {}, 422, "card_number_in_payload"),
        ("4111 1111 1111 1111", {"merchant": "true"}, 422, "card_number_in_payload"),
        ("terminal_a", {"merchant": "yes"}, 422, "parameter_invalid"),
        ("terminal_a", {"limit": "5"}, 422, "parameter_invalid"),
    ],
)
def test_a_terminal_that_cannot_be_told_is_refused(world, name, query, status, reason):
    """With why, and never quoted."""
    world.post(transaction(1))
    answered, problem = world.get(f"/terminals/{name}", **query)
    assert (answered, problem["reason"]) == (status, reason)
    assert "4111" not in json.dumps(problem)


# Similar cases


def test_cases_of_other_cards_that_are_alike_are_told_the_most_alike_first(world):
    """With the transaction that is meant, in what it is alike, and what it turned out to be."""
    flagged(world, 1)
    flagged(world, 2, card_id="card_b")
    flagged(world, 3, card_id="card_c", terminal_id="terminal_z")
    flagged(world, 4, card_id="card_d", terminal_id="terminal_z", currency="JPY", amount_minor=50_000_000)
    world.pipeline.run(records([label(2, card_id="card_b")]), NOW_MS)
    found = similar(world, "tx-1")
    assert found["looked_at"] == 3
    first, second = found["similar"][:2]
    assert (first["card_id"], first["transaction"]["transaction_id"]) == ("card_b", "tx-2")
    assert first["transaction"]["disposition"]["label"] == "fraud"
    assert {"terminal", "amount", "score", "hour"} <= set(first["alike"])
    assert (second["card_id"], "terminal" in second["alike"]) == ("card_c", False)
    values = [each["likeness"] for each in found["similar"]]
    assert values == sorted(values, reverse=True)
    assert similar(world, "tx-1", limit="1")["similar"] == [first]


def test_the_card_s_own_case_is_not_like_itself(world):
    """Nor is there anything where nobody else was flagged."""
    flagged(world, 1)
    flagged(world, 2)
    assert similar(world, "tx-1") == {"looked_at": 0, "similar": []}


def test_an_approved_transaction_has_similar_cases_too(world):
    """Flagged ones, at its terminal."""
    world.post(transaction(1, amount_minor=1))
    flagged(world, 2, card_id="card_b")
    assert [each["card_id"] for each in similar(world, "tx-1")["similar"]] == ["card_b"]


def test_what_is_hardly_alike_is_not_told(world):
    """The same hour alone makes nothing similar."""
    flagged(world, 1)
    far = {"card_id": "card_b", "terminal_id": "terminal_z", "currency": "JPY", "amount_minor": 3_000}
    world.post(transaction(2) | far)
    assert "card_b" in world.pipeline.cases.items
    assert similar(world, "tx-1") == {"looked_at": 1, "similar": []}


def test_of_a_long_case_the_most_alike_transaction_is_told(world):
    """Each case once, by what is most like the transaction asked about."""
    flagged(world, 1)
    for number, terminal in enumerate(("terminal_x", "terminal_a", "terminal_y"), 2):
        flagged(world, number, card_id="card_b", terminal_id=terminal)
    [case] = similar(world, "tx-1")["similar"]
    assert case["transaction"]["transaction_id"] == "tx-3"


def test_only_the_recent_cases_are_looked_at(world):
    """Of the last thirty days, and the latest two hundred at most."""
    flagged(world, 1)
    for number in range(2, 5):
        flagged(world, number, card_id=f"card_{number}")
    opened(world, "card_2", DAYS - 1)
    opened(world, "card_3", DAYS + 1)
    assert {each["card_id"] for each in similar(world, "tx-1")["similar"]} == {"card_2", "card_4"}
    template = world.pipeline.cases.items["card_4"]
    for number in range(5, LOOKED_AT + 20):
        card = f"card_{number}"
        world.pipeline.cases.items[card] = replace_stored(template, replace(template.case, card_id=card))
    found = similar(world, "tx-1", limit="20")
    assert (found["looked_at"], len(found["similar"])) == (LOOKED_AT - 1, 20), "its own is one of them"
    assert "card_2" not in {each["card_id"] for each in found["similar"]}


@pytest.mark.parametrize(
    ("name", "query", "status", "reason"),
    [
        ("tx-9", {}, 404, "not_found"),
        ("x" * 65, {}, 404, "not_found"),
        ("tx-1", {"limit": "0"}, 422, "parameter_invalid"),
        ("tx-1", {"limit": "21"}, 422, "parameter_invalid"),
        ("tx-1", {"limit": ""}, 422, "parameter_invalid"),
        ("tx-1", {"limit": "\u0665"}, 422, "parameter_invalid"),
        ("tx-1", {"limit": "9" * 5_000}, 422, "parameter_invalid"),
        ("tx-1", {"limt": "5"}, 422, "parameter_invalid"),
    ],
)
def test_a_wrong_question_for_similar_cases_is_refused(world, name, query, status, reason):
    """404 for an id nobody decided, 422 for a parameter that is none."""
    flagged(world, 1)
    answered, problem = world.get(f"/decisions/{name}/similar", **query)
    assert (answered, problem["reason"]) == (status, reason)


@pytest.mark.parametrize(
    ("path", "store", "call"),
    [
        ("/terminals/terminal_a", "histories", "load"),
        ("/decisions/tx-1/similar", "cases", "recent"),
        ("/decisions/tx-1/similar", "decisions", "find"),
    ],
)
def test_while_a_store_is_away_the_question_is_to_be_asked_again(world, monkeypatch, path, store, call):
    """503 and when; never an empty answer, which would say that there is nothing."""
    flagged(world, 1)

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(getattr(world.pipeline, store), call, away)
    status, problem, headers = world.ask("GET", path)
    assert (status, problem["reason"]) == (503, "unavailable")
    assert int(headers["Retry-After"]) > 0

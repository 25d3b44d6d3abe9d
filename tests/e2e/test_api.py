"""The HTTP API over real HTTP: API Gateway, the function as it is built, the stores, and the stream for labels."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import zstandard
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from docs.openapi.document import FILE
from docs.openapi.routes import ROUTES
from tests.e2e.conftest import Deployed
from tests.reliability.proof import proves
from tests.samples import transaction

pytestmark = pytest.mark.e2e
PAN = "4111111111111111"
Ask = Callable[..., tuple[int, Any]]


def sent(number: int, **fields: object) -> dict[str, object]:
    """A transaction that happens now."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return transaction(number, transaction_id=f"api-{number}", event_time=now, card_id=f"card_api_{number}") | fields


@pytest.fixture
def ask(deployed: Deployed) -> Ask:
    """Send signed requests, as any AWS client library can."""
    signer = SigV4Auth(Credentials("test", "test"), "execute-api", "us-east-1")

    def send(method: str, path: str, body: object = None, *, signed: bool = True) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        request = AWSRequest(method, deployed.outputs["ApiUrl"] + path, {"Content-Type": "application/json"}, data)
        if signed:
            signer.add_auth(request)
        plain = urllib.request.Request(request.url, data, dict(request.headers), method=method)
        try:
            with urllib.request.urlopen(plain, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    return send


def objects(deployed: Deployed, bucket: str) -> dict[str, bytes]:
    """What a bucket holds of the API."""
    s3, name = deployed.client("s3"), deployed.outputs[bucket]
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=name).get("Contents", [])]
    return {key: s3.get_object(Bucket=name, Key=key)["Body"].read() for key in keys if "/api/" in key}


def test_a_transaction_is_decided_while_its_sender_waits(deployed, ask):
    """The answer is the decision in the table, and the archive has its line."""
    archived = len(objects(deployed, "ArchiveBucketName"))
    status, decision = ask("POST", "/transactions", sent(1))
    assert status == 200
    assert (decision["transaction_id"], decision["scored_by"], decision["decision"]) == ("api-1", "rules", "review")
    key = {"transaction_id": {"S": "api-1"}}
    item = deployed.client("dynamodb").get_item(TableName=deployed.outputs["DecisionsTableName"], Key=key)["Item"]
    assert item["decided_at"]["S"] == decision["decided_at"]
    assert len(objects(deployed, "ArchiveBucketName")) == archived + 1
    assert ask("GET", "/decisions/api-1") == (200, decision)


@proves(faults=[31], invariants=[13])
def test_the_same_transaction_again_is_told_the_same(ask):
    """Sent twice, decided once: down to the moment of the decision."""
    payload = sent(2)
    first = ask("POST", "/transactions", payload)
    time.sleep(0.01)
    assert ask("POST", "/transactions", payload) == first
    assert first[0] == 200


@proves(faults=[4, 31])
def test_another_payload_under_a_decided_id_is_a_conflict(deployed, ask):
    """The first decision stands, and the other payload is kept aside."""
    payload = sent(3)
    _, decision = ask("POST", "/transactions", payload)
    status, problem = ask("POST", "/transactions", payload | {"amount_minor": 999})
    assert (status, problem["reason"]) == (409, "id_conflict")
    assert ask("GET", "/decisions/api-3") == (200, decision)
    assert any(b"id_conflict" in body for body in objects(deployed, "QuarantineBucketName").values())


@proves(faults=[31], invariants=[2])
@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"{", 400, "not_json"),
        ([], 400, "not_an_object"),
        (b'{"attributes": "' + b"x" * 300_000 + b'"}', 400, "too_large"),
        (sent(4, amount_minor=-1), 422, "amount_invalid"),
        (sent(4, card_id=PAN), 422, "card_number_in_card_id"),
    ],
)
def test_garbage_is_told_what_is_wrong_and_quarantined(deployed, ask, body, status, reason):
    """Nothing is decided, the record is kept with its reason, and a card number is nowhere."""
    answered, problem = ask("POST", "/transactions", body)
    assert (answered, problem["reason"]) == (status, reason)
    kept = objects(deployed, "QuarantineBucketName")
    assert any(json.loads(line)["reason"] == reason for lines in kept.values() for line in lines.splitlines())
    assert PAN not in json.dumps(problem) + "".join(kept)
    assert ask("GET", "/decisions/api-4")[0] == 404


def test_a_label_shows_on_the_decision_once_the_stream_delivered_it(deployed, ask):
    """Posted here, it takes the way of all labels."""
    _, decision = ask("POST", "/transactions", sent(5))
    label = {"transaction_id": "api-5", "label": "fraud", "source": "analyst"}
    assert ask("POST", "/labels", label) == (202, {"transaction_id": "api-5"})
    deadline = time.monotonic() + 60
    while "label" not in (labelled := ask("GET", "/decisions/api-5")[1]):
        assert time.monotonic() < deadline, "the label did not arrive"
        time.sleep(0.2)
    assert (labelled.pop("label"), labelled.pop("label_source")) == ("fraud", "analyst")
    assert labelled.pop("label_time") > decision["event_time"]
    assert labelled == decision


def eventually(look: Callable[[], Any], what: str) -> Any:
    """What is seen once the stream delivered something."""
    deadline = time.monotonic() + 60
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.2)
    return found


@proves(invariants=[11])
def test_a_flagged_transaction_is_reviewed_to_its_end(deployed, ask):
    """Flagged, it waits in the queue; disposed of, it is labelled, known to its card, and waits no more."""
    payload = sent(20, amount_minor=2_000_000)
    assert ask("POST", "/transactions", payload)[1]["decision"] != "approve"

    def waiting() -> list[dict[str, Any]]:
        status, page = ask("GET", "/queue?order=risk&limit=100")
        assert status == 200
        return [case for case in page["cases"] if case["card_id"] == payload["card_id"]]

    [case] = eventually(waiting, "the case")
    assert [one["transaction_id"] for one in case["transactions"]] == ["api-20"]
    refused = {"transaction_id": "api-20", "disposition": "fraud", "note": f"It is {PAN[:4]} {PAN[4:]}"}
    assert ask("POST", "/dispositions", refused)[1]["reason"] == "card_number_in_payload"

    finding = {"card_id": payload["card_id"], "disposition": "fraud", "seen_at": case["updated_at"], "note": "Called."}
    for _ in range(2):  # sent again, it does no harm
        assert ask("POST", "/dispositions", finding)[0] == 202
    eventually(lambda: not waiting(), "the end of the case")
    assert ask("GET", "/decisions/api-20")[1]["label_source"] == "analyst"
    card = eventually(
        lambda: (found := ask("GET", f"/cards/{payload['card_id']}")[1])["transactions"][0].get("label") and found,
        "the label on the card",
    )
    assert card["transactions"][0] | {"label": "fraud", "amount_minor": 2_000_000} == card["transactions"][0]
    assert [one["disposition"]["label"] for one in card["case"]["transactions"]] == ["fraud"]
    archived = b"".join(_lines(deployed))
    assert b'"note":"Called."' in archived.replace(b'": "', b'":"')
    assert b"iam-" in archived


def _lines(deployed: Deployed) -> list[bytes]:
    """The archive of the stream, unpacked: labels have their way through it."""
    s3, name = deployed.client("s3"), deployed.outputs["ArchiveBucketName"]
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=name, Prefix="archive/").get("Contents", [])]
    bodies = [s3.get_object(Bucket=name, Key=key)["Body"].read() for key in keys]
    return [zstandard.ZstdDecompressor().decompressobj().decompress(body) for body in bodies]


def test_a_snoozed_card_is_out_of_the_queue_until_it_is_woken(ask):
    """It is still there for who asks for what is put aside."""
    payload = sent(21, amount_minor=2_000_000)
    ask("POST", "/transactions", payload)
    until = datetime.fromtimestamp(time.time() + 3_600, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def cards(query: str) -> set[str]:
        return {case["card_id"] for case in ask("GET", f"/queue?limit=100{query}")[1]["cases"]}

    card = payload["card_id"]
    eventually(lambda: card in cards(""), "the case")
    assert ask("POST", f"/cards/{card}/snooze", {"until": until})[0] == 200
    assert card not in cards("")
    assert card in cards("&snoozed=true&order=age")
    assert ask("POST", f"/cards/{card}/snooze", {"until": None})[0] == 200
    assert card in cards("")


def test_the_queue_is_turned_page_by_page(ask):
    """Every case once, whichever order, and a cursor of one order is none of the other."""
    cards = set()
    for number in range(30, 35):
        payload = sent(number, amount_minor=2_000_000)
        ask("POST", "/transactions", payload)
        cards.add(payload["card_id"])
    for order in ("risk", "age"):
        seen, cursor = [], ""
        while True:
            status, page = ask("GET", f"/queue?order={order}&limit=2{cursor}")
            assert status == 200
            seen += [case["card_id"] for case in page["cases"]]
            if page["cursor"] is None:
                break
            cursor = "&cursor=" + urllib.parse.quote(page["cursor"])
        assert cards <= set(seen)
        assert len(seen) == len(set(seen))
        other = "age" if order == "risk" else "risk"
        assert ask("GET", f"/queue?order={other}{cursor}")[1]["reason"] == "cursor_invalid"


def test_a_terminal_shows_what_was_paid_there(ask):
    """Of two cards; a merchant without a terminal is asked for by its own id."""
    numbers = (50, 51)
    for number in numbers:
        assert ask("POST", "/transactions", sent(number, terminal_id="T-50", amount_minor=number))[0] == 200
    status, terminal = ask("GET", "/terminals/T-50")
    assert (status, terminal["terminal_id"]) == (200, "T-50")
    assert sorted(each["amount_minor"] for each in terminal["transactions"]) == sorted(numbers)
    assert len({each["card_hash"] for each in terminal["transactions"]}) == 2
    shop = {name: value for name, value in sent(52, merchant_id="shop 52").items() if name != "terminal_id"}
    assert ask("POST", "/transactions", shop)[1]["terminal_id"] == "merchant#shop 52"
    status, merchant = ask("GET", "/terminals/shop%2052?merchant=true")
    assert (status, merchant["terminal_id"]) == (200, "merchant#shop 52")
    assert ask("GET", "/terminals/shop%2052")[0] == 404


def test_cases_like_a_transaction_are_found_on_other_cards(ask):
    """Flagged at the same terminal on two cards: each is like the other, and says what it turned out to be."""
    for number in (60, 61):
        sample = sent(number, terminal_id="T-60", amount_minor=2_000_000, merchant_city="Gda\u0144sk")
        decision = ask("POST", "/transactions", sample)[1]
        assert decision["decision"] != "approve"
        assert decision["payment"] == {"entry_mode": "chip", "merchant_city": "Gda\u0144sk"}

    def alike() -> dict[str, Any] | None:
        status, found = ask("GET", "/decisions/api-60/similar?limit=20")
        assert (status, found["looked_at"] >= len(found["similar"])) == (200, True)
        return next((each for each in found["similar"] if each["card_id"] == "card_api_61"), None)

    first = eventually(alike, "the index of recent cases")
    assert first["transaction"]["transaction_id"] == "api-61"
    assert {"terminal", "amount", "hour"} <= set(first["alike"])
    assert ask("POST", "/dispositions", {"transaction_id": "api-61", "disposition": "fraud"})[0] == 202
    found = eventually(lambda: (alike() or {}).get("transaction", {}).get("disposition"), "the finding")
    assert found["label"] == "fraud"
    assert ask("GET", "/decisions/api-60/similar?limit=99")[1]["reason"] == "parameter_invalid"


def test_the_api_tells_its_rules_and_itself(ask):
    """The version that decisions name, and the description that is in the repository."""
    assert ask("GET", "/rules")[1]["version"] == ask("POST", "/transactions", sent(40))[1]["rules_version"]
    assert ask("GET", "/openapi.json")[1] == json.loads(FILE.read_text())


def test_what_nobody_decided_is_not_found(ask):
    """Neither a decision, nor a label for it; nor a route that there is not."""
    assert ask("GET", "/decisions/nobody")[0] == 404
    assert ask("POST", "/labels", {"transaction_id": "nobody", "label": "fraud", "source": "analyst"})[0] == 404
    assert ask("GET", "/transactions")[0] == 404


def test_an_id_with_unusual_characters_is_read_back(ask):
    """Escaped in the path, as URLs ask for; what API Gateway itself takes for syntax, docs/api.md lists."""
    name = "Zürich 7|a;b+c"
    assert ask("POST", "/transactions", sent(6, transaction_id=name))[0] == 200
    status, decision = ask("GET", "/decisions/" + urllib.parse.quote(name, safe=""))
    assert (status, decision["transaction_id"]) == (200, name)


def test_a_transaction_decided_here_is_a_repeat_on_the_stream(deployed, ask):
    """The decision of the API stands when the same transaction comes by the stream."""
    payload = sent(7)
    _, decision = ask("POST", "/transactions", payload)
    marker = sent(8, card_id=payload["card_id"])
    for record in (payload, marker):
        deployed.client("kinesis").put_record(
            StreamName=deployed.outputs["TransactionStreamName"],
            PartitionKey="k",
            Data=json.dumps(record).encode(),
        )
    deadline = time.monotonic() + 60
    while ask("GET", "/decisions/api-8")[0] == 404:
        assert time.monotonic() < deadline, "the stream was not read"
        time.sleep(0.2)
    assert ask("GET", "/decisions/api-7") == (200, decision)


@proves(faults=[31])
def test_who_does_not_sign_is_turned_away(ask):
    """Every route is closed; those that are for people alone are not even there."""
    for route in ROUTES:
        path = route.path.replace("{transaction_id}", "api-1").replace("{card_id}", "card_api_1")
        if route.people_only:
            assert ask(route.method, path)[0] == 404
            continue
        assert ask(route.method, path, signed=False)[0] == 403

"""The short way through botocore sends and reads what the ordinary way sends and reads, and fails as that fails."""

import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError
from fraudstream.adapters import clients, signing
from fraudstream.adapters.calls import ROUNDS, Calls
from fraudstream.adapters.decisions_table import DecisionsTable
from fraudstream.adapters.dynamodb import Items
from fraudstream.adapters.histories_table import HistoriesTable
from fraudstream.adapters.signing import sign_without_repetition
from fraudstream.adapters.wire import parameters_of
from fraudstream.errors import StoreUnavailableError

from stubs.in_process import connect
from stubs.memory import MemoryAws
from stubs.wire import RefusalError, Request, Response
from tests.contract.test_ports import label_of, record_of
from tests.reliability.proof import proves
from tests.samples import NOW_MS

Fault = Callable[[Callable[[], Response]], Response]


@dataclass
class World:
    """Both tables in the memory of a stub, what was sent to them, and what is to go wrong with the next attempts."""

    aws: MemoryAws = field(default_factory=MemoryAws)
    sent: list[Request] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    client: Any = None
    histories: HistoriesTable = None
    decisions: DecisionsTable = None

    def around(self, request: Request, proceed: Callable[[], Response]) -> Response:
        self.sent.append(request)
        return self.faults.pop(0)(proceed) if self.faults else proceed()

    @property
    def items(self) -> list[Items]:
        return [self.histories._items, self.decisions._items]

    @property
    def ways(self) -> set[bool]:
        """Whether calls take the short way, of each kind of call."""
        return {call.short for items in self.items for call in (items._read, items._write)}

    @property
    def bodies(self) -> list[tuple[str, dict[str, Any]]]:
        return [(request.operation, json.loads(request.body)) for request in self.sent]


def world_of(client: Any, threads: int = 1) -> World:
    """Build the adapters over a client, and make the first call of each kind."""
    world = World()
    world.aws.create_table("Histories", "entity")
    world.aws.create_table("Decisions", "transaction_id")
    world.client = connect(client, world.aws, world.around)
    calls = Calls(threads, sleep=lambda _: None)
    world.histories = HistoriesTable(client, "Histories", calls)
    world.decisions = DecisionsTable(client, "Decisions", calls)
    world.histories.save({"card#first": b"\x00"}, {}, NOW_MS)
    world.histories.load(["card#first"])
    world.decisions.record([record_of(1)])
    world.decisions.read(["tx-1"])
    world.sent.clear()
    return world


class DeafEvents:
    """The events of a botocore that has not all of ours: what is registered for the others is never called."""

    def __init__(self, events: Any, missing: tuple[str, ...]) -> None:
        self._events = events
        self._missing = missing

    def register(self, name: str, *arguments: Any, **options: Any) -> None:
        if not name.startswith(self._missing):
            self._events.register(name, *arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._events, name)


@pytest.fixture
def make_client(monkeypatch):
    """Give what makes clients as the functions have them; botocore's pauses between attempts pass at once."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    clients.session.cache_clear()
    yield lambda: clients.client("dynamodb")
    clients.session.cache_clear()


@pytest.fixture
def short(make_client) -> World:
    """The adapters as they are."""
    world = world_of(make_client())
    assert world.ways == {True}
    return world


@pytest.fixture(params=[("before-call",), ("before-parse",), ("before-call", "before-parse")])
def plain(make_client, request) -> World:
    """The adapters over a botocore that lacks an event, or both: they make ordinary calls."""
    client = make_client()
    client.meta.events = DeafEvents(client.meta.events, request.param)
    world = world_of(client)
    assert world.ways == {False}
    return world


def everything(world: World) -> list[Any]:
    """Call all that the adapters can do, and return all that they answer."""
    histories, decisions = world.histories, world.decisions
    by_rules = record_of(3, scored_by="rules", fraud_score=None, model_version=None, reasons=(), rules_fired=())
    odd = record_of(4, card_id='"\\ \u00fc \u20ac \U0001f4b3', amount_minor=2**63 - 1, fraud_score=5e-324)
    many = {f"card#{number}": bytes([number]) * number for number in range(130)}
    return [
        histories.save(many, {}, NOW_MS),
        histories.save({"card#1": b"\xff\x00", "card#2": b"", "card#new": b"n"}, {"card#1": 1, "card#2": 9}, NOW_MS),
        histories.load([*many, "card#unknown"]),
        histories.load([]),
        decisions.record([record_of(2), by_rules, odd, replace(record_of(1), source="shard-0:9")]),
        decisions.read([f"tx-{number}" for number in range(6)]),
        decisions.label([label_of(2, NOW_MS - 5000, "fraud"), label_of(99, NOW_MS - 5000, "fraud")]),
        decisions.label([label_of(2, NOW_MS - 9000, "legitimate")]),
        decisions.label([]),
        [decisions.find(f"tx-{number}") for number in range(6)],
    ]


def test_both_ways_send_the_same_and_read_the_same(short, plain):
    """Request for request the same operation, headers and JSON; item for item the same tables and answers."""
    assert everything(short) == everything(plain)
    assert short.bodies == plain.bodies
    assert short.aws.tables == plain.aws.tables
    for ours, theirs in zip(short.sent, plain.sent, strict=True):
        assert ours.path == theirs.path
        assert ours.headers.keys() == theirs.headers.keys()
        for name in ("x-amz-target", "content-type", "user-agent", "host"):
            assert ours.headers[name] == theirs.headers[name]
        assert int(ours.headers["content-length"]) == len(ours.body)


def lost(proceed: Callable[[], Response]) -> Response:
    proceed()
    raise ConnectionClosedError(endpoint_url="http://dynamodb")


def refused(code: str, status: int) -> Fault:
    return lambda _: RefusalError(code, "in other words", status).response("dynamodb")


def answered(body: bytes, status: int = 200, **headers: str) -> Fault:
    return lambda _: Response(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def damaged(proceed: Callable[[], Response]) -> Response:
    return replace(proceed(), headers={"x-amz-crc32": "1"})


FAULTS = {
    "throttled": refused("ProvisionedThroughputExceededException", 400),
    "over the account's limit": refused("RequestLimitExceeded", 400),
    "internal error": refused("InternalServerError", 500),
    "a proxy's page": answered(b"<html><body>Service Unavailable</body></html>", 503),
    "access denied": refused("AccessDeniedException", 400),
    "no such table": refused("ResourceNotFoundException", 400),
    "credentials expired": refused("ExpiredTokenException", 400),
    "reply lost": lost,
    "reply damaged": damaged,
    "an empty reply": answered(b""),
    "a page with status 200": answered(b"<html>sign in</html>"),
}
NONSENSE = {
    "broken UTF-8": b'{"Responses":"\xff"}',
    "endless nesting": b'{"Responses":' + b"[" * 100_000,
    "a list": b"[]",
    "without what was asked for": b"{}",
    "an item without its attributes": b'{"Responses":{"Histories":[{"entity":{"S":"a"}}],"Decisions":[{}]}}',
    "too few outcomes": b'{"Responses":[]}',
}
CALLS: list[Callable[[World], Any]] = [
    lambda world: world.histories.save({"card#a": b"a"}, {}, NOW_MS),
    lambda world: world.histories.load(["card#first"]),
    lambda world: world.decisions.record([record_of(7)]),
    lambda world: world.decisions.read(["tx-1", "tx-7"]),
]


def outcome(world: World, call: Callable[[World], Any], faults: list[Fault]) -> tuple[Any, int]:
    """Return what a call answers or raises while things go wrong, and how many attempts were made."""
    world.sent.clear()
    world.faults[:] = faults
    try:
        result = call(world)
    except StoreUnavailableError as error:
        # Of an answer that cannot be read, botocore tells in other words than we: only its own errors are compared.
        result = str(error) if isinstance(error.__cause__, ClientError | HTTPClientError) else StoreUnavailableError
    world.faults.clear()
    return result, len(world.sent)


@proves(faults=[13, 14])
@pytest.mark.parametrize("times", [1, 9])
@pytest.mark.parametrize("name", FAULTS)
def test_both_ways_fail_and_try_again_alike(short, plain, name, times):
    """Throttles, faults, lost and damaged replies: as many attempts, the same error code, the same outcome."""
    for call in CALLS:
        ours, theirs = (outcome(world, call, [FAULTS[name]] * times) for world in (short, plain))
        assert ours == theirs
    assert short.aws.tables == plain.aws.tables
    assert short.ways == {True}


@proves(faults=[13])
@pytest.mark.parametrize("name", NONSENSE)
def test_an_answer_that_cannot_be_read_fails_the_batch_in_our_words(short, name):
    """Whatever came back with status 200: nothing is taken for written or read."""
    for call in CALLS:
        assert outcome(short, call, [answered(NONSENSE[name])]) == (StoreUnavailableError, 1)


@proves(faults=[15])
@pytest.mark.parametrize("rounds", [1, ROUNDS - 1, ROUNDS])
def test_keys_left_unprocessed_are_asked_for_again_alike(short, plain, rounds):
    """Until none is left, or the batch fails: what the table found in several rounds is put together."""
    keys = {"Histories": {"Keys": [{"entity": {"S": "card#first"}}]}}
    left = json.dumps({"Responses": {}, "UnprocessedKeys": keys}).encode()
    for world in (short, plain):
        result, attempts = outcome(world, lambda w: w.histories.load(["card#first"]), [answered(left)] * rounds)
        assert attempts == min(rounds + 1, ROUNDS)
        assert result is StoreUnavailableError if rounds == ROUNDS else result["card#first"].packed == b"\x00"


@proves(faults=[13])
@pytest.mark.parametrize(
    "code", ["ThrottlingError", "TransactionConflict", "ConditionalCheckFailed", "ValidationError"]
)
def test_single_statements_are_refused_alike(short, plain, code):
    """Within an answer each statement has its own error: tried again, lost, or a mistake."""
    error = json.dumps({"Responses": [{"Error": {"Code": code, "Message": "x"}, "TableName": "Histories"}]}).encode()
    ours, theirs = (
        outcome(world, lambda w: w.histories.save({"card#a": b"a"}, {}, NOW_MS), [answered(error)])
        for world in (short, plain)
    )
    assert ours == theirs
    assert short.bodies == plain.bodies


def test_a_botocore_that_sends_something_else_is_left_to_its_ordinary_way(make_client):
    """The short way is taken only after the first call showed that it would have meant the same."""
    client = make_client()

    client.meta.events.register(
        "before-parameter-build.dynamodb", lambda params, **_: params.update(ReturnConsumedCapacity="TOTAL")
    )
    world = world_of(client)
    everything(world)
    assert world.ways == {False}
    assert all("ReturnConsumedCapacity" in body for _, body in world.bodies)


def test_a_first_call_that_fails_decides_nothing(make_client):
    """The next call of the kind is watched instead."""
    world = world_of(make_client())
    fresh = HistoriesTable(world.client, "Histories", Calls(1))
    outcome(world, lambda _: fresh.load(["card#first"]), [FAULTS["access denied"]])
    assert not fresh._items._read.short
    fresh.load(["card#first"])
    assert fresh._items._read.short


def test_threads_do_not_mix_their_calls(make_client):
    """Eight at a time, the first calls among them, each reads its own answer."""
    world = world_of(make_client(), threads=8)
    histories = HistoriesTable(world.client, "Histories", Calls(8))
    packed = {f"card#{number}": b"%d" % number for number in range(2_000)}
    assert histories.save(packed, {}, NOW_MS) == []
    assert {key: stored.packed for key, stored in histories.load(list(packed)).items()} == packed


def test_other_calls_of_the_client_are_as_they_were(short):
    """A batch read by hand, in this thread or another, has botocore's request and botocore's answer."""
    answers: list[dict[str, Any]] = []

    def read() -> None:
        request = {"Histories": {"Keys": [{"entity": {"S": "card#first"}}]}}
        answers.append(short.client.batch_get_item(RequestItems=request))

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    read()
    for answer in answers:
        assert answer["Responses"]["Histories"][0]["packed"] == {"B": b"\x00"}
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_adapters_made_again_on_one_client_register_nothing_again(make_client, monkeypatch):
    """A function's process makes them once, tests often: events must not come to cost more each time."""
    client = make_client()
    handlers = itertools.count()
    count = client.meta.events._emitter._handlers.append_item
    monkeypatch.setattr(
        client.meta.events._emitter._handlers,
        "append_item",
        lambda *arguments, **options: (next(handlers), count(*arguments, **options))[1],
    )
    for _ in range(3):
        HistoriesTable(client, "Histories", Calls(1))
        DecisionsTable(client, "Decisions", Calls(1))
    assert next(handlers) == 4


@pytest.mark.parametrize("token", ["", "t" * 400])
def test_signatures_are_those_of_botocore_to_the_letter(make_client, monkeypatch, token):
    """At the same moment, with the same credentials: also after these or the day changed, and when tried again."""
    moment = datetime(2026, 11, 23, 23, 59, 59)  # noqa: DTZ001 - botocore's own has no zone
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: moment)
    signed: list[list[str]] = []
    signing._signing_key.cache_clear()
    for sign in (lambda _: None, sign_without_repetition):
        moment = datetime(2026, 11, 23, 23, 59, 59)  # noqa: DTZ001
        client = make_client()
        sign(client)
        credentials = Credentials("first", "secret", token or None)
        client._request_signer._credentials = credentials
        world = world_of(client)
        everything(world)
        outcome(world, CALLS[0], [FAULTS["internal error"]] * 2)
        credentials.access_key, credentials.secret_key = "second", "another"  # pragma: allowlist secret - none
        everything(world)
        moment += timedelta(seconds=1)
        everything(world)
        signed.append([request.headers["authorization"] for request in world.sent])
        assert {request.headers.get("x-amz-security-token", "") for request in world.sent} == {token}
    assert signed[0] == signed[1]
    assert signing._signing_key.cache_info().misses == 3  # of the first credentials, the second, and the next day
    assert len(set(signed[0])) > 20


def test_what_is_not_signed_by_version_4_is_signed_as_before(make_client):
    """A presigned address, and a client that signs nothing."""
    client = make_client()
    sign_without_repetition(client)
    assert "X-Amz-Signature=" in client.generate_presigned_url("list_tables")
    client.meta.config.signature_version = UNSIGNED
    client._request_signer._signature_version = UNSIGNED
    world = world_of(client)
    world.histories.load(["card#first"])
    assert "authorization" not in world.sent[-1].headers


def test_a_botocore_without_its_list_of_signers_signs_by_itself(make_client, monkeypatch):
    """Nothing is replaced, and nothing fails."""
    client = make_client()
    with monkeypatch.context() as without:
        without.delattr("botocore.auth.AUTH_TYPE_MAPS")
        sign_without_repetition(client)
    world = world_of(client)
    world.histories.load(["card#first"])
    assert "Signature=" in world.sent[-1].headers["authorization"]


def test_a_body_becomes_the_parameters_it_was_made_of():
    """Binaries are bytes again; an attribute that merely is called B stays what it is."""
    body = b'{"B":{"S":"x"},"Statements":[{"Parameters":[{"B":"AP8="},{"S":"AP8="}]}]}'
    assert parameters_of(body) == {"B": {"S": "x"}, "Statements": [{"Parameters": [{"B": b"\x00\xff"}, {"S": "AP8="}]}]}

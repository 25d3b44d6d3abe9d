"""The other functions die at any call, are called again, and leave what an undisturbed call leaves."""

import functools
import hashlib
import json
from types import ModuleType
from typing import Any

import pytest
from fraudstream.features import FEATURE_NAMES, SCHEMA_HASH

from tests.reliability.calling import ProcessDeathError
from tests.reliability.check import check, final_state
from tests.reliability.crashing import EVERYTHING, SHARD, WAYS, Way, breaking, rich_world
from tests.reliability.model import model
from tests.reliability.proof import proves, tried
from tests.reliability.traffic import PANS, earlier
from tests.reliability.world import World
from tests.samples import transaction

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")
REQUESTS = {
    "flagged": json.dumps(
        transaction(501, amount_minor=5_000_000, card_id="card_a", terminal_id="terminal_x")
    ).encode(),
    "on the stream before": earlier()[5],
    "conflicting": json.dumps(json.loads(earlier()[5]) | {"amount_minor": 3}).encode(),
    "refused": json.dumps(transaction(502, card_id=PANS[0])).encode(),
}


def asked(data: bytes, ways: dict[int, Way]) -> tuple[World, int, list[tuple[int, Any]]]:
    """Send a request until it is answered for good, twice; return the world, the calls until then, and the answers."""
    world = rich_world()
    before = world.calls
    world.schedule = breaking(ways, first=before + 1)
    answers: list[tuple[int, Any]] = []
    calls = 0
    for _ in range(2):
        while (answer := world.ask(data))[0] in (500, 503):
            pass
        answers.append(answer)
        calls = calls or world.calls - before
    world.resolved.add("api:request")
    return world, calls, answers


@proves(faults=[1, 3, 4, 14], invariants=[1, 2, 4, 5, 6, 9, 11, 13])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("request_of", REQUESTS)
def test_a_crash_at_any_call_of_the_api_is_made_good_by_the_same_request(request_of, way: Way):
    """The caller who hears 500 or 503 sends it again, and gets the one decision, now and later."""
    data = REQUESTS[request_of]
    undisturbed, calls, told = asked(data, {})
    assert told[0] == told[1]
    for call in range(1, calls + 1):
        world, _, answers = asked(data, {call: way})
        assert answers[0] == answers[1], "the same request got two answers"
        assert (answers[0][0], _timeless(answers[0][1])) == (told[0][0], _timeless(told[0][1]))
        if request_of != "refused":  # it is no transaction: it has no place in the log that `check` folds
            check(world)
        assert final_state(world) == final_state(undisturbed)
        tried()


@proves(faults=[1, 14, 32], invariants=[1, 4])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("/labels", {"label": "fraud", "source": "analyst"}),
        ("/dispositions", {"disposition": "fraud", "note": "Seen."}),
    ],
)
def test_a_finding_whose_sender_was_not_answered_counts_once(route: str, said: dict[str, str], way: Way):
    """It is on the stream twice then; the decision and both histories have it once."""
    first = json.loads(earlier()[5])
    data = json.dumps({"transaction_id": first["transaction_id"], **said}).encode()
    for call in (1, 2):
        world = rich_world()
        world.schedule = breaking({call: way}, first=world.calls + 1)
        while world.ask(data, route=route)[0] in (500, 503):
            pass
        del world.log["api:request"]
        sent = [put.data for put in world.aws.stream]
        assert len(sent) == (2 if call == 2 and way != "before" else 1)
        world.clock.sleep(1)
        world.deliver(SHARD, world.put(SHARD, sent))
        check(world)
        assert world.items("Decisions")[first["transaction_id"]]["label"] == "fraud"
        tried()


@proves(faults=[1, 14], invariants=[1, 5])
@pytest.mark.parametrize("way", ["before", "after"])
def test_what_a_dead_request_left_undone_is_done_when_the_stream_brings_the_transaction(way: Way):
    """The caller never asks again, and the same transaction comes on the stream: it is alerted and archived."""
    data = REQUESTS["flagged"]
    calls = asked(data, {})[1]
    for call in range(1, calls + 1):
        world = rich_world()
        world.schedule = breaking({call: way}, first=world.calls + 1)
        assert world.ask(data)[0] == 500
        del world.log["api:request"]
        world.deliver(SHARD, world.put(SHARD, [data]))
        check(world)
        tried()


def _timeless(body: Any) -> Any:
    return {name: value for name, value in body.items() if name != "decided_at"} if isinstance(body, dict) else body


@proves(faults=[1, 27], invariants=[10])
@pytest.mark.parametrize("way", WAYS)
def test_a_crash_at_any_call_of_the_verification_changes_no_verdict(way: Way):
    """It reads only: asked again it says the same, of the right model and of a wrong one."""
    rows = [[float(n), *([None] * (len(FEATURE_NAMES) - 1))] for n in range(40)]
    lines = [",".join([str(row[0]), *["nan"] * (len(row) - 1)]) for row in rows]
    body = "\n".join([f"#schema={SCHEMA_HASH},explain=0", *lines])
    scores = json.loads(model("model-1")(body.encode()))["scores"]
    artefact = b"model.tar.gz"
    event = {
        "model_data_url": "s3://models/m/model.tar.gz",
        "artefact_sha256": hashlib.sha256(artefact).hexdigest(),
        "endpoint_name": "model",
        "endpoint_config_name": "stub-config",
        "schema_hash": SCHEMA_HASH,
        "model_version": "model-1",
        "golden_rows": "s3://models/golden.json",
    }
    for live, verified in (("model-1", True), ("model-2", False)):
        for call in range(1, 5):
            world = World()
            world.aws.objects["models"]["m/model.tar.gz"] = artefact
            world.aws.objects["models"]["golden.json"] = json.dumps({"rows": rows, "scores": scores}).encode()
            world.aws.endpoint = model(live)
            world.schedule = breaking({call: way})
            while True:
                try:
                    verdict = world.run("verify_endpoint", event)
                    break
                except ProcessDeathError:
                    continue
            assert verdict["verified"] is verified
            assert world.calls >= 4
            tried()


@proves(faults=[1])
@pytest.mark.parametrize("way", WAYS)
def test_a_crash_at_any_call_of_the_publication_leaves_whole_training_code(way: Way):
    """The archive that says "all is there" is never there before all is; the retry leaves the same objects."""
    undisturbed = _published({})
    objects = undisturbed.aws.objects["models"]
    assert len(objects) > 30
    last = undisturbed.calls
    some = {*range(1, last, 1 if EVERYTHING else 20), 2, last - 1, last}  # between these, one file after the other
    for call in sorted(some):
        world = _published({call: way}, watched=True)
        assert world.aws.objects["models"] == objects
        tried()


def _published(ways: dict[int, Way], *, watched: bool = False) -> World:
    """Publish until CloudFormation has an answer."""
    world = World(schedule=breaking(ways))
    heard: list[dict[str, Any]] = []

    def put(_: str, body: bytes) -> None:
        world.still_alive()
        heard.append(json.loads(body))

    def prepare(module: ModuleType) -> None:
        module.Answer = functools.partial(module.Answer, put=put, sleep=world.clock.sleep)

    world.prepare = prepare
    event = {
        "RequestType": "Create",
        "ResponseURL": "https://cloudformation.example/answer",
        "StackId": "arn:aws:cloudformation:us-east-1:000000000000:stack/fraudstream/5f1b",
        "RequestId": "request",
        "LogicalResourceId": "TrainingCode",
        "ResourceProperties": {"Bucket": "models"},
    }
    while not heard:
        try:
            world.run("publish_training", event)
        except ProcessDeathError:
            if watched and any(key.endswith(".tar.gz") for key in world.aws.objects["models"]):
                assert sum("/files/" in key for key in world.aws.objects["models"]) > 30
    assert [answer["Status"] for answer in heard] == ["SUCCESS"]
    return world

"""What an endpoint does to calls: away, slow, nonsense, missing, another model."""

import json
from random import Random

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from fraudstream.policy import default_policy

from stubs.wire import Response
from tests.reliability.calling import Call, ProcessDeathError
from tests.reliability.chaos import Fault, nonsense, refused
from tests.reliability.check import check, final_state
from tests.reliability.crashing import SHARD, rich_batch, rich_world
from tests.reliability.functions import UNSCORED_AFTER_SECONDS
from tests.reliability.illness import Ill, delivered
from tests.reliability.model import model
from tests.reliability.proof import proves, tried
from tests.reliability.traffic import rich

EVERY = [1, 2, 3, 4, 5, 6, 8, 9, 11]
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")
_ENDPOINT = "sagemaker-runtime.InvokeEndpoint"


def _times_out(error: type[Exception], seconds: float) -> Fault:
    def fault(call: Call, _: Random) -> Response:
        call.world.clock.sleep(seconds)
        raise error(endpoint_url="memory")

    return fault


ENDPOINT_FAULTS: dict[str, Fault] = {
    "500": refused("InternalFailure", 500),
    "503": refused("ServiceUnavailable", 503),
    "429": refused("ThrottlingException", 429),
    "model error": refused("ModelError", 424),
    "slow": _times_out(ReadTimeoutError, 5),
    "unreachable": _times_out(ConnectTimeoutError, 2),
    "nonsense": nonsense,
}


@proves(faults=[17, 18], invariants=EVERY)
@pytest.mark.parametrize("fault", ENDPOINT_FAULTS)
def test_an_endpoint_that_is_ill_for_some_calls_is_waited_for(fault):
    """Every decision is the model's in the end, and those of an undisturbed run."""
    world = delivered(Ill(_ENDPOINT, ENDPOINT_FAULTS[fault], 4))
    assert final_state(world) == final_state(rich_batch({}))
    assert {item["scored_by"] for item in world.items("Decisions").values()} == {"endpoint"}


@proves(faults=[17, 18], invariants=EVERY)
@pytest.mark.parametrize("fault", ENDPOINT_FAULTS)
def test_an_endpoint_that_stays_ill_is_gone_without_once_the_age_budget_is_over(fault):
    """Not before; then rules decide, marked as such, and approve only what a rule says is safe."""
    world = rich_world()
    world.schedule = Ill(_ENDPOINT, ENDPOINT_FAULTS[fault], None)
    arrived_ms = world.clock.now_ms
    ends: list[int] = []
    records = world.put(SHARD, rich())
    known = set(world.items("Decisions"))
    world.on_call = lambda call: ends.append(call.world.clock.now_ms) if "Insert" in _statements(call) else None
    world.deliver(SHARD, records)
    check(world)
    decided = {name: item for name, item in world.items("Decisions").items() if name not in known}
    assert {item["scored_by"] for item in decided.values()} == {"rules"}
    assert min(ends) - arrived_ms >= UNSCORED_AFTER_SECONDS * 1000
    policy = default_policy()
    approving = {voice.name for voice in policy.voices if voice.outcome == "approve"}
    for item in decided.values():
        assert item["decision"] != "approve" or approving & set(json.loads(item["rules_fired"]))
    assert {item["decision"] for item in decided.values()} >= {"approve", "review"}


def _statements(call: Call) -> set[str]:
    if call.request.operation != "BatchExecuteStatement":
        return set()
    texts = [statement["Statement"] for statement in json.loads(call.request.body)["Statements"]]
    return {"Insert" for text in texts if text.startswith('INSERT INTO "Decisions"')}


@proves(faults=[17], invariants=[8])
@pytest.mark.parametrize("fault", ENDPOINT_FAULTS)
def test_an_endpoint_that_is_ill_leaves_the_function_time_to_say_so(fault):
    """All tries together take less than a third of the minute that the function has."""
    world = rich_world()
    world.schedule = Ill(_ENDPOINT, ENDPOINT_FAULTS[fault], None)
    began_ms = world.clock.now_ms
    answer = world.invoke(SHARD, world.put(SHARD, rich()))
    assert answer.function_error == "EndpointUnavailableError"
    assert world.clock.now_ms - began_ms < 20_000


@proves(faults=[17], invariants=[1, 9])
def test_before_the_first_model_rules_decide_at_once():
    """Nobody waits for an endpoint that nobody made; nothing fails."""
    world = rich_world()
    world.aws.endpoint = None
    known = set(world.items("Decisions"))
    world.deliver(SHARD, world.put(SHARD, rich()))
    check(world)
    decided = {item["scored_by"] for name, item in world.items("Decisions").items() if name not in known}
    assert decided == {"rules"}
    assert not [line for line in world.trace if line.startswith("failed")]


@proves(faults=[17], invariants=[1, 9, 10])
@pytest.mark.parametrize("way", ["before", "after"])
def test_a_model_that_changes_between_a_crash_and_its_retry_never_mixes_into_a_decision(way):
    """What the first model decided stands with its score and name; the rest is the second one's; all reproducible."""
    for at in range(1, 13):
        world = rich_world()
        first = world.calls

        def schedule(call: Call, at: int = at, first: int = first) -> tuple[str, Response]:
            if call.number != first + at:
                return "", call.proceed()
            call.world.aws.endpoint = model("model-2")
            if way == "after":
                call.proceed()
            raise ProcessDeathError

        world.schedule = schedule
        world.deliver(SHARD, world.put(SHARD, rich()))
        check(world)
        versions = {item["model_version"] for item in world.items("Decisions").values()}
        assert versions <= {"model-1", "model-2"}
        tried()


@proves(faults=[18], invariants=[1, 9])
@pytest.mark.parametrize("seed", range(40))
def test_no_decision_is_made_on_nonsense(seed):
    """No JSON, too few or too many scores, NaN, numbers beyond 0 and 1, other schemas, thresholds upside down."""
    world = rich_world()
    known = set(world.items("Decisions"))
    world.schedule = Ill(_ENDPOINT, nonsense, 3, seed=seed)
    answer = world.invoke(SHARD, world.put(SHARD, rich()))
    assert answer.function_error == "EndpointUnavailableError"
    assert set(world.items("Decisions")) == known

"""A function that dies at any call, once or twice, and is run again, leaves what an undisturbed run leaves."""

from itertools import product

import pytest

from tests.reliability.check import check, final_state
from tests.reliability.crashing import EVERYTHING, WAYS, Way, rich_batch, rich_world
from tests.reliability.proof import proves, tried

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")
_PAIRS_IN_CI = 50
INVARIANTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14]


@pytest.fixture(scope="module")
def calls() -> int:
    """How many calls the rich batch takes undisturbed."""
    return rich_batch({}).calls - rich_world().calls


@pytest.fixture(scope="module")
def undisturbed() -> dict:
    """What the rich batch leaves undisturbed."""
    world = rich_batch({})
    check(world)
    return final_state(world)


@proves(faults=[1, 3, 4, 6], invariants=INVARIANTS)
def test_the_rich_batch_undisturbed_has_one_of_everything(undisturbed, calls):
    """Repeats, conflicts, labels, garbage and alerts, more than one call of each kind that is cut into calls."""
    world = rich_batch({})
    reasons = {reason for reason, _ in undisturbed["quarantine"].values()}
    assert {"id_conflict", "card_number_in_card_id", "card_number_in_payload", "not_json"} <= reasons
    assert {item["decision"] for item in undisturbed["decisions"].values()} >= {"approve", "block"}
    assert {item.get("label") for item in undisturbed["decisions"].values()} == {None, "fraud", "legitimate"}
    assert len(undisturbed["alerts"]) == len(world.alerts) > 10
    operations = [line.split()[2] for line in world.trace[-calls:]]
    assert len(set(operations)) == 5
    assert operations.count("dynamodb.BatchExecuteStatement") >= 4


@proves(faults=[1, 14], invariants=INVARIANTS)
@pytest.mark.parametrize("bisect", [True, False], ids=["bisected", "delivered whole"])
@pytest.mark.parametrize("way", WAYS)
def test_a_crash_at_any_call_of_the_scoring_function_is_made_good_by_the_retry(way: Way, undisturbed, calls, *, bisect):
    """Before the call, after it, or with its reply lost: decisions, histories and alerts are the undisturbed ones."""
    for call in range(1, calls + 1):
        world = rich_batch({call: way}, BisectBatchOnFunctionError=bisect)
        check(world)
        assert final_state(world) == undisturbed, f"{way} call {call}"
        tried()


@proves(faults=[1, 14], invariants=INVARIANTS)
@pytest.mark.parametrize("bisect", [True, False], ids=["bisected", "delivered whole"])
def test_a_crash_in_the_retry_of_a_crash_is_made_good_too(undisturbed, calls, *, bisect):
    """The second run dies as well, anywhere."""
    pairs = [
        (first, then, ways)
        for first, then in product(range(1, calls + 1), range(1, 2 * calls + 1))
        for ways in product(WAYS, repeat=2)
    ]
    step = 1 if EVERYTHING else len(pairs) // _PAIRS_IN_CI | 1
    for first, then, (way, next_way) in pairs[::step]:
        world = rich_batch({first: way, first + then: next_way}, BisectBatchOnFunctionError=bisect)
        check(world)
        assert final_state(world) == undisturbed, f"{way} call {first}, {next_way} call {first + then}"
        tried()

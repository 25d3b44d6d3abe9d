"""The check of the invariants finds each way in which a world can be wrong."""

import json
from collections.abc import Callable

import pytest

from tests.reliability.check import check
from tests.reliability.crashing import rich_batch
from tests.reliability.traffic import PANS, grouped
from tests.reliability.world import World


def decisions(world: World) -> dict:
    return world.aws.tables["Decisions"]


def histories(world: World) -> dict:
    return world.aws.tables["Histories"]


def a_decision_is_lost(world: World) -> None:
    decisions(world).popitem()


def a_decision_too_many(world: World) -> None:
    item = next(iter(decisions(world).values()))
    decisions(world)["tx-of-nobody"] = item | {"transaction_id": {"S": "tx-of-nobody"}}


def a_decision_changed(world: World) -> None:
    name, item = next(iter(decisions(world).items()))
    decisions(world)[name] = item | {"decision": {"S": "block"}}
    world._note_decisions()


def a_decision_of_another_record(world: World) -> None:
    name = next(iter(decisions(world)))
    decisions(world)[name]["source"] = {"S": "shard-nobody:1"}


def a_history_counts_twice(world: World) -> None:
    blobs = [item["packed"] for key, item in histories(world).items() if key.startswith("card#")]
    histories(world)["card#card_a"]["packed"] = blobs[1]


def a_history_is_lost(world: World) -> None:
    del histories(world)["card#card_a"]


def a_refused_record_is_lost(world: World) -> None:
    world.aws.objects["quarantine"].popitem()


def a_good_record_is_quarantined(world: World) -> None:
    source = next(iter(decisions(world).values()))["source"]["S"]
    shard, _, number = source.partition(":")
    line = {"shard_id": shard, "sequence_number": number, "reason": "not_json", "data_base64": "", "detail": ""}
    world.aws.objects["quarantine"]["x"] = json.dumps(line).encode()


def an_alert_is_lost(world: World) -> None:
    world.aws.published.remove(world.alerts[-1])


def an_alert_too_many(world: World) -> None:
    world.aws.published.append(world.alerts[0])


def an_alert_of_nobody(world: World) -> None:
    name = json.loads(world.alerts[0].text)["alert_id"]
    del decisions(world)[name]


def the_archive_is_lost(world: World) -> None:
    world.aws.objects["archive"].popitem()


def a_score_is_another(world: World) -> None:
    item = next(item for item in decisions(world).values() if "fraud_score" in item)
    item["fraud_score"] = {"N": "0.123"}


def a_decision_does_not_follow(world: World) -> None:
    item = next(item for item in decisions(world).values() if item["decision"]["S"] == "approve")
    item["rules_fired"] = {"S": '["a rule of nobody"]'}


def a_label_is_lost(world: World) -> None:
    item = next(item for item in decisions(world).values() if "label" in item)
    item["label"] = {"S": "legitimate" if item["label"]["S"] == "fraud" else "fraud"}


def a_card_number_is_logged(world: World) -> None:
    world.printed.append(f"refused {PANS[1]}")


def a_card_number_is_in_a_key(world: World) -> None:
    world.aws.objects["quarantine"][f"api/{grouped(PANS[0], '-')}"] = b""


def a_record_is_pending(world: World) -> None:
    world.resolved.pop()


@pytest.mark.parametrize(
    "harm",
    [
        a_decision_is_lost,
        a_decision_too_many,
        a_decision_changed,
        a_decision_of_another_record,
        a_history_counts_twice,
        a_history_is_lost,
        a_refused_record_is_lost,
        a_good_record_is_quarantined,
        an_alert_is_lost,
        an_alert_too_many,
        an_alert_of_nobody,
        the_archive_is_lost,
        a_score_is_another,
        a_decision_does_not_follow,
        a_label_is_lost,
        a_card_number_is_logged,
        a_card_number_is_in_a_key,
        a_record_is_pending,
    ],
)
def test_a_world_that_was_harmed_does_not_pass(harm: Callable[[World], None]):
    """One thing wrong in an otherwise sound world is enough."""
    world = rich_batch({})
    check(world)
    harm(world)
    with pytest.raises(AssertionError):
        check(world)
